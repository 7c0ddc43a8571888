"""Bare arithmetic: sums, differences, products, quotients, decimals, expressions."""

from fractions import Fraction

from ..columns import Work, boxed, show, value_of, write_tree
from ..registry import Problem, task

# Whole questions around an expression or a noun phrase {e}.
ASK_VALUE = [
    ("计算{e}。", "[Compute|Calculate] {e}."), ("计算:{e}", "[Compute|Calculate]: {e}"), ("{e}等于多少?", "What [does|is] {e} [equal|equal to]?"),
    ("{e}=?", "{e} = ?"), ("{e}=", "{e}="), ("{e}是多少?", "What is {e}?"), ("求{e}的值。", "Find [the value of|] {e}."), ("算一下{e}。", "Work out {e}."),
    ("{e}的结果是多少?", "What is the result of {e}?"), ("{e}等于几?", "How much is {e}?"), ("求{e}。", "Find {e}."), ("{e}", "{e}"), ("{e}?", "{e}?"),
    ("请算出{e}的结果。", "Please work out the result of {e}."), ("请计算{e}。", "Please [compute|calculate] {e}."), ("{e}得多少?", "What do you get for {e}?"),
    ("你知道{e}是多少吗?", "Do you know what {e} is?"), ("告诉我{e}等于多少。", "Tell me what {e} equals."), ("口算:{e}", "Mental arithmetic: {e}"),
    ("直接写出得数:{e}", "Write down the result: {e}"), ("算式{e}的答案是多少?", "What is the answer to {e}?"), ("用竖式计算{e}。", "Use column arithmetic to compute {e}."),
    ("{e}的值为多少?", "What is the value of {e}?"), ("求下面算式的值:{e}", "Find the value of the following expression: {e}"), ("{e}等于什么?", "What does {e} come to?"),
    ("请问{e}的答案是什么?", "May I ask what the answer to {e} is?"), ("我想知道{e}的结果。", "I want to know the result of {e}."), ("能算出{e}吗?", "Can you work out {e}?"),
    "Evaluate {e}.", "Evaluate the expression {e}.", "[Simplify|Determine] {e}.", "What's {e}?", "what is {e}", "[compute|calculate] {e}", "{e} equals what?",
    "Can you [compute|calculate|find|evaluate] {e}?", "Give [me|] the value of {e}.", "I need [to know|the value of] {e}.", "What do you get when you [compute|evaluate] {e}?",
    "What number is {e}?", "Find the exact value of {e}.", "Solve {e}.", "Solve: {e}", "How much does {e} make?", "Determine the value of {e}.",
    "What is the value of the expression {e}?", "Carry out the calculation {e}.", "Do this calculation: {e}", "The answer to {e} is what?", "{e} is equal to what number?",
    "[Perform|Complete] the calculation: {e}", "Let me know the result of {e}.", "If I compute {e}, what do I get?", "Could you tell me {e}?", "Quick: {e}", "Evaluate: {e}", "Answer: {e}",
    ("{e}是几？", "What number does {e} give?"), ("{e}，结果是多少？", "{e}: what is the result?"), ("{e}算出来是多少？", "How much is {e} when worked out?"), ("请写出{e}的答案。", "Please write the answer to {e}."), ("请求出{e}的值。", "Please find the value of {e}."), ("求出{e}的结果。", "Find the result of {e}."),
    ("计算下面的题目：{e}", "Compute the following: {e}"), ("试求{e}。", "Try to find {e}."), ("试计算{e}的值。", "Try to compute the value of {e}."), ("小红在算{e}，正确答案是多少？", "Xiao Hong is working out {e}. What is the correct answer?"),
    ("老师在黑板上写了{e}，它等于多少？", "The teacher wrote {e} on the board. What does it equal?"), ("作业里有一道题是{e}，答案是多少？", "One question in the homework is {e}. What is the answer?"), ("如果要算{e}，那么结果应该是多少？", "If {e} has to be worked out, what should the result be?"),
    ("算一算，{e}等于多少？", "Work it out: what does {e} equal?"), ("想一想，{e}是多少？", "Think about it: what is {e}?"), ("{e}应该等于多少？", "What should {e} equal?"), ("{e}究竟是多少？", "What exactly is {e}?"), ("{e}的得数是多少？", "What number does {e} come to?"), ("写出{e}的得数。", "Write the result of {e}."),
    ("有一个数等于{e}，求这个数。", "There is a number equal to {e}. Find this number."), ("把{e}算出来。", "Work out {e}."), ("帮我算{e}。", "Help me work out {e}."), ("帮忙计算一下{e}的值。", "Help compute the value of {e}."), ("谁能告诉我{e}是多少？", "Who can tell me what {e} is?"),
    ("麻烦算出{e}。", "Would you please work out {e}?"), ("我不会算{e}，它的答案是多少？", "I cannot work out {e}. What is the answer to it?"), ("用计算器算{e}，会显示多少？", "When {e} is worked out on a calculator, what number is shown?"), ("不用计算器，算出{e}。", "Without a calculator, work out {e}."),
    ("列竖式求{e}。", "Find {e} in columns."), ("心算{e}。", "Work out {e} in your head."), ("快速回答：{e}等于多少？", "Answer quickly: what does {e} equal?"), ("下面的算式等于多少：{e}", "What does the following expression equal: {e}"), ("{e}的最后结果是什么？", "What is the final result of {e}?"),
    ("计算并写出结果：{e}", "Compute and write the result: {e}"), ("要求{e}的值，答案是多少？", "The value of {e} is wanted. What is the answer?"), ("考考你，{e}是多少？", "A test for you: what is {e}?"), ("弟弟问{e}是多少，应该回答几？", "My little brother asks what {e} is. What number should be the answer?"),
    ("请给出{e}的值。", "Please give the value of {e}."), ("只写答案：{e}", "Write only the answer: {e}"), "Work it out: {e}", "So what is {e} in the end?", "Which number equals {e}?", "Which number is the same as {e}?", "{e} gives which number?", "{e}: find the value.", "{e} comes to how much?",
    "Tell me the value of {e}.", "I am stuck on {e}. What is the answer?", "My teacher asked for {e}. What should I write?", "On the board it says {e}. What is the result?", "If a number is equal to {e}, what is that number?", "Please evaluate {e}.", "Let's work out {e}. What do we get?",
    "Someone types {e} into a calculator. What does it show?", "[Give|Write down|State] the result of {e}.", "Value of {e}?", "Result of {e}", "{e} is what number exactly?", "What would {e} be?", "A student has to calculate {e}. What is the correct result?",
    "Once {e} has been worked out, what number do we have?", "Please show me what {e} is equal to.", "Without a calculator, what is {e}?",
]

WORDED = {
    "+": [("{a}加{b}", "{a} plus {b}"), ("{a}加上{b}", "{a} plus {b}"), ("{a}与{b}的和", "the sum of {a} and {b}"), ("{a}和{b}的和", "the sum of {a} and {b}"),
          ("{a}与{b}之和", "the sum of {a} and {b}"), ("{a}和{b}的总和", "the total of {a} and {b}"), "{a} added to {b}", "{a} and {b} added together", "{a} increased by {b}", "the total of {a} and {b}", "{a} and {b} together", "{b} more than {a}",
          ("{a}与{b}相加的结果", "the result of adding {a} and {b}"), ("比{a}多{b}的数", "the number that is {b} more than {a}"), ("{a}同{b}的和", "the sum of {a} and {b}"), ("{a}添上{b}", "{a} with {b} added"), ("{a}增加{b}后的数", "the number after {a} is increased by {b}"), ("{a}跟{b}合起来", "{a} and {b} put together"),
          ("{a}、{b}两数之和", "the sum of the two numbers {a} and {b}"), "the result of adding {b} to {a}", "the number {b} greater than {a}", "{a} and another {b}", "{a} combined with {b}", "{b} on top of {a}"],
    "-": [("{a}减{b}", "{a} minus {b}"), ("{a}减去{b}", "{a} minus {b}"), ("{a}与{b}的差", "the difference between {a} and {b}"), ("{a}和{b}的差", "the difference between {a} and {b}"),
          ("比{a}少{b}的数", "the number that is {b} less than {a}"), "{a} take away {b}", "{a} decreased by {b}", "{a} less {b}", "{b} less than {a}", "{b} subtracted from {a}", "the difference of {a} and {b}",
          ("{a}减少{b}后的数", "the number after {a} is decreased by {b}"), ("从{a}中减去{b}的结果", "the result of subtracting {b} from {a}"), ("{a}去掉{b}", "{a} with {b} taken away"), ("{a}减{b}的差", "the difference of {a} minus {b}"), ("{a}减去{b}的结果", "the result of {a} minus {b}"),
          ("从{a}里减掉{b}的差", "the difference when {b} is subtracted from {a}"), "the result of taking {b} away from {a}", "{a} reduced by {b}", "{a} with {b} subtracted", "the number {b} below {a}", "{b} taken from {a}"],
    "*": [("{a}乘{b}", "{a} times {b}"), ("{a}乘以{b}", "{a} multiplied by {b}"), ("{a}与{b}的积", "the product of {a} and {b}"), ("{a}和{b}的乘积", "the product of {a} and {b}"), ("{a}和{b}的积", "the product of {a} and {b}"), ("{a}的{b}倍", "{b} times {a}"),
          "{a} times {b}", "the product of {a} times {b}", "{a} multiplied with {b}", "{a} groups of {b}",
          ("{a}与{b}相乘的结果", "the result of multiplying {a} and {b}"), ("{a}乘{b}的积", "the product of {a} times {b}"), ("{a}同{b}的积", "the product of {a} and {b}"), ("{a}、{b}两数之积", "the product of the two numbers {a} and {b}"), ("等于{a}的{b}倍的数", "the number equal to {b} times {a}"),
          ("{a}与{b}相乘的积", "the product when {a} and {b} are multiplied"), "the result of multiplying {a} by {b}", "{b} times as much as {a}", "{a} taken {b} times", "{a} and {b} multiplied together"],
    "/": [("{a}除以{b}", "{a} divided by {b}"), ("{a}与{b}的商", "the quotient of {a} and {b}"), ("{a}除以{b}的商", "the quotient of {a} divided by {b}"), ("{b}除{a}", "{a} divided by {b}"), ("{a}和{b}的商", "the quotient of {a} and {b}"),
          "{a} over {b}", "{a} split by {b}", "the result of dividing {a} by {b}",
          ("{a}除以{b}的结果", "the result of {a} divided by {b}"), ("用{b}除{a}的商", "the quotient when {a} is divided by {b}"), ("{a}被{b}除的商", "the quotient of {a} divided by {b}"), ("{a}和{b}相除的商", "the quotient of dividing {a} by {b}"), ("{a}与{b}的比值", "the value of the ratio of {a} to {b}"),
          ("被除数{a}除以除数{b}的商", "the quotient of the dividend {a} and the divisor {b}"), "the result when {a} is divided by {b}", "{a} shared equally by {b}", "the number of times {b} goes into {a}", "the value of the ratio {a} to {b}"],
}

IMPERATIVE = {
    "+": [("把{a}和{b}相加,结果是多少?", "Add {a} and {b}. What is the result?"), ("{a}和{b}一共是多少?", "What do {a} and {b} make in total?"), ("{a}再加{b}是多少?", "What is {a} with another {b} added?"), ("将{a}与{b}相加。", "Add {a} and {b}."), ("一个数比{a}多{b},这个数是多少?", "A number is {b} more than {a}. What is the number?"),
          "Add {a} and {b}.", "Add {b} to {a}.", "Add together {a} and {b}.", "If you add {a} to {b}, what do you get?", "What do {a} and {b} add up to?", "Sum {a} and {b}.", "add {a} and {b}",
          ("一条绳子长{a}米，另一条长{b}米，两条一共长多少米？", "One rope is {a} metres long and another is {b} metres long. How many metres are they in total?"), ("上午走了{a}米，下午走了{b}米，一天共走了多少米？", "{a} metres were walked in the morning and {b} metres in the afternoon. How many metres were walked that day in total?"),
          ("如果把{b}加到{a}上，会得到多少？", "If {b} is added to {a}, what do you get?"), ("两个加数是{a}和{b}，和是多少？", "The two numbers added are {a} and {b}. What is the sum?"), ("在{a}的基础上增加{b}，得到几？", "Starting from {a}, increase by {b}. What do you get?"), ("哪个数减去{a}等于{b}？", "Which number minus {a} equals {b}?"),
          ("一件商品{a}元，涨价{b}元以后是多少元？", "An item costs {a} yuan. How many yuan does it cost after its price rises by {b} yuan?"), "{a} and {b} are added. What is the sum?", "Put {a} and {b} together. How much is that?", "{a} kilograms and {b} kilograms make how many kilograms?",
          "Which number is {b} greater than {a}?", "By adding {b} to {a}, what number do you get?", "One bag weighs {a} grams and the other {b} grams. How many grams do both weigh together?"],
    "-": [("从{a}中减去{b},还剩多少?", "Subtract {b} from {a}. How much is left?"), ("{a}比{b}多多少?", "How much more is {a} than {b}?"), ("{b}比{a}少多少?", "How much less is {b} than {a}?"), ("用{a}减去{b}。", "Subtract {b} from {a}."), ("一个数比{a}少{b},这个数是多少?", "A number is {b} less than {a}. What is the number?"),
          "Subtract {b} from {a}.", "Take {b} away from {a}.", "If you subtract {b} from {a}, what remains?", "How much bigger is {a} than {b}?", "What is left when {b} is taken from {a}?", "subtract {b} from {a}", "By how much does {a} exceed {b}?",
          ("气温是{a}度，下降{b}度后是多少度？", "The temperature is {a} degrees. How many degrees is it after falling by {b} degrees?"), ("账户里有{a}元，付出{b}元后余额是多少元？", "An account has {a} yuan. What is the balance in yuan after {b} yuan is paid?"),
          ("如果从{a}里拿走{b}，那么剩下多少？", "If {b} is taken from {a}, how much remains?"), ("{b}加上多少等于{a}？", "What must be added to {b} to make {a}?"), ("两个数的和是{a}，其中一个数是{b}，另一个数是多少？", "The sum of two numbers is {a}. One of them is {b}. What is the other?"),
          ("被减数是{a}，减数是{b}，差是多少？", "{b} is subtracted from {a}. What is the difference?"), ("将{a}减少{b}，得到的数是多少？", "Decrease {a} by {b}. What number do you get?"), "What number plus {b} is {a}?", "Start at {a} and go down by {b}. Where do you end?", "{b} is taken away from {a}. What is the result?",
          "From {a}, subtract {b}.", "What do you have to add to {b} to get {a}?", "Reduce {a} by {b}."],
    "*": [("把{a}和{b}相乘。", "Multiply {a} and {b}."), ("{b}个{a}是多少?", "How much is {b} lots of {a}?"), ("{a}乘{b}得多少?", "What does {a} times {b} give?"), ("将{a}乘以{b}。", "Multiply {a} by {b}."), ("一个数是{a}的{b}倍,这个数是多少?", "A number is {b} times {a}. What is the number?"),
          "Multiply {a} by {b}.", "Multiply {a} and {b}.", "If you multiply {a} by {b}, what do you get?", "What is {a} multiplied by {b}?", "multiply {a} by {b}", "Take {a} times {b}.", "Find {a} times {b}.",
          ("一个长方形长{a}厘米，宽{b}厘米，面积是多少平方厘米？", "A rectangle is {a} centimetres long and {b} centimetres wide. What is its area in square centimetres?"), ("布每米{a}元，买{b}米要多少元？", "Cloth costs {a} yuan a metre. How many yuan do {b} metres cost?"),
          ("把{a}扩大到原来的{b}倍，得到多少？", "What do you get when {a} is made {b} times as large?"), ("两个因数是{a}和{b}，积是多少？", "Two factors are {a} and {b}. What is the product?"), ("如果每小时走{a}千米，{b}小时走多少千米？", "If you go {a} kilometres an hour, how many kilometres do you go in {b} hours?"),
          ("哪个数除以{b}等于{a}？", "Which number divided by {b} equals {a}?"), ("甲数是{a}，乙数是甲数的{b}倍，乙数是多少？", "The first number is {a} and the second is {b} times the first. What is the second number?"), "{a} is multiplied by {b}. What is the result?", "What do {a} and {b} multiply to?",
          "The factors are {a} and {b}. Find their product.", "A rectangle has sides {a} and {b}. What is its area?", "Milk costs {a} dollars per litre. How many dollars do {b} litres cost?", "By multiplying {a} by {b}, what number do you get?"],
    "/": [("把{a}平均分成{b}份,每份是多少?", "Divide {a} into {b} equal parts. How much is each part?"), ("用{a}除以{b}。", "Divide {a} by {b}."), ("{a}里面有几个{b}?", "How many {b}s are there in {a}?"), ("{a}除以{b}得多少?", "What does {a} divided by {b} give?"), ("{a}是{b}的多少倍?", "How many times {b} is {a}?"),
          "Divide {a} by {b}.", "If you divide {a} by {b}, what do you get?", "How many times does {b} go into {a}?", "Split {a} into {b} equal parts. How big is each?", "divide {a} by {b}", "What do you get when {a} is divided by {b}?",
          ("{b}小时走了{a}千米，平均每小时走多少千米？", "In {b} hours {a} kilometres were walked. How many kilometres is that per hour on average?"), ("买{b}千克米花了{a}元，每千克多少元？", "{b} kilograms of rice cost {a} yuan. How many yuan does one kilogram cost?"),
          ("两个因数的积是{a}，其中一个是{b}，另一个是多少？", "The product of two factors is {a}. One of them is {b}. What is the other?"), ("{b}乘多少等于{a}？", "{b} times what equals {a}?"), ("被除数是{a}，除数是{b}，商是多少？", "The dividend is {a} and the divisor is {b}. What is the quotient?"),
          ("长方形的面积是{a}，一条边是{b}，另一条边是多少？", "The area of a rectangle is {a} and one side is {b}. How long is the other side?"), ("如果用{a}除以{b}，会得到多少？", "If {a} is divided by {b}, what do you get?"), "{a} is divided by {b}. What is the result?", "What number times {b} is {a}?",
          "By what must {b} be multiplied to give {a}?", "What is the quotient when {a} is divided by {b}?", "Find the number that gives {a} when multiplied by {b}.", "How much is one part if {a} is cut into {b} equal parts?"],
}

SYMBOLS = [
    ({}, ""), ({}, ""), ({}, " "), ({"*": "×", "/": "÷"}, ""), ({"*": "×", "/": "÷"}, " "), ({"*": "×", "/": "÷"}, " "),
    ({"*": "\\times", "/": "\\div"}, " "), ({"*": "\\times", "/": "\\div"}, " "), ({"*": "\\cdot", "/": "/"}, " "), ({"*": "x"}, " "),
]


def styled(random, tree) -> str:
    """An expression as people type it."""
    symbols, space = random.choice(SYMBOLS)
    text = write_tree(tree, show, symbols, space)
    if "\\" in text or random.random() < 0.1:
        return f"${text}$"
    return text


def whole(random, digits: int) -> int:
    """An integer with up to `digits` digits, every length equally often."""
    length = random.randint(1, digits)
    return random.randint(10 ** (length - 1) if length > 1 else 1, 10**length - 1)


def operands(random, operator: str) -> tuple:
    """Integers that suit the operator."""
    if operator == "+":
        digits = random.choice([2, 2, 3, 3, 4, 5])
        return whole(random, digits), whole(random, digits)
    if operator == "-":
        digits = random.choice([2, 2, 3, 3, 4, 5])
        a, b = whole(random, digits), whole(random, digits)
        return (a, b) if a >= b or random.random() < 0.12 else (b, a)
    if operator == "*":
        kind = random.random()
        if kind < 0.25:
            pair = whole(random, 2), random.randint(2, 12)
        elif kind < 0.45:
            pair = whole(random, 4), random.randint(2, 9)
        elif kind < 0.75:
            pair = random.randint(11, 99), random.randint(11, 99)
        elif kind < 0.95:
            pair = random.randint(100, 999), random.randint(11, 99)
        else:
            pair = random.randint(100, 999), random.randint(100, 999)
        return pair if random.random() < 0.6 else pair[::-1]
    if random.random() < 0.8:
        b = random.randint(2, 9) if random.random() < 0.7 else random.randint(10, 25)
        quotient = whole(random, 3) if b < 10 else whole(random, 2)
        return b * quotient, b
    b = random.choice([2, 4, 5, 8, 10, 20])
    return whole(random, 3), b


def decimal(random) -> Fraction:
    """A short decimal."""
    places = random.choice([1, 1, 2])
    return Fraction(random.randint(1, random.choice([99, 999, 9999 if places == 2 else 999])), 10**places)


def finish(chinese: str, english: str, tree) -> Problem:
    """Solve the tree and wrap it up."""
    work = Work()
    value = work.evaluate(tree)
    return Problem(english=english, chinese=chinese, thinking=work.thinking(), answer=boxed(work, value), gold=show(value))


@task("arithmetic_operation", weight=1.6, languages={"en": 0.62, "zh": 0.16, "pair": 0.22})
def operation(random, phrasing):
    """Two whole numbers and one operation."""
    operator = random.choice("++--***//")
    a, b = operands(random, operator)
    return one_operation(random, phrasing, operator, a, b)


def one_operation(random, phrasing, operator, a, b):
    """A question about one operation: as an expression, in words or as an order."""
    style = random.random()
    slots = {"a": show(a), "b": show(b)}
    if style < 0.5:
        e = styled(random, (operator, Fraction(a), Fraction(b)))
        chinese, english = phrasing.ask(ASK_VALUE, {"e": e})
        problem = finish(chinese, english, (operator, Fraction(a), Fraction(b)))
        problem.masked = [e]
        return problem
    if style < 0.78:
        chinese, english = phrasing.ask(WORDED[operator], slots)
        chinese, english = phrasing.ask(ASK_VALUE, {"e": (chinese, english)})
    else:
        chinese, english = phrasing.ask(IMPERATIVE[operator], slots)
    return finish(chinese, english, (operator, Fraction(a), Fraction(b)))


@task("arithmetic_decimal", weight=0.6)
def decimals(random, phrasing):
    """Two numbers, at least one of them a decimal."""
    operator = random.choice("++--**/")
    a, b = decimal(random), decimal(random)
    if operator in "+-" and random.random() < 0.25:
        b = Fraction(whole(random, 2))
    if operator == "-" and a < b:
        a, b = b, a
    if operator == "*":
        a = Fraction(random.randint(1, 999), random.choice([10, 100]))
        b = Fraction(random.randint(2, 99), random.choice([1, 10])) if random.random() < 0.6 else Fraction(random.randint(2, 9))
    if operator == "/":
        b = Fraction(random.randint(2, 9)) if random.random() < 0.7 else Fraction(random.randint(2, 25), 10)
        a = b * Fraction(random.randint(2, 99), random.choice([1, 10]))
    return one_operation(random, phrasing, operator, a, b)


def random_tree(random, operations: int):
    """A small expression whose intermediate values stay whole and not too large."""
    while True:
        tree = grow(random, operations)
        try:
            if sound(tree):
                return tree
        except ZeroDivisionError:
            continue


def grow(random, operations: int):
    """A random tree with that many operations."""
    if operations == 0:
        return Fraction(random.randint(1, 9) if random.random() < 0.45 else random.randint(10, 99))
    left = random.randint(0, operations - 1)
    return (random.choice("++--**/"), grow(random, left), grow(random, operations - 1 - left))


def sound(tree) -> bool:
    """Every partial value is a non-negative integer below 3000; products stay small."""
    if not isinstance(tree, tuple):
        return True
    if not (sound(tree[1]) and sound(tree[2])):
        return False
    left, right = value_of(tree[1]), value_of(tree[2])
    value = value_of(tree)
    if tree[0] == "*" and min(left, right) > 99:
        return False
    if tree[0] == "/" and not 2 <= right <= 20:
        return False
    return value.denominator == 1 and 0 <= value < 3000


@task("arithmetic_expression", weight=1.1, languages={"en": 0.66, "zh": 0.16, "pair": 0.18})
def expression(random, phrasing):
    """Two or three operations with brackets."""
    tree = random_tree(random, random.choice([2, 2, 2, 3]))
    e = styled(random, tree)
    chinese, english = phrasing.ask(ASK_VALUE, {"e": e})
    problem = finish(chinese, english, tree)
    problem.masked = [e]
    return problem


NESTED = [
    (("+", "*"), ("{a}加{b}的和乘以{c},积是多少?", "What is the product when the sum of {a} and {b} is multiplied by {c}?")),
    (("-", "*"), ("{a}减{b}的差乘以{c},积是多少?", "What is the product when the difference of {a} and {b} is multiplied by {c}?")),
    (("*", "+"), ("{a}乘{b}再加{c},得多少?", "What is {a} times {b} plus {c}?")),
    (("*", "-"), ("{a}乘{b}的积减去{c},差是多少?", "What is the product of {a} and {b} minus {c}?")),
    (("+", "-"), ("{a}加{b}再减{c},得多少?", "What is {a} plus {b} minus {c}?")),
    (("-", "+"), ("先从{a}中减去{b},再加上{c},结果是多少?", "First subtract {b} from {a}, then add {c}. What is the result?")),
    (("+", "+"), ("{a}、{b}与{c}的和是多少?", "What is the sum of {a}, {b} and {c}?")),
    (("+", "+"), ("三个数是{a}、{b}和{c},它们的和是多少?", "Three numbers are {a}, {b} and {c}. What is their sum?")),
    (("*", "*"), ("{a}、{b}和{c}的积是多少?", "What is the product of {a}, {b} and {c}?")),
    (("+", "*"), "Add {a} and {b}, then multiply by {c}."), (("+", "*"), "Multiply the sum of {a} and {b} by {c}."),
    (("*", "+"), "Multiply {a} by {b} and add {c}."), (("*", "+"), "What do you get if you multiply {a} by {b} and then add {c}?"),
    (("*", "-"), "Multiply {a} by {b}, then subtract {c}."), (("+", "-"), "Add {a} and {b}, then subtract {c}."),
    (("-", "+"), "Start with {a}, subtract {b}, then add {c}."), (("+", "+"), "Add {a}, {b} and {c}."), (("+", "+"), "Find the total of {a}, {b} and {c}."),
    (("-", "*"), "Subtract {b} from {a} and multiply the result by {c}."), (("-", "-"), "Take {b} and then {c} away from {a}."),
    (("-", "-"), ("从{a}中依次减去{b}和{c},还剩多少?", "Subtract {b} and then {c} from {a}. How much is left?")),
    (("+", "*"), ("先求{a}与{b}的和，再乘{c}，结果是多少？", "First find the sum of {a} and {b}, then multiply by {c}. What is the result?")), (("+", "*"), ("{a}与{b}的和的{c}倍是多少？", "What is {c} times the sum of {a} and {b}?")),
    (("-", "*"), ("如果先从{a}里减去{b}，再把差乘{c}，得多少？", "If you first subtract {b} from {a} and then multiply the difference by {c}, what do you get?")), (("-", "*"), ("{a}与{b}的差的{c}倍是多少？", "What is {c} times the difference of {a} and {b}?")),
    (("*", "+"), ("比{a}与{b}的积多{c}的数是多少？", "What number is {c} more than the product of {a} and {b}?")), (("*", "+"), ("一个数比{a}的{b}倍多{c}，求这个数。", "A number is {c} more than {b} times {a}. Find this number.")),
    (("*", "-"), ("一个数比{a}的{b}倍少{c}，求这个数。", "A number is {c} less than {b} times {a}. Find this number.")), (("*", "-"), ("把{a}和{b}相乘，然后减去{c}，剩下多少？", "Multiply {a} and {b}, then subtract {c}. How much is left?")),
    (("+", "-"), ("车上有{a}人，上来{b}人，又下去{c}人，现在有多少人？", "There are {a} people on a bus. {b} get on and {c} get off. How many people are on it now?")),
    (("-", "+"), ("盒子里有{a}块糖，拿走{b}块，又放入{c}块，现在有多少块？", "A box has {a} sweets. {b} are taken out and then {c} are put in. How many sweets are there now?")), (("+", "+"), ("把{a}、{b}、{c}三个数加起来，一共是多少？", "Add the three numbers {a}, {b} and {c}. How much is it in total?")),
    (("*", "*"), ("把{a}、{b}、{c}三个数相乘，积是多少？", "Multiply the three numbers {a}, {b} and {c}. What is the product?")), (("-", "-"), ("小红有{a}元，买书用去{b}元，买笔用去{c}元，还剩多少元？", "Xiao Hong has {a} yuan and spends {b} yuan on a book and {c} yuan on a pen. How many yuan are left?")),
    (("-", "-"), ("{a}先减{b}再减{c}，等于多少？", "What is {a} minus {b} and then minus {c}?")), (("*", "+"), "There are {b} boxes of {a} pens each and {c} more pens. How many pens are there in all?"), (("+", "*"), "The sum of {a} and {b} is multiplied by {c}. What is the result?"),
    (("*", "-"), "From the product of {a} and {b}, subtract {c}."), (("*", "*"), "If you multiply {a} by {b} and the result by {c}, what number do you get?"), (("-", "+"), "Take {b} from {a}, and to the difference add {c}. What is the result?"),
    (("+", "-"), "To {a} we add {b}, and from the sum we take {c}. What is left?"), (("-", "-"), "{a} is reduced by {b} and then by {c}. What is the final number?"), (("+", "+"), "On three days {a}, {b} and {c} pages were read. How many pages is that in all?"),
    (("-", "*"), "The difference between {a} and {b} is multiplied by {c}. What is the result?"),
]
NESTED_FRAMES = [frame for _, frame in NESTED]


@task("arithmetic_nested_words", weight=0.4)
def nested_words(random, phrasing):
    """Two operations described in words."""
    frame = phrasing.frame(NESTED_FRAMES)
    first, second = next(operators for operators, candidate in NESTED if candidate is frame)
    while True:
        a, b, c = random.randint(2, 99), random.randint(2, 99), random.randint(2, 40)
        if first == "*" or second == "*":
            c = random.randint(2, 9) if second == "*" else c
            b = random.randint(2, 9) if first == "*" and second == "*" else b
        tree = (second, (first, Fraction(a), Fraction(b)), Fraction(c))
        if value_of(tree) >= 0 and value_of(tree[1]) >= 0:
            break
    chinese, english = phrasing.say(frame, {"a": a, "b": b, "c": c})
    return finish(chinese, english, tree)
