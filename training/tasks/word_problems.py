"""Word problems of one to three steps.

`SCENARIOS` are whole questions for one expression; `stories` chains clauses
(start, changes, question) freely. The thinking first writes the expression,
then works it out.

Slots: {a} {b} people, {n} {m} {k} {j} numbers, {t} thing with measure word {u},
{c} container, {s} shop, {l} place, {v} vehicle, {p} he or she.
"""

from ..columns import Work, boxed, parse, show, value_of
from ..lexicon import CONTAINERS, NUMERALS, PLACES, SHOPS, VEHICLES, names, thing
from ..registry import Problem, task

START = [
    ("{a}有{n}{u}{t}", "{a} has {n} {t}"), ("{a}原来有{n}{u}{t}", "{a} originally had {n} {t}"), ("{a}一开始有{n}{u}{t}", "{a} had {n} {t} at first"),
    ("{a}手里有{n}{u}{t}", "{a} holds {n} {t}"), ("{a}家里有{n}{u}{t}", "{a} has {n} {t} at home"), ("{l}里有{n}{u}{t}", "There are {n} {t} in the {l}"),
    ("{l}里原来有{n}{u}{t}", "There were originally {n} {t} in the {l}"), ("桌上有{n}{u}{t}", "There are {n} {t} on the table"), ("一个{c}里有{n}{u}{t}", "There are {n} {t} in a {c}"),
    ("{a}收集了{n}{u}{t}", "{a} collected {n} {t}"), ("昨天{a}有{n}{u}{t}", "Yesterday {a} had {n} {t}"), ("{a}买了{n}{u}{t}", "{a} bought {n} {t}"), ("{s}里有{n}{u}{t}", "A {s} has {n} {t}"),
    ("{a}带了{n}{u}{t}", "{a} brought {n} {t}"), ("老师有{n}{u}{t}", "The teacher has {n} {t}"),
    "{a} [starts|started|begins|began] with {n} {t}", "{a} owns {n} {t}", "{a} had {n} {t}", "{a} has got {n} {t}", "A {c} holds {n} {t}", "There were {n} {t} in a {c}",
    "{a} keeps {n} {t} in a {c}", "At the start there are {n} {t}", "In the morning {a} had {n} {t}", "{a} picked {n} {t}", "{a} made {n} {t}",
    ("{a}的书桌上放着{n}{u}{t}", "There are {n} {t} on the desk of {a}"), ("{a}从家里带来{n}{u}{t}", "{a} brought {n} {t} from home"), ("今天早上{a}有{n}{u}{t}", "This morning {a} had {n} {t}"), ("{a}在{s}买了{n}{u}{t}", "{a} bought {n} {t} in the {s}"),
    ("{s}今天早上有{n}{u}{t}", "The {s} had {n} {t} this morning"), ("地上有{n}{u}{t}", "There are {n} {t} on the ground"), ("{a}得到了{n}{u}{t}", "{a} got {n} {t}"), ("本来{l}里有{n}{u}{t}", "At first there were {n} {t} in the {l}"),
    ("有一个{c}，里面有{n}{u}{t}", "There is a {c} with {n} {t} in it"), ("{a}准备了{n}{u}{t}", "{a} prepared {n} {t}"), ("奶奶给了{a}{n}{u}{t}", "Grandma gave {a} {n} {t}"), ("{a}的{t}有{n}{u}", "{a} has {n} {t}"),
    ("{a}数了数，共有{n}{u}{t}", "{a} counted {n} {t} in total"), ("星期一{a}有{n}{u}{t}", "On Monday {a} had {n} {t}"), ("在{l}里，{a}找到了{n}{u}{t}", "In the {l} {a} found {n} {t}"), ("已知{a}有{n}{u}{t}", "It is known that {a} has {n} {t}"),
    ("我们班有{n}{u}{t}", "Our class has {n} {t}"),
    "Suppose {a} has {n} {t}", "On the table there are {n} {t}", "We have {n} {t}", "{n} {t} belong to {a}", "{n} {t} are in a {c}", "The {c} contains {n} {t}", "Last week {a} got {n} {t}", "The {l} owns {n} {t}",
    "{a} [takes|took] {n} {t} to the {l}", "Grandpa gave {a} {n} {t}",
]
GAIN = [
    ("又买了{m}{u}", "then bought {m} more"), ("又买来{m}{u}", "then bought {m} more"), ("后来又得到{m}{u}", "later got {m} more"), ("{b}又给了{m}{u}", "{b} gave {m} more"),
    ("妈妈又给了{m}{u}", "Mom gave {m} more"), ("又收到{m}{u}", "then received {m} more"), ("又拿来{m}{u}", "then {m} more were brought"), ("又放进去{m}{u}", "then {m} more were put in"),
    ("又增加了{m}{u}", "then {m} more were added"), ("又找到{m}{u}", "then found {m} more"), ("爸爸又送来{m}{u}", "Dad brought {m} more"), ("又运来{m}{u}", "then {m} more were delivered"),
    ("第二天又买了{m}{u}", "the next day bought {m} more"), ("再加上{m}{u}", "plus another {m}"), ("朋友送了{m}{u}", "a friend gave {m}"), ("又捡到{m}{u}", "then picked up {m} more"), ("又做了{m}{u}", "then made {m} more"),
    "then [buys|gets|finds|receives] {m} more", "[buys|gets|finds|receives|collects] another {m}", "and then {b} gave {a} {m} more", "{b} gives {a} {m} {t}", "{m} more {t} [arrive|arrived|came]", "{m} {t} were added",
    "after that bought another {m} {t}", "won {m} {t} in a game", "gets {m} more {t} from {b}", "a shop delivers {m} more",
    ("又借来{m}{u}", "then borrowed {m} more"), ("奶奶又给了{m}{u}", "Grandma gave {m} more"), ("又来了{m}{u}", "then {m} more came"), ("老师奖励了{m}{u}", "the teacher gave {m} as a prize"), ("又赢了{m}{u}", "then won {m} more"),
    ("从{b}那里又得到{m}{u}", "got {m} more from {b}"), ("下午又买了{m}{u}", "in the afternoon bought {m} more"), ("晚上又收到{m}{u}", "in the evening received {m} more"), ("叔叔又寄来{m}{u}", "Uncle sent {m} more"), ("后来{b}又送来{m}{u}", "later {b} brought {m} more"),
    ("接着增加{m}{u}", "after that {m} were added"), ("又多了{m}{u}", "then there were {m} more"), ("{b}也拿来{m}{u}", "{b} also brought {m}"), ("过生日时又收到{m}{u}", "received {m} more for a birthday"), ("同学又带来{m}{u}", "classmates brought {m} more"),
    ("星期天又得到{m}{u}", "got {m} more on Sunday"),
    "[picks up|picked up] {m} more {t}", "{m} more were [bought|found|made|brought]", "is given {m} more", "{b} [sends|sent] another {m}", "a classmate brings {m} {t}", "the number goes up by {m}", "[takes|took] {m} more from {b}",
    "on the next day {m} more came", "[orders|ordered] {m} more {t}", "received {m} {t} as a gift", "{m} {t} more were given by {b}",
]
LOSE = [
    ("送给{b}{m}{u}", "gave {m} to {b}"), ("给了{b}{m}{u}", "gave {b} {m}"), ("吃了{m}{u}", "ate {m}"), ("吃掉{m}{u}", "ate {m} of them"), ("卖了{m}{u}", "sold {m}"), ("卖出{m}{u}", "sold {m}"),
    ("丢了{m}{u}", "lost {m}"), ("用了{m}{u}", "used {m}"), ("用掉{m}{u}", "used up {m}"), ("拿走{m}{u}", "{m} were taken away"), ("借给{b}{m}{u}", "lent {m} to {b}"), ("坏了{m}{u}", "{m} broke"),
    ("分给同学{m}{u}", "gave {m} to classmates"), ("借走{m}{u}", "{m} were borrowed"), ("送出{m}{u}", "gave away {m}"), ("运走{m}{u}", "{m} were shipped away"), ("扔了{m}{u}", "threw away {m}"),
    "[gives|gave] {m} to {b}", "[gives|gave] away {m}", "[eats|ate|loses|lost|sells|sold|uses|used] {m}", "[eats|ate|loses|lost|sells|sold|uses|used] {m} of them", "[gives|gave|lends|lent|sells|sold] {b} {m} {t}",
    "{m} of them [are|were] [broken|lost|sold|eaten|taken away]", "{b} takes {m} of them", "dropped {m} {t}", "hands {m} to {b}", "donates {m} {t}", "spent {m} {t}",
    ("弄丢了{m}{u}", "lost {m} of them"), ("不见了{m}{u}", "{m} are missing"), ("{b}拿走了{m}{u}", "{b} took away {m}"), ("{b}借走{m}{u}", "{b} borrowed {m}"), ("又卖掉{m}{u}", "then sold {m}"), ("后来用去{m}{u}", "later used {m}"), ("捐了{m}{u}", "donated {m}"),
    ("给弟弟{m}{u}", "gave {m} to the younger brother"), ("妹妹拿走{m}{u}", "the younger sister took away {m}"), ("第二天卖出{m}{u}", "the next day sold {m}"), ("下午用了{m}{u}", "in the afternoon used {m}"), ("还给{b}{m}{u}", "gave {m} back to {b}"),
    ("其中{m}{u}被拿走了", "{m} of them were taken away"), ("被朋友借走{m}{u}", "{m} were borrowed by a friend"), ("寄给{b}{m}{u}", "sent {m} to {b}"), ("减少了{m}{u}", "the number went down by {m}"), ("分出去{m}{u}", "gave out {m}"),
    "{m} {t} were [given away|sold|used|lost]", "[takes|took] away {m}", "{b} borrows {m} {t}", "[throws|threw] {m} {t} away", "the number goes down by {m}", "{m} of the {t} [broke|went missing|were lost]", "[sends|sent] {m} {t} to {b}",
    "[returns|returned] {m} {t} to {b}", "hands out {m} {t}", "removed {m} of them", "after that sold {m} {t}",
]
HOW_MANY = [
    ("现在一共有多少{u}{t}?", "how many {t} are there now in total?"), ("现在有多少{u}{t}?", "how many {t} are there now?"), ("还剩多少{u}{t}?", "how many {t} are left?"), ("现在有几{u}{t}?", "how many {t} are there now?"),
    ("还有多少{u}?", "how many are still there?"), ("最后有多少{u}{t}?", "how many {t} are there in the end?"), ("请问现在有多少{u}{t}?", "may I ask how many {t} there are now?"), ("{t}现在有多少{u}?", "how many {t} are there now?"),
    ("现在共有多少{u}{t}?", "how many {t} are there now altogether?"), ("那么现在有多少{u}{t}?", "so how many {t} are there now?"), ("还剩下几{u}{t}?", "how many {t} remain?"), ("现在总共有多少{u}?", "how many are there now in total?"),
    "how many {t} does {a} have now?", "how many {t} are there [now|altogether|in total|in the end|left|]?", "how many does {a} have now?", "how many {t} does {a} have in the end?", "how many {t} does {a} have left?", "what is the number of {t} now?",
    "find the number of {t} now.", "how many {t} remain?", "how many {t} does {a} end up with?", "calculate how many {t} there are now.", "what is the total number of {t} now?", "how many {t} are [left over|left]?", "how many {t} does that make?",
    ("现在的{t}一共是多少{u}？", "how many {t} are there now in total?"), ("求现在有多少{u}{t}。", "find how many {t} there are now."), ("最后剩下多少{u}{t}？", "how many {t} are left in the end?"), ("{t}还有多少{u}？", "how many {t} are still there?"),
    ("算一算，现在有多少{u}{t}？", "work it out: how many {t} are there now?"), ("这时有多少{u}{t}？", "how many {t} are there at this time?"), ("{t}的数量现在是多少？", "what is the number of {t} now?"), ("到最后还有几{u}{t}？", "how many {t} are still there in the end?"),
    ("这样一来有多少{u}{t}？", "how many {t} does that make?"), ("你知道现在有多少{u}{t}吗？", "do you know how many {t} there are now?"), ("现在合起来有多少{u}{t}？", "how many {t} are there now altogether?"), ("结果有多少{u}{t}？", "how many {t} are there as a result?"),
    ("请算出现在有多少{u}{t}。", "please work out how many {t} there are now."), ("现在{t}有几{u}？", "how many {t} are there now?"), ("问：最后有几{u}{t}？", "question: how many {t} are there in the end?"),
    "how many {t} are there after that?", "work out the number of {t}[ now| left|].", "tell me how many {t} there are now.", "what is the final number of {t}?", "and how many {t} are there now?", "give the number of {t} in the end.",
    "so how many {t} are left?", "how many {t} [do we have now|are we left with]?", "compute the number of {t} at the end.", "how many {t} can {a} count now?",
]


def amounts(random, signs: str) -> list:
    """A start and changes that never go below zero."""
    top = random.choice([20, 60, 100, 100, 200, 900])
    while True:
        numbers = [random.randint(2, top) for _ in range(len(signs) + 1)]
        total = numbers[0]
        for sign, number in zip(signs, numbers[1:]):
            total += number if sign == "+" else -number
            if total < 0:
                break
        else:
            return numbers


def chinese_numeral(random, number: int) -> str:
    """Mostly digits; small numbers now and then as a Chinese numeral."""
    if 3 <= number <= 10 and random.random() < 0.08:
        return NUMERALS[number]
    if number == 2 and random.random() < 0.5:
        return random.choice(["两", "2"])
    return str(number)


@task("story_of_changes", weight=1.6)
def stories(random, phrasing):
    """Somebody has things, gets some, gives some; how many now?"""
    signs = random.choice(["+", "-", "+", "-", "+-", "-+", "--", "++", random.choice(["+-+", "-+-", "--+"])])
    numbers = amounts(random, signs)
    people = names(random, 3, phrasing.language == "en")
    slots = {"a": people[0], "n": (chinese_numeral(random, numbers[0]), numbers[0]), "c": random.choice(CONTAINERS)[:4:3], "s": random.choice(SHOPS), "l": random.choice(PLACES), **thing(random)}
    chinese, english = phrasing.ask(START, slots)
    joiner = random.choice([", ", ", ", " and ", ". Then ", ", and "])
    full_stop = phrasing.language == "en" and joiner == ". Then "
    for index, sign in enumerate(signs):
        slots.update(b=people[1 + index % 2], m=(chinese_numeral(random, numbers[index + 1]), numbers[index + 1]))
        clause = phrasing.ask(GAIN if sign == "+" else LOSE, slots)
        chinese += "," + clause[0]
        step = clause[1]
        if full_stop:
            subject = "" if "{" in step or step.split()[0] in ("then", "later", "the") else ""
            english += ". " + step[0].upper() + step[1:] + subject
        else:
            english += ", " + step
    chinese_question, english_question = phrasing.ask(HOW_MANY, slots)
    chinese += "," + chinese_question
    if phrasing.language != "pair" and random.random() < 0.25:
        chinese = chinese[: -len(chinese_question) - 1] + "。" + chinese_question
    english += (". " + english_question[0].upper() + english_question[1:])
    return solve(chinese, english, "n" + "".join(f"{sign}{name}" for sign, name in zip(signs, "mkj")), dict(zip("nmkj", numbers)))


def solve(chinese: str, english: str, formula: str, values: dict) -> Problem:
    """Work the formula out and wrap it up."""
    work = Work()
    result = work.evaluate(parse(formula, values))
    return Problem(english=english, chinese=chinese, thinking=work.thinking(), answer=boxed(work, result), gold=show(result))


# (formula, how to draw numbers, frames). Numbers: lo..hi per letter; then a check.
SCENARIOS = []


def scenario(formula: str, ranges: dict, frames: list, check=None, weight: float = 1.0):
    """Add one kind of question."""
    SCENARIOS.append((formula, ranges, frames, check, weight))


scenario("n+m", {"n": (3, 300), "m": (3, 300)}, [
    ("{a}有{n}{u}{t},{b}有{m}{u}{t},他们一共有多少{u}{t}?", "{a} has {n} {t}, {b} has {m} {t}. How many {t} do they have in total?"),
    ("{a}有{n}{u}{t},{b}有{m}{u},两人共有多少{u}?", "{a} has {n} {t} and {b} has {m}. How many do the two have altogether?"),
    ("{l}里有{n}{u}{t},{s}里有{m}{u}{t},一共有多少{u}{t}?", "There are {n} {t} in the {l} and {m} {t} in the {s}. How many {t} are there in total?"),
    ("上午卖出{n}{u}{t},下午卖出{m}{u},一天共卖出多少{u}{t}?", "In the morning {n} {t} were sold, in the afternoon {m}. How many {t} were sold in one day?"),
    ("{a}比{b}多{m}{u}{t},{b}有{n}{u},{a}有多少{u}?", "{a} has {m} more {t} than {b}. {b} has {n}. How many does {a} have?"),
    ("{b}有{n}{u}{t},{a}的{t}比{b}多{m}{u},{a}有多少{u}{t}?", "{b} has {n} {t}. {a} has {m} more {t} than {b}. How many {t} does {a} have?"),
    ("{l}里有{n}名男生和{m}名女生,一共有多少名学生?", "There are {n} boys and {m} girls in the {l}. How many students are there in total?"),
    ("一本书已经看了{n}页,还剩{m}页,这本书有多少页?", "{n} pages of a book have been read and {m} pages are left. How many pages does the book have?"),
    ("{a}用掉{n}{u}{t}后还剩{m}{u},{a}原来有多少{u}{t}?", "After using {n} {t}, {a} has {m} left. How many {t} did {a} have originally?"),
    "How many {t} do {a} and {b} have together if {a} has {n} and {b} has {m}?", "{a} collected {n} {t} and {b} collected {m}. What is the total number of {t}?", "One {c} holds {n} {t} and another holds {m}. How many {t} are in both?",
    "{a} read {n} pages on Monday and {m} pages on Tuesday. How many pages did {a} read [in all|altogether|in total]?", "A {s} sold {n} {t} on Saturday and {m} on Sunday. How many {t} did it sell over the weekend?", "{a} gave away {n} {t} and still has {m}. How many {t} were there at first?",
    "There are {n} red {t} and {m} blue {t}. How many {t} are there [in all|altogether]?", "If {a} has {n} {t} and buys {m} more, how many {t} does {a} have?",
    ("{a}和{b}一共有多少{u}{t}？已知{a}有{n}{u}，{b}有{m}{u}。", "How many {t} do {a} and {b} have in total? It is known that {a} has {n} and {b} has {m}."),
    ("如果{a}有{n}{u}{t}，{b}有{m}{u}{t}，那么两人共有多少{u}{t}？", "If {a} has {n} {t} and {b} has {m} {t}, how many {t} do the two have altogether?"),
    ("{a}上午摘了{n}个苹果，下午摘了{m}个，一天摘了多少个苹果？", "{a} picked {n} apples in the morning and {m} in the afternoon. How many apples were picked in one day?"),
    ("花园里有{n}朵红花和{m}朵黄花，一共有多少朵花？", "There are {n} red flowers and {m} yellow flowers in the garden. How many flowers are there in total?"),
    ("农场里有{n}只鸡，鸭比鸡多{m}只，鸭有多少只？", "There are {n} chickens on the farm. There are {m} more ducks than chickens. How many ducks are there?"),
    ("一件上衣{n}元，一双鞋{m}元，一共多少元？", "A jacket costs {n} yuan and a pair of shoes costs {m} yuan. How many yuan is that in total?"),
    ("从家到学校有{n}米，从学校到图书馆有{m}米，从家经过学校到图书馆一共有多少米？", "It is {n} meters from home to the school and {m} meters from the school to the library. How many meters is it from home past the school to the library in total?"),
    ("求{n}{u}{t}加上{m}{u}{t}一共有多少{u}。", "Find how many {n} {t} plus {m} {t} are in total."),
    ("图书馆借出{n}本书后还剩{m}本，图书馆原来有多少本书？", "After {n} books were lent out, the library has {m} left. How many books did the library have originally?"),
    ("比赛中{a}得了{n}分，{b}得了{m}分，两人一共得了多少分？", "In a game {a} scored {n} points and {b} scored {m} points. How many points did the two score in total?"),
    ("{t}的数量：{a}{n}{u}，{b}{m}{u}。共多少{u}？", "Number of {t}: {a} {n}, {b} {m}. How many altogether?"),
    "Find the total number of {t} if {a} has {n} and {b} has {m}.", "{n} {t} are in one {c} and {m} {t} in another. How many is that [in all|altogether]?", "In the {l} there are {n} adults and {m} children. How many people are there?",
    "Today the {s} sold {n} {t}. Yesterday it sold {m}. How many {t} did it sell in the two days?", "{b} has {n} {t}. How many does {a} have if {a} has {m} more than {b}?",
    "A cook used {n} eggs for cakes and {m} eggs for bread. How many eggs were used?", "A team scored {n} points in the first game and {m} points in the second game. Give the total.",
], weight=1.6)
scenario("n-m", {"n": (5, 300), "m": (2, 290)}, [
    ("{a}有{n}{u}{t},{b}有{m}{u}{t},{a}比{b}多多少{u}?", "{a} has {n} {t} and {b} has {m} {t}. How many more does {a} have than {b}?"),
    ("{b}有{m}{u}{t},{a}有{n}{u}{t},{b}比{a}少几{u}?", "{b} has {m} {t} and {a} has {n} {t}. How many fewer does {b} have than {a}?"),
    ("{l}里有{n}名学生,其中{m}名是男生,女生有多少名?", "There are {n} students in the {l}, of whom {m} are boys. How many girls are there?"),
    ("一本书有{n}页,{a}已经看了{m}页,还有多少页没看?", "A book has {n} pages. {a} has read {m} pages. How many pages are not read yet?"),
    ("{a}有{n}元,买{t}花了{m}元,还剩多少元?", "{a} has {n} yuan and spent {m} yuan on {t}. How many yuan are left?"),
    ("{a}有{n}{u}{t},{b}比{a}少{m}{u},{b}有多少{u}{t}?", "{a} has {n} {t}. {b} has {m} fewer than {a}. How many {t} does {b} have?"),
    ("{s}有{n}{u}{t},卖掉一些后还剩{m}{u},卖掉了多少{u}?", "A {s} had {n} {t}. After selling some, {m} are left. How many were sold?"),
    ("一根绳子长{n}米,剪去{m}米,还剩多少米?", "A rope is {n} meters long. {m} meters are cut off. How many meters are left?"),
    ("{a}要做{n}{u}{t},已经做了{m}{u},还要做多少{u}?", "{a} has to make {n} {t} and has made {m}. How many more must be made?"),
    ("红花有{n}朵,黄花比红花少{m}朵,黄花有多少朵?", "There are {n} red flowers. There are {m} fewer yellow flowers than red flowers. How many yellow flowers are there?"),
    "How many more {t} does {a} have than {b} if {a} has {n} and {b} has {m}?", "There are {n} {t} in the {c}. {m} of them are red and the rest are blue. How many are blue?", "{a} needs {n} {t} and already has {m}. How many more does {a} need?",
    "A {s} had {n} {t} and sold {m}. How many {t} [are left|remain]?", "{a} had some {t}. After getting {m} more there were {n}. How many {t} did {a} have at first?", "{a} is {n} centimeters tall and {b} is {m} centimeters tall. What is the difference in height?",
    "If {a} has {n} {t} and [eats|gives away|sells|loses] {m}, how many are left?", "{a} paid {m} dollars from {n} dollars. How much change did {a} get?", "Of {n} {t}, {m} are broken. How many are not broken?", "{a} had {n} dollars and spent {m} dollars. How much money is left?",
    ("{a}比{b}多几{u}{t}？已知{a}有{n}{u}，{b}有{m}{u}。", "How many more {t} does {a} have than {b}? It is known that {a} has {n} and {b} has {m}."),
    ("如果{a}有{n}{u}{t}，用掉{m}{u}，那么还剩多少{u}？", "If {a} has {n} {t} and uses {m}, how many are left?"),
    ("{s}运来{n}{u}{t}，已经卖出{m}{u}，还有多少{u}没卖？", "The {s} received {n} {t} and has sold {m}. How many are not sold yet?"),
    ("从甲地到乙地有{n}千米，{v}已经行了{m}千米，还要行多少千米？", "It is {n} kilometers from place A to place B. {v} has travelled {m} kilometers. How many more kilometers must it travel?"),
    ("图书馆有{n}本书，借出{m}本，还剩多少本？", "The library has {n} books. {m} are lent out. How many are left?"),
    ("{a}和{b}一共有{n}{u}{t}，其中{a}有{m}{u}，{b}有多少{u}？", "{a} and {b} have {n} {t} in total. {a} has {m} of them. How many does {b} have?"),
    ("池塘里有{n}只鸭子，游走了{m}只，还剩几只？", "There are {n} ducks in the pond. {m} swim away. How many are left?"),
    ("一场比赛中，红队得{n}分，蓝队得{m}分，红队比蓝队多多少分？", "In a game the red team scores {n} points and the blue team scores {m} points. How many more points does the red team have than the blue team?"),
    ("一个书包{n}元，一个铅笔盒比书包便宜{m}元，铅笔盒多少元？", "A schoolbag costs {n} yuan. A pencil box costs {m} yuan less than the schoolbag. How many yuan does the pencil box cost?"),
    ("{a}原来有{m}元，爸爸给了{p}一些钱后，{p1}有{n}元，爸爸给了多少元？", "{a} originally had {m} yuan. After Dad gave {p} some money, {p1} has {n} yuan. How many yuan did Dad give?"),
    ("求{n}{u}{t}拿走{m}{u}后还剩多少{u}。", "Find how many of {n} {t} are left after {m} are taken away."),
    ("果园里有{n}棵树，其中{m}棵是苹果树，其余的是梨树，梨树有多少棵？", "There are {n} trees in the orchard. {m} of them are apple trees and the rest are pear trees. How many pear trees are there?"),
    "How many {t} are left if {m} of {n} are [sold|used|given away]?", "A train has {n} seats and {m} are taken. How many seats are free?", "After {a} [ate|sold|lost|used] {m} of {n} {t}, how many remained?",
    "Take {m} {t} away from {n}. How many {t} are left?", "{b} has {m} {t} and {a} has {n}. How many more than {b} does {a} have?", "{a} wants a bicycle for {n} dollars and has saved {m} dollars. How many more dollars are needed?",
    "{m} of the {n} children in the {l} are girls. How many are boys?", "A trip is {n} kilometers long and {a} has gone {m} kilometers. How many kilometers are left?",
], check=lambda v: v["n"] > v["m"], weight=1.6)
scenario("n*m", {"n": (3, 60), "m": (2, 20)}, [
    ("每个{c}里有{n}{u}{t},{m}个{c}里一共有多少{u}{t}?", "Each {c} has {n} {t}. How many {t} are there in {m} {cs} in total?"),
    ("一{u}{t}{n}元,买{m}{u}要多少元?", "One of the {t} costs {n} yuan. How many yuan do {m} cost?"),
    ("{a}每天看{n}页书,{m}天一共看多少页?", "{a} reads {n} pages a day. How many pages does {a} read in {m} days?"),
    ("{v}每小时行{n}千米,{m}小时行多少千米?", "{v} travels {n} kilometers per hour. How many kilometers does it travel in {m} hours?"),
    ("{l}里有{m}排座位,每排{n}个,一共有多少个座位?", "There are {m} rows of seats in the {l}, {n} in each row. How many seats are there in total?"),
    ("{a}有{m}{u}{t},{b}的{t}是{a}的{n}倍,{b}有多少{u}{t}?", "{a} has {m} {t}. {b} has {n} times as many {t} as {a}. How many {t} does {b} have?"),
    ("一台机器每小时做{n}个零件,{m}小时做多少个零件?", "A machine makes {n} parts per hour. How many parts does it make in {m} hours?"),
    ("{t}每{u}{n}元,{a}买了{m}{u},一共花了多少元?", "The {t} cost {n} yuan each. {a} bought {m}. How many yuan were spent in total?"),
    ("{m}个小朋友每人分到{n}{u}{t},一共分了多少{u}{t}?", "{m} children each get {n} {t}. How many {t} are given out in total?"),
    ("{v}的速度是每小时{n}千米,行了{m}小时,一共行了多少千米?", "The speed of {v1} is {n} kilometers per hour. It travels for {m} hours. How many kilometers does it travel in total?"),
    ("长方形的长是{n}厘米,宽是{m}厘米,面积是多少平方厘米?", "A rectangle is {n} centimeters long and {m} centimeters wide. What is its area in square centimeters?"),
    "There are {m} {cs} with {n} {t} in each. How many {t} are there [in all|altogether|in total]?", "{a} buys {m} {t} at {n} dollars each. How much does {a} pay?", "{a} earns {n} dollars an hour. How much does {a} earn in {m} hours?", "How far does {v1} go in {m} hours at {n} [km/h|kilometers per hour|miles per hour]?",
    "{a} has {n} {t} and {b} has {m} times as many. How many {t} does {b} have?", "If one of the {t} costs {n} dollars, how much do {m} cost?", "{a} saves {n} dollars every week. How much does {a} save in {m} weeks?", "{v} drives at {n} km per hour for {m} hours. How far does it go?",
    "A {s} packs {n} {t} into each {c}. How many {t} fit into {m} {cs}?", "What is the area of a rectangle with length {n} and width {m}?",
    ("买{m}{u}{t}要多少元？每{u}{n}元。", "How many yuan do {m} {t} cost? Each one costs {n} yuan."),
    ("如果每{u}{t}{n}元，那么买{m}{u}需要多少元？", "If each of the {t} costs {n} yuan, how many yuan are needed to buy {m}?"),
    ("{a}每分钟走{n}米，{m}分钟走多少米？", "{a} walks {n} meters per minute. How many meters does {a} walk in {m} minutes?"),
    ("果园里种了{m}行苹果树，每行{n}棵，一共种了多少棵？", "{m} rows of apple trees are planted in the orchard, {n} in each row. How many are planted in total?"),
    ("学校买来{m}盒铅笔，每盒{n}支，共有多少支铅笔？", "The school bought {m} boxes of pencils with {n} in each box. How many pencils are there altogether?"),
    ("食堂每天用{n}千克米，{m}天用多少千克米？", "A kitchen uses {n} kilograms of rice a day. How many kilograms of rice does it use in {m} days?"),
    ("{m}个班参加比赛，每班{n}人，一共有多少人参加？", "{m} classes join the competition, {n} people from each class. How many people join in total?"),
    ("图书馆有{m}个书架，每个书架放{n}本书，共放多少本书？", "The library has {m} shelves and each shelf holds {n} books. How many books do they hold altogether?"),
    ("求{m}个{n}元的书包一共多少元。", "Find how many yuan {m} schoolbags at {n} yuan each cost in total."),
    ("农场里有{n}只鸡，鸭的只数是鸡的{m}倍，鸭有多少只？", "There are {n} chickens on the farm and {m} times as many ducks as chickens. How many ducks are there?"),
    ("一箱牛奶有{n}瓶，{m}箱牛奶有多少瓶？", "A crate of milk has {n} bottles. How many bottles do {m} crates of milk have?"),
    ("一块菜地长{n}米，宽{m}米，它的面积是多少平方米？", "A vegetable field is {n} meters long and {m} meters wide. What is its area in square meters?"),
    ("{a}每天学{n}个单词，照这样，{m}天学多少个单词？", "{a} learns {n} words a day. At this rate, how many words does {a} learn in {m} days?"),
    "{m} {cs}, {n} {t} in each. How many {t}?", "Find the number of {t} in {m} {cs} if each {c} holds {n}.", "Each of {m} [children|students|friends] brings {n} {t}. How many {t} do they bring in total?",
    "A farmer plants {m} rows of {n} cabbages each. How many cabbages are planted?", "If {v1} travels {n} kilometers every hour, how far does it go in {m} hours?", "How many pages are read in {m} days when {a} reads {n} pages a day?",
    "{m} {t} were bought for {n} dollars each. What was the total price?", "There are {m} rows of {n} chairs in the {l}. How many chairs is that?",
], weight=1.8)
scenario("n/m", {"q": (2, 40), "m": (2, 12)}, [
    ("把{n}{u}{t}平均分给{m}个小朋友,每人分到多少{u}?", "{n} {t} are shared equally among {m} children. How many does each child get?"),
    ("{n}{u}{t}平均放进{m}个{c},每个{c}放多少{u}?", "{n} {t} are put equally into {m} {cs}. How many are in each {c}?"),
    ("{a}有{n}{u}{t},每{m}{u}装一{cu}{c},能装多少{cu}?", "{a} has {n} {t} and packs {m} into each {c}. How many {cs} are needed?"),
    ("{m}{u}{t}一共{n}元,每{u}多少元?", "{m} {t} cost {n} yuan in total. How many yuan does each one cost?"),
    ("{v}{m}小时行了{n}千米,平均每小时行多少千米?", "{v} travels {n} kilometers in {m} hours. How many kilometers does it travel per hour on average?"),
    ("一本书有{n}页,每天看{m}页,多少天能看完?", "A book has {n} pages. Reading {m} pages a day, how many days does it take to finish?"),
    ("{n}名学生平均分成{m}组,每组多少名学生?", "{n} students are divided equally into {m} groups. How many students are in each group?"),
    ("{a}有{n}元,{t}每{u}{m}元,可以买多少{u}?", "{a} has {n} yuan and the {t} cost {m} yuan each. How many can be bought?"),
    ("{a}有{n}{u}{t},是{b}的{m}倍,{b}有多少{u}{t}?", "{a} has {n} {t}, which is {m} times as many as {b}. How many {t} does {b} have?"),
    ("路程是{n}千米,每小时行{m}千米,需要多少小时?", "The distance is {n} kilometers. At {m} kilometers per hour, how many hours are needed?"),
    "{a} shares {n} {t} equally among {m} friends. How many {t} does each friend get?", "How many {t} does each of {m} children get if {n} {t} are shared equally?", "{n} {t} are packed into {cs} of {m}. How many {cs} are there?", "How long does {v1} need for {n} kilometers at {m} kilometers per hour?",
    "If {m} {t} cost {n} dollars, how much does one cost?", "{a} has to read {n} pages in {m} days. How many pages is that per day?", "{v} covers {n} km in {m} hours. What is its [average |]speed?", "{n} students split into {m} equal teams. How many students are on each team?",
    "{a} divides {n} {t} equally into {m} {cs}. How many {t} are in each {c}?", "{a} earned {n} dollars in {m} hours. How much is that per hour?",
    ("每个小朋友分到多少{u}{t}？{n}{u}{t}平均分给{m}个小朋友。", "How many {t} does each child get? {n} {t} are shared equally among {m} children."),
    ("如果{m}天看完一本{n}页的书，平均每天看多少页？", "If a book of {n} pages is finished in {m} days, how many pages are read per day on average?"),
    ("{a}{m}分钟走了{n}米，平均每分钟走多少米？", "{a} walked {n} meters in {m} minutes. How many meters did {a} walk per minute on average?"),
    ("{n}棵树平均种成{m}行，每行种多少棵？", "{n} trees are planted equally in {m} rows. How many are planted in each row?"),
    ("老师把{n}支铅笔平均发给{m}名学生，每名学生得到几支？", "The teacher gives {n} pencils equally to {m} students. How many does each student get?"),
    ("食堂有{n}千克米，每天用{m}千克，可以用多少天？", "A kitchen has {n} kilograms of rice and uses {m} kilograms a day. For how many days is it enough?"),
    ("一根{n}米长的绳子平均剪成{m}段，每段多少米？", "A rope of {n} meters is cut into {m} equal pieces. How many meters is each piece?"),
    ("{n}人去坐船，每条船坐{m}人，需要多少条船？", "{n} people go by boat with {m} people in each boat. How many boats are needed?"),
    ("{s}{m}天卖出{n}{u}{t}，平均每天卖出多少{u}？", "The {s} sold {n} {t} in {m} days. How many were sold per day on average?"),
    ("鸭的只数是鸡的{m}倍，鸭有{n}只，鸡有多少只？", "There are {m} times as many ducks as chickens. There are {n} ducks. How many chickens are there?"),
    ("把{n}元平均分给{m}个人，求每人得到多少元。", "{n} yuan are shared equally among {m} people. Find how many yuan each person gets."),
    ("厨师把{n}个饺子平均放在{m}个盘子里，每个盘子放几个？", "A cook puts {n} dumplings equally on {m} plates. How many are on each plate?"),
    "{n} {t}, {m} [people|children|friends], equal shares. How many {t} for each?", "Share {n} {t} equally among {m} people. How many does each person get?", "How many {cs} are needed for {n} {t} if each {c} holds {m}?",
    "A farmer puts {n} eggs into boxes of {m}. How many boxes are filled?", "It takes {m} hours to drive {n} kilometers. What is the speed in kilometers per hour?",
    "If {a} saves {m} dollars a week, how many weeks does it take to save {n} dollars?", "A rope of {n} centimeters is cut into {m} equal pieces. How long is each piece?",
    "In {m} days {n} {t} were made, the same number every day. How many were made each day?",
], weight=1.8)
scenario("n+m*k", {"n": (5, 100), "m": (2, 30), "k": (2, 9)}, [
    ("{a}有{n}{u}{t},又买了{k}{cu}{c},每{cu}{m}{u},现在有多少{u}{t}?", "{a} has {n} {t} and buys {k} more {cs} with {m} in each. How many {t} are there now?"),
    ("{a}存了{n}元,以后每天存{m}元,{k}天后一共有多少元?", "{a} has saved {n} yuan and then saves {m} yuan every day. How many yuan are there in total after {k} days?"),
    ("书架上有{n}本书,又放上{k}包书,每包{m}本,现在有多少本书?", "There are {n} books on the shelf. Then {k} packs of books are added, {m} in each pack. How many books are there now?"),
    ("{a}买了一个{n}元的书包和{k}{u}{t},{t}每{u}{m}元,一共要付多少元?", "{a} bought a schoolbag for {n} yuan and {k} {t} at {m} yuan each. How many yuan must be paid in total?"),
    ("{l}里有{n}人,又来了{k}组,每组{m}人,现在有多少人?", "There are {n} people in the {l}. Then {k} groups of {m} people came. How many people are there now?"),
    ("{a}第一天看了{n}页,以后{k}天每天看{m}页,一共看了多少页?", "{a} read {n} pages on the first day and {m} pages on each of the next {k} days. How many pages were read in total?"),
    "{a} has {n} {t} and buys {k} {cs} of {m} {t} each. How many {t} does {a} have now?", "{a} has {n} dollars and earns {m} dollars a day for {k} days. How much money does {a} have then?", "There are {n} {t} on a shelf and {k} {cs} with {m} {t} in each. How many {t} are there altogether?",
    "A taxi costs {n} dollars plus {m} dollars per kilometer. How much does a ride of {k} kilometers cost?", "{a} pays {n} dollars for a ticket and {m} dollars for each of {k} drinks. How much does {a} pay?",
    ("{l}里原来有{n}{u}{t}，每天运来{m}{u}，{k}天后有多少{u}{t}？", "There were originally {n} {t} in the {l}. {m} are delivered every day. How many {t} are there after {k} days?"),
    ("如果{a}有{n}元，每星期存{m}元，那么{k}个星期后有多少元？", "If {a} has {n} yuan and saves {m} yuan every week, how many yuan does {a} have after {k} weeks?"),
    ("{a}买了{k}{u}{t}，每{u}{m}元，又买了一个{n}元的书包，一共花了多少元？", "{a} bought {k} {t} at {m} yuan each and then a schoolbag for {n} yuan. How many yuan were spent in total?"),
    ("教室里有{k}排座位，每排{m}个，后面还有{n}个座位，一共有多少个座位？", "There are {k} rows of seats in the classroom, {m} in each row, and {n} more seats at the back. How many seats are there in total?"),
    ("{v}先行了{n}千米，以后每小时行{m}千米，又行了{k}小时，一共行了多少千米？", "{v} first travelled {n} kilometers and then {m} kilometers per hour for {k} more hours. How many kilometers did it travel in total?"),
    ("花园里有{n}朵花，又种了{k}行，每行{m}朵，花园里现在有多少朵花？", "There are {n} flowers in the garden. Then {k} rows of {m} flowers were planted. How many flowers are in the garden now?"),
    ("一共有多少{u}{t}？桌上有{n}{u}，还有{k}个{c}，每个{c}里有{m}{u}。", "How many {t} are there in total? There are {n} on the table and {k} {cs} with {m} in each {c}."),
    "A team has {n} points and wins {k} games for {m} points each. How many points does it have now?", "How much does {a} pay in total for a bag at {n} dollars and {k} {t} at {m} dollars each?",
    "{k} {cs} with {m} {t} each and {n} more {t}. How many {t} altogether?", "A tree is {n} centimeters tall and grows {m} centimeters a week. How tall is it after {k} weeks?",
])
scenario("n-m*k", {"n": (20, 300), "m": (2, 30), "k": (2, 9)}, [
    ("{a}有{n}元,买了{k}{u}{t},每{u}{m}元,还剩多少元?", "{a} has {n} yuan and buys {k} {t} at {m} yuan each. How many yuan are left?"),
    ("{a}带了{n}元去{s},{t}每{u}{m}元,买{k}{u}后还剩多少元?", "{a} took {n} yuan to the {s}. The {t} cost {m} yuan each. How many yuan are left after buying {k}?"),
    ("一本书有{n}页,{a}每天看{m}页,看了{k}天,还剩多少页?", "A book has {n} pages. {a} reads {m} pages a day and has read for {k} days. How many pages are left?"),
    ("{l}有{n}{u}{t},每天用{m}{u},{k}天后还剩多少{u}?", "The {l} has {n} {t} and uses {m} a day. How many are left after {k} days?"),
    ("{a}有{n}{u}{t},分给{k}个朋友,每人{m}{u},还剩多少{u}?", "{a} has {n} {t} and gives {m} to each of {k} friends. How many are left?"),
    ("两地相距{n}千米,{v}每小时行{m}千米,行了{k}小时,还剩多少千米?", "Two places are {n} kilometers apart. {v} travels {m} kilometers per hour and has travelled for {k} hours. How many kilometers are left?"),
    "{a} has {n} dollars and buys {k} {t} for {m} dollars each. How much [money is left|does {a} have left]?", "{a} had {n} {t} and gave {m} to each of {k} friends. How many {t} remain?", "A {c} holds {n} {t}. Every day {m} are taken out. How many are left after {k} days?",
    "How much change does {a} get from {n} dollars for {k} {t} at {m} dollars each?", "A factory has {n} {t} and ships {k} {cs} of {m} {t}. How many {t} stay?",
    ("{a}带{n}元去买{t}，每{u}{m}元，买了{k}{u}，应找回多少元？", "{a} took {n} yuan to buy {t} at {m} yuan each and bought {k}. How many yuan of change should be given back?"),
    ("如果桶里有{n}升水，每天用{m}升，那么{k}天后还剩多少升？", "If there are {n} liters of water in a bucket and {m} liters are used a day, how many liters are left after {k} days?"),
    ("还剩多少{u}{t}？{l}有{n}{u}，每次运走{m}{u}，运了{k}次。", "How many {t} are left? The {l} has {n}, each time {m} are shipped away, and this is done {k} times."),
    ("农场摘了{n}个西瓜，装了{k}筐，每筐{m}个，还有多少个没装？", "The farm picked {n} watermelons and packed {k} baskets with {m} in each. How many are not packed yet?"),
    ("学校有{n}本练习本，发给{k}个班，每班{m}本，还剩多少本？", "The school has {n} exercise books and gives {m} to each of {k} classes. How many are left?"),
    ("一根绳子长{n}米，剪下{k}段，每段{m}米，还剩多少米？", "A rope is {n} meters long. {k} pieces of {m} meters each are cut off. How many meters are left?"),
    ("一条路长{n}米，每天修{m}米，修了{k}天，还有多少米没修？", "A road is {n} meters long. {m} meters a day were built for {k} days. How many meters are not built yet?"),
    "How many {t} are left when {k} [children|friends] each take {m} of {n}?", "After {k} trips with {m} {t} each, how many of the {n} {t} are left?",
    "Find how much money is left: {a} had {n} dollars and bought {k} tickets for {m} dollars each.", "{a} must run {n} laps and runs {m} laps a day. How many laps are left after {k} days?",
], check=lambda v: v["n"] > v["m"] * v["k"])
scenario("(n+m)*k", {"n": (3, 50), "m": (3, 50), "k": (2, 9)}, [
    ("每天上午做{n}{u}{t},下午做{m}{u},{k}天一共做多少{u}?", "Every day {n} {t} are made in the morning and {m} in the afternoon. How many are made in {k} days in total?"),
    ("一件上衣{n}元,一条裤子{m}元,买{k}套要多少元?", "A jacket costs {n} yuan and a pair of trousers costs {m} yuan. How many yuan do {k} sets cost?"),
    ("每个{c}里有{n}{u}{t}和{m}本书,{k}个{c}里一共有多少件东西?", "Each {c} has {n} {t} and {m} books. How many things are there in {k} {cs} in total?"),
    ("甲每小时做{n}个零件,乙每小时做{m}个零件,两人一起做{k}小时,一共做多少个?", "Person A makes {n} parts per hour and person B makes {m} parts per hour. How many do the two make together in {k} hours?"),
    ("两车同时从两地相向而行,甲车每小时行{n}千米,乙车每小时行{m}千米,{k}小时后相遇,两地相距多少千米?", "Two cars start from two places toward each other. Car A travels {n} kilometers per hour and car B travels {m} kilometers per hour. They meet after {k} hours. How many kilometers apart are the two places?"),
    ("{a}每天跑{n}米,{b}每天跑{m}米,{k}天后两人一共跑了多少米?", "{a} runs {n} meters a day and {b} runs {m} meters a day. How many meters have the two run in total after {k} days?"),
    "{a} makes {n} {t} a day and {b} makes {m} {t} a day. How many {t} do they make together in {k} days?", "A meal costs {n} dollars and a drink costs {m} dollars. How much do {k} people pay if everyone has one of each?", "Two trains drive toward each other at {n} km/h and {m} km/h and meet after {k} hours. How far apart were they?",
    "Each of {k} {cs} holds {n} red {t} and {m} green {t}. How many {t} are there altogether?", "Every week {a} saves {n} dollars and {b} saves {m} dollars. How much do they save together in {k} weeks?",
    ("一张桌子{n}元，一把椅子{m}元，学校买了{k}套，一共花了多少元？", "A table costs {n} yuan and a chair costs {m} yuan. The school bought {k} sets. How many yuan were spent in total?"),
    ("如果每个班有{n}名男生和{m}名女生，那么{k}个班一共有多少名学生？", "If each class has {n} boys and {m} girls, how many students are there in {k} classes in total?"),
    ("{a}每天早上看{n}页书，晚上看{m}页，{k}天一共看多少页？", "Every day {a} reads {n} pages in the morning and {m} pages in the evening. How many pages does {a} read in {k} days in total?"),
    ("花园里有{k}行花，每行有{n}朵红花和{m}朵黄花，一共有多少朵花？", "There are {k} rows of flowers in the garden, each with {n} red flowers and {m} yellow flowers. How many flowers are there in total?"),
    ("一共要付多少元？{k}个人每人买一张{n}元的票和一瓶{m}元的水。", "How many yuan must be paid in total? {k} people each buy a ticket for {n} yuan and a bottle of water for {m} yuan."),
    ("{a}和{b}同时从学校出发向相反方向走，{a}每分钟走{n}米，{b}每分钟走{m}米，{k}分钟后两人相距多少米？", "{a} and {b} leave the school at the same time and walk in opposite directions. {a} walks {n} meters per minute and {b} walks {m} meters per minute. How many meters apart are the two after {k} minutes?"),
    ("农场每天收{n}个鸡蛋和{m}个鸭蛋，{k}天一共收多少个蛋？", "The farm collects {n} chicken eggs and {m} duck eggs a day. How many eggs does it collect in {k} days in total?"),
    "{k} [friends|children] each get {n} {t} and {m} cards. How many things are given out?", "How many {t} do {a} and {b} make in {k} days if {a} makes {n} and {b} makes {m} a day?",
    "A cook uses {n} eggs at noon and {m} eggs in the evening, every day. How many eggs are used in {k} days?", "Find the price of {k} sets of a shirt for {n} dollars and a hat for {m} dollars.",
])
scenario("(n-m)/k", {"q": (2, 30), "m": (2, 60), "k": (2, 9)}, [
    ("{a}有{n}{u}{t},送给{b}{m}{u},剩下的平均放进{k}个{c},每个{c}放多少{u}?", "{a} has {n} {t}, gives {m} to {b} and puts the rest equally into {k} {cs}. How many are in each {c}?"),
    ("一本书有{n}页,已经看了{m}页,剩下的要{k}天看完,平均每天看多少页?", "A book has {n} pages and {m} pages have been read. The rest must be finished in {k} days. How many pages must be read per day on average?"),
    ("{a}有{n}元,买书花了{m}元,剩下的钱买{k}{u}{t}正好用完,每{u}{t}多少元?", "{a} has {n} yuan and spent {m} yuan on a book. The rest is exactly enough for {k} {t}. How many yuan does each one cost?"),
    ("{l}有{n}{u}{t},用去{m}{u},剩下的分{k}次运完,每次运多少{u}?", "The {l} has {n} {t}. {m} are used and the rest are moved in {k} trips. How many are moved each time?"),
    ("要做{n}{u}{t},已经做了{m}{u},剩下的要{k}天做完,每天做多少{u}?", "{n} {t} must be made and {m} have been made. The rest must be finished in {k} days. How many must be made each day?"),
    "{a} has {n} {t}, keeps {m} and shares the rest equally among {k} friends. How many {t} does each friend get?", "From {n} dollars {a} spends {m} dollars and splits the rest equally among {k} children. How much does each child get?", "Of {n} {t}, {m} are sold and the rest are packed into {k} equal {cs}. How many are in each?",
    "{a} must read {n} pages, has read {m}, and has {k} days left. How many pages a day are needed?", "{a} bought {k} {t} and a bag for {m} dollars and paid {n} dollars in total. How much did each of the {t} cost?",
    ("如果{a}有{n}元，留下{m}元，其余的平均分给{k}个孩子，每个孩子得到多少元？", "If {a} has {n} yuan, keeps {m} yuan and shares the rest equally among {k} children, how many yuan does each child get?"),
    ("平均每天要看多少页？一本书有{n}页，{a}已经看了{m}页，剩下的要{k}天看完。", "How many pages must be read per day on average? A book has {n} pages. {a} has read {m} pages and the rest must be finished in {k} days."),
    ("农场摘了{n}个南瓜，卖了{m}个，剩下的平均装进{k}个箱子，每个箱子装几个？", "The farm picked {n} pumpkins and sold {m}. The rest are packed equally into {k} crates. How many are in each crate?"),
    ("两地相距{n}千米，{v}已经行了{m}千米，剩下的路要{k}小时行完，平均每小时要行多少千米？", "Two places are {n} kilometers apart. {v} has travelled {m} kilometers and must finish the rest in {k} hours. How many kilometers must it travel per hour on average?"),
    ("一根绳子长{n}米，用去{m}米，剩下的平均剪成{k}段，每段长多少米？", "A rope is {n} meters long. {m} meters are used and the rest is cut into {k} equal pieces. How many meters long is each piece?"),
    ("{a}的{t}比{b}的{k}倍多{m}{u}，{a}有{n}{u}，求{b}有多少{u}。", "{a} has {m} more than {k} times as many {t} as {b}. {a} has {n}. Find how many {b} has."),
    "Take {m} away from {n} {t} and share the rest equally among {k} children. How many does each child get?", "How many {t} go into each of {k} {cs} if {m} of {n} {t} are broken and the rest are packed equally?",
    "{n} students go on a trip. {m} walk and the rest ride in {k} buses, the same number in each bus. How many students are in each bus?",
    "A ticket and {k} bottles of water cost {n} dollars in total. The ticket costs {m} dollars. How much is one bottle of water?",
])
scenario("n+n*m", {"n": (3, 60), "m": (2, 9)}, [
    ("{a}有{n}{u}{t},{b}的{t}是{a}的{m}倍,两人一共有多少{u}?", "{a} has {n} {t}. {b} has {m} times as many {t} as {a}. How many do the two have in total?"),
    ("杨树有{n}棵,柳树的棵数是杨树的{m}倍,两种树一共有多少棵?", "There are {n} poplars, and {m} times as many willows as poplars. How many trees of both kinds are there in total?"),
    ("{s}上午卖了{n}{u}{t},下午卖的是上午的{m}倍,一天卖了多少{u}?", "The {s} sold {n} {t} in the morning and {m} times as many in the afternoon. How many were sold in one day?"),
    ("妹妹有{n}元,姐姐的钱是妹妹的{m}倍,她们一共有多少元?", "The younger sister has {n} yuan and the older sister has {m} times as much. How many yuan do they have in total?"),
    ("第一天修路{n}米,第二天修的是第一天的{m}倍,两天一共修了多少米?", "{n} meters of road were built on the first day, and {m} times as much on the second day. How many meters were built in the two days in total?"),
    "{a} has {n} {t} and {b} has {m} times as many. How many do they have together?", "{a} picked {n} {t}. {b} picked {m} times as many as {a}. How many {t} did they pick in total?", "A shirt costs {n} dollars and a coat costs {m} times as much. How much do both cost?", "Monday {n} {t} were sold, and on Tuesday {m} times as many. What is the total?",
    "{a} walked {n} kilometers and {b} walked {m} times as far. How many kilometers did they walk altogether?",
    ("{a}和{b}一共有多少{u}{t}？{a}有{n}{u}，{b}的{t}是{a}的{m}倍。", "How many {t} do {a} and {b} have in total? {a} has {n} and {b} has {m} times as many {t} as {a}."),
    ("如果一支钢笔{n}元，一个书包的价钱是钢笔的{m}倍，那么这两样东西一共要多少元？", "If a pen costs {n} yuan and a schoolbag costs {m} times as much as the pen, how many yuan do the two things cost in total?"),
    ("农场有{n}只鸡，鸭的只数是鸡的{m}倍，鸡和鸭一共有多少只？", "The farm has {n} chickens and {m} times as many ducks as chickens. How many chickens and ducks are there in total?"),
    ("上午来了{n}人，下午来的人数是上午的{m}倍，一天一共来了多少人？", "{n} people came in the morning and {m} times as many in the afternoon. How many people came in one day in total?"),
    ("{a}第一天看了{n}页书，第二天看的页数是第一天的{m}倍，两天一共看了多少页？", "{a} read {n} pages on the first day and {m} times as many on the second day. How many pages did {a} read in the two days in total?"),
    ("{b}的{t}是{a}的{m}倍，{a}有{n}{u}，求两人一共有多少{u}{t}。", "{b} has {m} times as many {t} as {a}. {a} has {n}. Find how many {t} the two have in total."),
    "There are {n} cats, and the number of dogs is {m} times that of cats. How many animals are there?", "If {a} scored {n} points and {b} scored {m} times as many, what is the total?",
    "One {c} has {n} {t} and another has {m} times as many. Find the total number of {t}.", "A bus ticket costs {n} dollars and a train ticket costs {m} times that. How much do the two tickets cost together?",
])
scenario("n+n+m", {"n": (3, 99), "m": (2, 60)}, [
    ("{a}有{n}{u}{t},{b}比{a}多{m}{u},两人一共有多少{u}{t}?", "{a} has {n} {t} and {b} has {m} more than {a}. How many {t} do the two have in total?"),
    ("第一组有{n}人,第二组比第一组多{m}人,两组共有多少人?", "The first group has {n} people and the second group has {m} more than the first. How many people are in the two groups altogether?"),
    ("{s}昨天卖出{n}{u}{t},今天比昨天多卖{m}{u},两天共卖出多少{u}?", "The {s} sold {n} {t} yesterday and {m} more today than yesterday. How many were sold in the two days altogether?"),
    ("一个班有男生{n}人,女生比男生多{m}人,这个班一共有多少人?", "A class has {n} boys and {m} more girls than boys. How many people are in the class in total?"),
    ("哥哥今年{n}岁,爸爸比哥哥大{m}岁,两人年龄的和是多少岁?", "The older brother is {n} years old this year and Dad is {m} years older. What is the sum of their ages?"),
    "{a} has {n} {t}. {b} has {m} more than {a}. How many {t} do they have altogether?", "On Monday {a} ran {n} minutes and on Tuesday {m} minutes more than on Monday. How many minutes is that in total?", "{b} scored {m} points more than {a}, who scored {n}. How many points did they score together?",
    "A pen costs {n} cents and a book costs {m} cents more. How many cents do both cost?", "There are {n} ducks, and {m} more geese than ducks. How many birds are there?",
    ("两人一共有多少{u}{t}？{a}有{n}{u}，{b}比{a}多{m}{u}。", "How many {t} do the two have in total? {a} has {n} and {b} has {m} more than {a}."),
    ("如果一本书{n}元，一支钢笔比书贵{m}元，那么买这两样东西要多少元？", "If a book costs {n} yuan and a pen costs {m} yuan more than the book, how many yuan do the two things cost?"),
    ("果园里有{n}棵梨树，苹果树比梨树多{m}棵，两种树共有多少棵？", "There are {n} pear trees in the orchard and {m} more apple trees than pear trees. How many trees of both kinds are there altogether?"),
    ("{a}上午走了{n}米，下午比上午多走{m}米，一天一共走了多少米？", "{a} walked {n} meters in the morning and {m} meters more in the afternoon than in the morning. How many meters did {a} walk in one day in total?"),
    ("红队得了{n}分，蓝队比红队多得{m}分，两队一共得了多少分？", "The red team scored {n} points and the blue team scored {m} points more than the red team. How many points did the two teams score in total?"),
    ("{a}有{n}{u}{t}，比{b}少{m}{u}，求两人一共有多少{u}{t}。", "{a} has {n} {t}, which is {m} fewer than {b} has. Find how many {t} the two have in total."),
    "{b} has {m} {t} more than {a}. If {a} has {n}, how many {t} do they have together?", "One {c} holds {n} {t}. Another {c} holds {m} more than the first. How many {t} are in both?",
    "First day: {n} visitors. Second day: {m} visitors more than on the first. How many visitors came on both days together?", "A class has {n} girls, which is {m} fewer than the number of boys. How many students are in the class?",
])
scenario("n+m", {"n": (5, 40), "m": (2, 40)}, [
    ("{a}今年{n}岁,{m}年后{a}多少岁?", "{a} is {n} years old this year. How old will {a} be in {m} years?"),
    ("{a}今年{n}岁,爸爸比{p}大{m}岁,爸爸今年多少岁?", "{a} is {n} years old this year. Dad is {m} years older than {p}. How old is Dad this year?"),
    ("{m}年前{a}{n}岁,{p1}今年多少岁?", "{m} years ago {a} was {n} years old. How old is {p1} this year?"),
    ("{a}今年{n}岁,{b}比{a}大{m}岁,{b}今年几岁?", "{a} is {n} years old this year and {b} is {m} years older than {a}. How old is {b} this year?"),
    ("妈妈比{a}大{m}岁,{a}今年{n}岁,妈妈今年多少岁?", "Mom is {m} years older than {a}. {a} is {n} years old this year. How old is Mom this year?"),
    "How old will {a} be in {m} years if {a} is {n} now?", "{a} is {n} years old. {b} is {m} years older. How old is {b}?", "{a} is now {n}. What will be the age of {a} after {m} years?", "In {m} years from now, how old is {a}, who is {n} today?", "{m} years ago {a} was {n}. How old is {a} now?",
    ("{m}年后{a}多少岁？{a}今年{n}岁。", "How old will {a} be in {m} years? {a} is {n} years old this year."),
    ("如果{a}今年{n}岁，那么再过{m}年{p1}几岁？", "If {a} is {n} years old this year, how old will {p1} be after {m} more years?"),
    ("{b}{n}岁，{a}比{b}大{m}岁，求{a}的年龄。", "{b} is {n} years old and {a} is {m} years older than {b}. Find the age of {a}."),
    ("{a}比{b}小{m}岁，{a}今年{n}岁，{b}今年多少岁？", "{a} is {m} years younger than {b}. {a} is {n} years old this year. How old is {b} this year?"),
    ("妹妹今年{n}岁，姐姐比妹妹大{m}岁，姐姐今年几岁？", "The younger sister is {n} years old this year. The older sister is {m} years older than the younger sister. How old is the older sister this year?"),
    ("{m}年前{a}的年龄是{n}岁，{a}现在的年龄是多少？", "{m} years ago the age of {a} was {n}. What is the age of {a} now?"),
    "Find the age of {a} in {m} years if {a} is {n} years old today.", "When {b} was born, {a} was {m} years old. {b} is {n} now. How old is {a}?", "The teacher is {m} years older than {a}. If {a} is {n}, what is the age of the teacher?",
    "{a}, now {n}, has a brother who is {m} years older. How old is the brother?",
], weight=0.7)
scenario("n-m", {"n": (10, 70), "m": (2, 40)}, [
    ("{a}今年{n}岁,{m}年前{p1}多少岁?", "{a} is {n} years old this year. How old was {p1} {m} years ago?"),
    ("爸爸今年{n}岁,{a}比爸爸小{m}岁,{a}今年多少岁?", "Dad is {n} years old this year. {a} is {m} years younger than Dad. How old is {a} this year?"),
    ("妈妈今年{n}岁,{a}今年{m}岁,妈妈比{a}大多少岁?", "Mom is {n} years old this year and {a} is {m} years old. How much older is Mom than {a}?"),
    ("{m}年后{a}{n}岁,{p1}今年几岁?", "In {m} years {a} will be {n} years old. How old is {p1} this year?"),
    ("{a}今年{n}岁,{b}比{p}小{m}岁,{b}今年几岁?", "{a} is {n} years old this year. {b} is {m} years younger than {p}. How old is {b} this year?"),
    "{a} is {n} years old. How old was {a} {m} years ago?", "{a} is {n} and {b} is {m}. What is the difference between their ages?", "{b} is {m} years younger than {a}, who is {n}. How old is {b}?", "In {m} years {a} will be {n}. How old is {a} now?", "How old is {b} if {a} is {n} and {b} is {m} years younger?",
    ("{m}年前{a}多少岁？{a}今年{n}岁。", "How old was {a} {m} years ago? {a} is {n} years old this year."),
    ("如果{a}今年{n}岁，{b}比{a}小{m}岁，那么{b}几岁？", "If {a} is {n} years old this year and {b} is {m} years younger than {a}, how old is {b}?"),
    ("{a}{n}岁，{b}{m}岁，求两人的年龄差。", "{a} is {n} years old and {b} is {m} years old. Find the difference between their ages."),
    ("再过{m}年{a}就{n}岁了，{a}现在多少岁？", "After {m} more years {a} will be {n} years old. How old is {a} now?"),
    ("哥哥今年{n}岁，比弟弟大{m}岁，弟弟今年几岁？", "The older brother is {n} years old this year, which is {m} years older than the younger brother. How old is the younger brother this year?"),
    ("{a}今年{n}岁，{b}今年{m}岁，{b}出生时{a}几岁？", "{a} is {n} years old this year and {b} is {m} years old this year. How old was {a} when {b} was born?"),
    "Find the age of {b}: {a} is {n} and {b} is {m} years younger.", "By how many years is {a}, who is {n}, older than {b}, who is {m}?", "Today {a} is {n}. What was the age of {a} {m} years ago?",
    "If {a} will be {n} in {m} years, how old is {p1} now?",
], check=lambda v: v["n"] > v["m"] + 2, weight=0.7)
scenario("(n+m)*2", {"n": (3, 90), "m": (2, 80)}, [
    ("长方形的长是{n}厘米,宽是{m}厘米,周长是多少厘米?", "A rectangle is {n} centimeters long and {m} centimeters wide. What is its perimeter in centimeters?"),
    ("一个长{n}米、宽{m}米的长方形,它的周长是多少米?", "A rectangle is {n} meters long and {m} meters wide. What is its perimeter in meters?"),
    ("求长{n}米、宽{m}米的长方形花坛的周长。", "Find the perimeter of a rectangular flower bed {n} meters long and {m} meters wide."),
    ("{l}是长方形,长{n}米,宽{m}米,绕它走一圈是多少米?", "The {l} is a rectangle {n} meters long and {m} meters wide. How many meters is one walk around it?"),
    ("给长{n}米、宽{m}米的长方形菜地围篱笆,篱笆要多长?", "A fence is put around a rectangular vegetable field {n} meters long and {m} meters wide. How long must the fence be?"),
    "What is the perimeter of a rectangle with length {n} and width {m}?", "A rectangle has sides {n} and {m}. Find its perimeter.", "A garden is {n} meters long and {m} meters wide. How much fence is needed to go around it?", "Find the perimeter of a {n} by {m} rectangle.", "The sides of a rectangle are {n} cm and {m} cm. Compute the perimeter.",
    ("如果长方形的长是{n}厘米，宽是{m}厘米，那么它的周长是多少厘米？", "If a rectangle is {n} centimeters long and {m} centimeters wide, what is its perimeter in centimeters?"),
    ("一个长方形操场长{n}米，宽{m}米，{a}绕操场跑一圈，跑了多少米？", "A rectangular playground is {n} meters long and {m} meters wide. {a} runs once around the playground. How many meters does {a} run?"),
    ("一张长方形的纸，宽{m}厘米，长{n}厘米，求它的周长。", "A rectangular sheet of paper is {m} centimeters wide and {n} centimeters long. Find its perimeter."),
    ("给一幅长{n}厘米、宽{m}厘米的画做画框，画框一共要多少厘米长？", "A frame is made for a painting {n} centimeters long and {m} centimeters wide. How many centimeters long must the frame be in total?"),
    ("长方形花园长{n}米，宽{m}米，四周要围多少米篱笆？", "A rectangular garden is {n} meters long and {m} meters wide. How many meters of fence are needed around it?"),
    ("周长是多少米？一块长方形的地长{n}米，宽{m}米。", "What is the perimeter in meters? A rectangular field is {n} meters long and {m} meters wide."),
    "Length {n}, width {m}. What is the perimeter of the rectangle?", "If the sides of a rectangle are {n} and {m}, how long is its perimeter?", "A rectangular field is {n} meters by {m} meters. {a} walks around it once. How far does {a} walk?",
    "How many meters of rope go once around a table {n} meters long and {m} meters wide?",
], weight=0.6)
scenario("n*m*k", {"n": (2, 20), "m": (2, 12), "k": (2, 9)}, [
    ("有{k}个{c},每个{c}里有{m}包{t},每包{n}{u},一共有多少{u}{t}?", "There are {k} {cs}, each {c} has {m} packs of {t}, and each pack has {n}. How many {t} are there in total?"),
    ("{k}个工人每人每天做{n}{u}{t},{m}天一共做多少{u}?", "{k} workers each make {n} {t} a day. How many are made in {m} days in total?"),
    ("{l}有{k}层,每层{m}个房间,每个房间{n}张桌子,一共有多少张桌子?", "The {l} has {k} floors, each floor has {m} rooms, and each room has {n} tables. How many tables are there in total?"),
    ("{a}每天跑{m}圈,每圈{n}百米,{k}天一共跑多少百米?", "{a} runs {m} laps a day, each lap {n} hundred meters. How many hundred meters are run in {k} days in total?"),
    ("一个长方体长{n}厘米,宽{m}厘米,高{k}厘米,体积是多少立方厘米?", "A box is {n} centimeters long, {m} centimeters wide and {k} centimeters high. What is its volume in cubic centimeters?"),
    "{k} {cs} each hold {m} packs of {n} {t}. How many {t} are there?", "What is the volume of a box with sides {n}, {m} and {k}?", "{a} works {m} hours a day for {k} days and earns {n} dollars an hour. How much does {a} earn?", "There are {k} shelves with {m} rows of {n} {t} each. How many {t} are there [in all|altogether]?",
    "Each of {k} workers packs {n} {t} an hour. How many {t} do they pack in {m} hours?",
    ("一共有多少{u}{t}？有{k}个{c}，每个{c}里有{m}包，每包{n}{u}。", "How many {t} are there in total? There are {k} {cs}, each {c} has {m} packs, and each pack has {n}."),
    ("学校有{k}个年级，每个年级有{m}个班，每班{n}人，学校一共有多少人？", "The school has {k} grades, each grade has {m} classes, and each class has {n} people. How many people are there in the school in total?"),
    ("如果每台机器每小时做{n}个零件，那么{k}台机器{m}小时做多少个零件？", "If each machine makes {n} parts per hour, how many parts do {k} machines make in {m} hours?"),
    ("农场有{k}块地，每块地有{m}行白菜，每行{n}棵，一共有多少棵白菜？", "The farm has {k} fields, each field has {m} rows of cabbages, and each row has {n}. How many cabbages are there in total?"),
    ("{m}头牛{k}天吃多少千克草？每头牛每天吃{n}千克。", "How many kilograms of grass do {m} cows eat in {k} days? Each cow eats {n} kilograms a day."),
    ("一瓶水{n}元，每箱有{m}瓶，买{k}箱要多少元？", "A bottle of water costs {n} yuan and each crate has {m} bottles. How many yuan do {k} crates cost?"),
    "Find the volume of a box that is {n} long, {m} wide and {k} high.", "How many {t} are there in {k} {cs} if each {c} has {m} packs of {n}?",
    "{k} players train {m} times a week and every player runs {n} laps each time. How many laps do they run in a week altogether?", "{k} floors, {m} rooms on each floor, {n} lamps in each room. How many lamps altogether?",
])
scenario("n-m-k", {"n": (30, 400), "m": (3, 150), "k": (3, 150)}, [
    ("{a}有{n}元,买{t}花了{m}元,买书花了{k}元,还剩多少元?", "{a} has {n} yuan, spent {m} yuan on {t} and {k} yuan on books. How many yuan are left?"),
    ("一本书{n}页,第一天看了{m}页,第二天看了{k}页,还剩多少页?", "A book has {n} pages. {m} pages were read on the first day and {k} pages on the second day. How many pages are left?"),
    ("{l}有{n}{u}{t},上午运走{m}{u},下午运走{k}{u},还剩多少{u}?", "The {l} has {n} {t}. {m} were shipped away in the morning and {k} in the afternoon. How many are left?"),
    ("一根绳子长{n}米,第一次用去{m}米,第二次用去{k}米,还剩多少米?", "A rope is {n} meters long. {m} meters were used the first time and {k} meters the second time. How many meters are left?"),
    ("公共汽车上有{n}人,第一站下车{m}人,第二站下车{k}人,车上还有多少人?", "There are {n} people on a bus. {m} get off at the first stop and {k} get off at the second stop. How many people are still on the bus?"),
    "{a} has {n} dollars, pays {m} for {t} and {k} for books. How much is left?", "Out of {n} {t}, {m} were sold on Monday and {k} on Tuesday. How many are unsold?", "{n} people are on a bus; {m} leave at the first stop and {k} at the next. How many are still on the bus?", "A rope of {n} meters loses {m} meters and then {k} meters. How long is it now?",
    "{a} gave {m} of {n} {t} to {b} and {k} to a friend. How many {t} does {a} still have?",
    ("图书馆有{n}本书，上午借出{m}本，下午借出{k}本，还剩多少本？", "The library has {n} books. {m} were lent out in the morning and {k} in the afternoon. How many are left?"),
    ("如果从{n}{u}{t}里先拿走{m}{u}，再拿走{k}{u}，那么还剩多少{u}？", "If first {m} and then {k} are taken away from {n} {t}, how many are left?"),
    ("还剩多少元？{a}有{n}元，买票花了{m}元，吃饭花了{k}元。", "How many yuan are left? {a} has {n} yuan, spent {m} yuan on tickets and {k} yuan on food."),
    ("学校有{n}名学生，{m}人骑自行车上学，{k}人坐公共汽车上学，其余的走路，走路的有多少人？", "The school has {n} students. {m} go to school by bicycle, {k} go by bus and the rest walk. How many walk?"),
    ("从甲地到乙地有{n}千米，{v}上午行了{m}千米，下午行了{k}千米，还剩多少千米？", "It is {n} kilometers from place A to place B. {v} travelled {m} kilometers in the morning and {k} kilometers in the afternoon. How many kilometers are left?"),
    ("花园里有{n}朵花，红花{m}朵，黄花{k}朵，其余是白花，求白花有多少朵。", "There are {n} flowers in the garden, {m} red flowers and {k} yellow flowers. The rest are white flowers. Find how many white flowers there are."),
    "How many {t} are left if {a} takes {m} and {b} takes {k} of {n}?", "{a} used {m} and {b} used {k} of the {n} {t}. How many were not used?",
    "Find how many liters of milk are left from {n} liters after {m} liters are sold and {k} liters are used.", "A farm had {n} chickens. {m} were sold, then {k} ran away. How many chickens are still there?",
], check=lambda v: v["n"] > v["m"] + v["k"])
scenario("n+m-k", {"n": (10, 200), "m": (3, 99), "k": (3, 99)}, [
    ("公共汽车上有{n}人,到站时上来{m}人,下去{k}人,现在车上有多少人?", "There are {n} people on a bus. At the stop {m} get on and {k} get off. How many people are on the bus now?"),
    ("{l}有{n}{u}{t},运来{m}{u},又用去{k}{u},现在有多少{u}?", "The {l} has {n} {t}. {m} were delivered and then {k} were used. How many are there now?"),
    ("{a}有{n}元,爸爸给了{p}{m}元,{p1}买书花了{k}元,现在有多少元?", "{a} has {n} yuan. Dad gave {p} {m} yuan and {p1} spent {k} yuan on books. How many yuan are there now?"),
    ("男生{n}人,女生{m}人,其中{k}人参加比赛,没有参加的有多少人?", "There are {n} boys and {m} girls. {k} of them join the competition. How many do not join?"),
    ("{a}和{b}分别有{n}{u}和{m}{u}{t},两人一共用了{k}{u},还剩多少{u}?", "{a} and {b} have {n} and {m} {t}. Together they used {k}. How many are left?"),
    "A bus carries {n} people; {m} get on and {k} get off. How many people are on the bus now?", "{a} has {n} dollars, earns {m} dollars and spends {k} dollars. How much does {a} have now?", "There are {n} boys and {m} girls in a camp. {k} of the children go home. How many stay?", "A {s} had {n} {t}, received {m} more and sold {k}. How many {t} are in the {s} now?",
    "{a} has {n} red {t} and {m} blue {t} and gives {k} of them away. How many are left?",
    ("图书馆有{n}本书，又买来{m}本，借出{k}本，现在有多少本？", "The library has {n} books. Then {m} more were bought and {k} were lent out. How many are there now?"),
    ("如果{a}有{n}{u}{t}，{b}给了{p}{m}{u}，{p1}又用掉{k}{u}，那么{a}还剩多少{u}？", "If {a} has {n} {t}, {b} gave {p} {m} and {p1} then used {k}, how many does {a} have left?"),
    ("池塘里有{n}只鸭子，游来{m}只，又游走{k}只，现在有多少只？", "There are {n} ducks in the pond. {m} swim in and then {k} swim away. How many are there now?"),
    ("农场收了{n}千克苹果和{m}千克梨，卖了{k}千克水果，还剩多少千克水果？", "The farm picked {n} kilograms of apples and {m} kilograms of pears and sold {k} kilograms of fruit. How many kilograms of fruit are left?"),
    ("现在教室里有多少人？原来有{n}人，进来{m}人，出去{k}人。", "How many people are in the classroom now? There were originally {n} people, {m} came in and {k} went out."),
    ("{c}里有红球{n}个，蓝球{m}个，拿走{k}个球，求还剩多少个球。", "There are {n} red balls and {m} blue balls in the {c}. {k} balls are taken away. Find how many balls are left."),
    "There were {n} {t} on the shelf. {m} were added and {k} were taken away. How many are there now?", "How many points does {a} have after starting with {n}, winning {m} and losing {k}?",
    "Eggs in the kitchen: {n}. Bought: {m} more. Used: {k}. How many eggs are there now?", "If {n} adults and {m} children are in the park and {k} people leave, how many people stay?",
], check=lambda v: v["n"] + v["m"] > v["k"])


@task("word_problem", weight=4.2)
def scenarios(random, phrasing):
    """One question out of the scenario table."""
    formula, ranges, frames, check, _ = random.choices(SCENARIOS, weights=[entry[4] for entry in SCENARIOS])[0]
    frame = phrasing.frame(frames)
    while True:
        values = {name: random.randint(*bounds) for name, bounds in ranges.items()}
        if random.random() < 0.35:
            values = {name: min(value, max(bounds[0], random.randint(2, 20))) for (name, value), bounds in zip(values.items(), ranges.values())}
        if "q" in values:
            values["n"] = values["q"] * values["m"] if formula == "n/m" else values["q"] * values["k"] + values["m"]
        if check is None or check(values):
            break
    people = names(random, 2, phrasing.language == "en")
    container = random.choice(CONTAINERS)
    vehicle = random.choice(VEHICLES)
    pronoun = random.choice([("他", "him", "he"), ("她", "her", "she")])
    slots = {
        "a": people[0], "b": people[1], "c": (container[0], container[3]), "cu": (container[1], ""), "cs": (container[0], container[2]),
        "s": random.choice(SHOPS), "l": random.choice(PLACES), "v": ("一" + ("列" if vehicle[0] == "火车" else "辆" if "车" in vehicle[0] else "艘" if vehicle[0] == "船" else "架") + vehicle[0], vehicle[1]),
        "v1": ("", vehicle[1].lower()), "p": pronoun[:2], "p1": pronoun[::2], **thing(random),
    }
    for name in "nmkj":
        if name in values:
            slots[name] = (chinese_numeral(random, values[name]), values[name])
    chinese, english = phrasing.say(frame, slots)
    return solve(chinese, english, formula, values)
