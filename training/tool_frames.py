"""How people ask for a function: by its name, or by what it does.

Slots: {name} a function, {call} a call in mathematical form, {given} arguments in words, {value} a
single argument, {attr} and {verb} {object} and {what} what is wanted. Never the wording of suites that
judge the model, see `tool_faults.py`.
"""

# The whole call stands in the request.
WITH_CALL = [
    ("请计算{call}。", "Please evaluate {call}."), ("{call}的结果是什么?", "What is the result of {call}?"), ("{call}返回什么?", "What does {call} return?"), ("运行{call}。", "Run {call}."), ("执行{call},告诉我结果。", "Execute {call} and tell me the result."),
    ("请用工具求{call}。", "Please find {call} with the tool."), ("我想知道{call}是多少。", "I would like to know {call}."), ("{call}等于几?用函数算。", "How much is {call}? Call the function."), ("帮我调用{call}。", "Please call {call} for me."), ("调用工具:{call}", "Tool call: {call}"),
    ("{call}", "{call}"), ("{call}=?", "{call} = ?"), ("现在需要{call}的值。", "Now I need the value of {call}."), ("试一下{call}。", "Try {call}."), ("用提供的函数算出{call}。", "Work out {call} with the function you have."),
    "[Get|Give me|Fetch|Return] {call}.", "Make the call {call}.", "Show me what {call} gives.", "Could you [run|execute|evaluate] {call}?", "Find out what {call} is by calling it.", "Invoke {call}.", "The answer to {call}, please.", "What do I get for {call}?", "Evaluate {call} [by means of|with] the function.", "[Compute|Calculate] {call} and do not guess.", "Tell me {call}. You have a function for it.",
    "I want to see the output of {call}.", "{call} gives what?", "Do {call} now.", "Let the tool compute {call}.", "Value of {call}?", "Next: {call}.",
]
# The name, and arguments one by one.
WITH_GIVEN = [
    ("调用{name},{given}。", "Call {name} with {given}."), ("请用{given}调用{name}。", "Please call {name} with {given}."), ("用{name},参数是{given}。", "Use {name}, the arguments are {given}."), ("运行{name},其中{given}。", "Run {name} where {given}."), ("把{given}传给{name}。", "Pass {given} to {name}."),
    ("{name}:{given}", "{name}: {given}"), ("帮我执行{name},{given}。", "Execute {name} for me with {given}."), ("当{given}时,{name}返回什么?", "What does {name} return for {given}?"), ("给{name}这些参数:{given}", "Give {name} these arguments: {given}"), ("请使用函数{name},输入{given}。", "Please use the function {name} with the input {given}."),
    ("试试{name},{given}。", "Try {name} with {given}."), ("{given},请调用{name}。", "With {given}, call {name} please."), ("我要用{given}运行{name}。", "I want to run {name} with {given}."), ("令{given},{name}的结果是什么?", "Let {given}. What is the result of {name}?"), ("对{given}使用{name}。", "Apply {name} to {given}."),
    "Invoke {name} using {given}.", "{name} with {given}, please.", "Make a call of {name}: {given}.", "Could you [call|run|use] {name} with {given}?", "I need {name} for {given}.", "Start {name} and set {given}.", "Set {given} and run {name}.", "[Take|Use] {given} as arguments of {name}.", "Do a {name} with {given}.", "Call the tool {name} with {given} and report back.", "For {given}, what is {name}?",
    "The tool {name} should get {given}.", "Go ahead: {name}, {given}.", "Send {given} to {name}.", "Have {name} work with {given}.",
]
# One argument, its key is not said.
WITH_VALUE = [
    ("对{value}使用{name}。", "Apply {name} to {value}."), ("把{value}传给{name}。", "Pass {value} to {name}."), ("用{value}调用{name}。", "Call {name} with {value}."), ("请用{name}处理{value}。", "Please process {value} with {name}."), ("{name}对{value}给出什么?", "What does {name} give for {value}?"),
    ("{value}的{name}是什么?", "What is the {name} of {value}?"), ("运行{name},输入是{value}。", "Run {name}, the input is {value}."), ("帮我把{value}交给{name}。", "Hand {value} to {name} for me."), ("{name} {value}", "{name} {value}"), ("试试{name}和{value}。", "Try {name} and {value}."),
    ("我想用{name}看看{value}。", "I want to look at {value} with {name}."), ("给{name}输入{value}。", "Feed {value} into {name}."), ("请告诉我{name}对{value}的结果。", "Please tell me the result of {name} for {value}."), ("以{value}为参数执行{name}。", "Execute {name} with {value} as its argument."), ("用函数{name}算{value}。", "Use the function {name} on {value}."),
    "Use {name} on {value}.", "{value}: {name}, please.", "What happens when {name} gets {value}?", "Could you run {name} on {value}?", "Invoke {name} for {value}.", "Do {name} for {value}.", "Put {value} into {name}.", "Let {name} have {value}.", "I need {name} for {value}.", "{name} for {value}, please.", "Send {value} through {name}.", "Take {value} and run {name} on it.", "Show me {name} of {value}.", "How does {name} answer {value}?",
]
# Nothing is passed.
WITH_NOTHING = [
    ("调用{name}。", "Call {name}."), ("请运行{name}。", "Please run {name}."), ("{name}返回什么?", "What does {name} return?"), ("帮我执行{name}。", "Execute {name} for me."), ("用一下{name}。", "Use {name}."),
    ("{name}的结果是什么?", "What is the result of {name}?"), ("我想知道{name}现在给出什么。", "I want to know what {name} gives now."), ("请启动{name}。", "Please start {name}."), ("试试{name}。", "Try {name}."), ("不用参数,调用{name}。", "Call {name}, without arguments."),
    ("{name}", "{name}"), ("现在就运行{name}吧。", "Run {name} now."), ("请使用工具{name}。", "Please use the tool {name}."), ("再执行一次{name}。", "Execute {name} once more."), ("告诉我{name}的输出。", "Tell me the output of {name}."),
    "Invoke {name}.", "Do {name}.", "Could you [call|run] {name}?", "{name}, please.", "Let us see what {name} says.", "Go ahead and call {name}.", "I need the output of {name}.", "Make a call of {name} [|and tell me what comes back].", "Ask {name}.", "Trigger {name}.", "[Get|Give me] what {name} returns.", "Has {name} anything to say? Call it.", "Time for {name}.",
]
# What something is.
LOOKUP = [
    ("{value}的{attr}是多少?", "What is the {attr} of {value}?"), ("请查一下{value}的{attr}。", "Please look up the {attr} of {value}."), ("告诉我{value}的{attr}。", "Tell me the {attr} of {value}."), ("我想知道{value}的{attr}。", "I would like to know the {attr} of {value}."), ("{value}的{attr}?", "The {attr} of {value}?"),
    ("帮我找{value}的{attr}。", "Find the {attr} of {value} for me."), ("查询{value}的{attr}", "Query the {attr} of {value}"), ("你能查到{value}的{attr}吗?", "Can you find the {attr} of {value}?"), ("{value},{attr}是什么?", "{value}: what is the {attr}?"), ("请用工具查{value}的{attr}。", "Please use a tool to look up the {attr} of {value}."),
    ("关于{value},我需要{attr}。", "For {value} I need the {attr}."), ("看看{value}的{attr}怎么样。", "Check the {attr} of {value}."), ("{value}有什么样的{attr}?", "Which {attr} does {value} have?"), ("现在{value}的{attr}呢?", "And the {attr} of {value} now?"), ("麻烦给我{value}的{attr}。", "Kindly give me the {attr} of {value}."),
    ("不知道{value}的{attr},请查。", "I do not know the {attr} of {value}. Please look it up."), ("要{value}的{attr},谢谢。", "The {attr} of {value}, thank you."), ("把{value}的{attr}找出来。", "Dig out the {attr} of {value}."), ("我忘了{value}的{attr}。", "I forgot the {attr} of {value}."), ("{value}的{attr}你知道吗?", "Do you know the {attr} of {value}?"),
    "[Get|Fetch|Show|Give] me the {attr} of {value}.", "What {attr} does {value} have?", "{attr} of {value}?", "{attr} for {value}, please", "I need the {attr} of {value}.", "Look for the {attr} of {value}.", "What about the {attr} of {value}?", "May I have the {attr} of {value}?", "Let me know the {attr} of {value}.", "Somebody asked me about the {attr} of {value}.", "Report the {attr} of {value}.", "How about {value}? I mean the {attr}.",
    "Is there a {attr} for {value}? Look it up.", "It is about {value}. What is the {attr}?", "[Retrieve|Obtain] the {attr} for {value}.", "Quick, the {attr} of {value}!", "Could you look up which {attr} {value} has?", "My question is about {value}: the {attr}?", "The {attr}, for {value}.", "Search for the {attr} of {value}.", "Now the {attr} of {value}.", "And {value}? What {attr}?",
]
# Something to be done; {given} names the fields.
ACTION = [
    ("{verb}一个{object},{given}。", "{Verb} a {object} with {given}."), ("请{verb}{object}:{given}", "Please {verb} the {object}: {given}"), ("帮我{verb}{object},{given}。", "{Verb} a {object} for me with {given}."), ("我想{verb}一个{object},{given}。", "I want to {verb} a {object} with {given}."), ("{verb}{object}:{given}", "{Verb} {object}: {given}"),
    ("能不能{verb}一个{object},{given}?", "Could you {verb} a {object} with {given}?"), ("麻烦{verb}{object},{given}。", "Kindly {verb} the {object}, {given}."), ("需要{verb}{object}。{given}。", "We need to {verb} a {object}. It is this: {given}."), ("现在{verb}{object},{given}", "Now {verb} the {object}, {given}"), ("{given},请{verb}{object}。", "Here is {given}. Please {verb} the {object}."),
    ("用工具{verb}一个{object},{given}。", "Use a tool to {verb} a {object} with {given}."), ("有一个{object}要{verb},{given}。", "There is a {object} to {verb}, with {given}."), ("下一步:{verb}{object},{given}。", "Next step: {verb} a {object} with {given}."), ("老板要我{verb}{object},{given}。", "My boss wants me to {verb} a {object} with {given}."), ("先{verb}一个{object},{given}。", "First {verb} a {object} with {given}."),
    "{Verb} one {object}, {given}.", "Let us {verb} a {object}: {given}.", "Time to {verb} the {object}, with {given}.", "I have to {verb} a {object}: {given}. Please do it.", "Go and {verb} a {object} with {given}.", "Would you {verb} the {object} with {given}?", "{Verb} another {object}. {given}.", "A {object}, {given}. {Verb} it please.", "{object} to {verb}: {given}", "Can you {verb} me a {object}? {given}.", "{Verb} the {object} like this: {given}.", "I [need|must|would like] to {verb} a {object} that has {given}.", "Take {given} and {verb} a {object}.",
]
CLAUSES = [
    ("{field}为{value}", "the {field} {value}"), ("{field}是{value}", "{field} {value}"), ("{field}:{value}", "{field}: {value}"), ("{field}={value}", "{field} = {value}"), ("{field}设为{value}", "{field} set to {value}"), ("以{value}为{field}", "{value} as the {field}"), ("{field}用{value}", "{value} for the {field}"), ("{field}等于{value}", "the {field} being {value}"),
]
SWITCH = ("{field}[:|=]{value}", "{field}[: | = | set to | ]{value}")
# {what} is a command in words.
OPERATION = [
    ("请{what}。", "Please {what}."), ("{what}。", "{What}."), ("帮我{what}。", "{What} for me."), ("我想{what}。", "I want to {what}."), ("能{what}吗?", "Can you {what}?"), ("用工具{what}。", "Use a tool to {what}."), ("麻烦你{what}", "Would you {what}?"), ("现在{what}吧。", "Now {what}."), ("请你用函数{what}。", "Please {what}, with the function."), ("我需要{what}。", "I need to {what}."),
    ("下一步,{what}。", "Next, {what}."), ("{what},谢谢。", "{What}, thanks."), ("可不可以{what}?", "Is it possible to {what}?"), ("试着{what}。", "Try to {what}."), ("老师让我{what}。", "My teacher told me to {what}."), "Could you {what}?", "Go ahead and {what}.", "Let us {what}.", "I would like you to {what}.", "Your task: {what}.", "Help me {what}.", "{what}", "I have to {what}, please help.", "[Just|Kindly] {what}.", "Now it is time to {what}.", "Let the tool {what}.", "How do I {what}? Do it for me.", "Show me how you {what}.",
]
DESCRIPTIONS = [
    ("", ""), ("处理{noun}。", "{Verb} the {noun}."), ("{noun}函数。", "A function of a {noun}."), ("{noun}专用。", "{Verb} a {noun} and return it."), ("返回{noun}。", "Return the {noun}."), ("对输入做{noun}变换。", "Do the {noun} thing to the input."), ("内部工具。", "Internal tool."), ("说明:{noun}。", "See the {noun}."), ("得到{noun}的结果。", "Gives a {adjective} {noun}."), ("一个{noun}。", "{Adjective} {noun}."),
]
