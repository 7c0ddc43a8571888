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
]
GAIN = [
    ("又买了{m}{u}", "then bought {m} more"), ("又买来{m}{u}", "then bought {m} more"), ("后来又得到{m}{u}", "later got {m} more"), ("{b}又给了{m}{u}", "{b} gave {m} more"),
    ("妈妈又给了{m}{u}", "Mom gave {m} more"), ("又收到{m}{u}", "then received {m} more"), ("又拿来{m}{u}", "then {m} more were brought"), ("又放进去{m}{u}", "then {m} more were put in"),
    ("又增加了{m}{u}", "then {m} more were added"), ("又找到{m}{u}", "then found {m} more"), ("爸爸又送来{m}{u}", "Dad brought {m} more"), ("又运来{m}{u}", "then {m} more were delivered"),
    ("第二天又买了{m}{u}", "the next day bought {m} more"), ("再加上{m}{u}", "plus another {m}"), ("朋友送了{m}{u}", "a friend gave {m}"), ("又捡到{m}{u}", "then picked up {m} more"), ("又做了{m}{u}", "then made {m} more"),
    "then [buys|gets|finds|receives] {m} more", "[buys|gets|finds|receives|collects] another {m}", "and then {b} gave {a} {m} more", "{b} gives {a} {m} {t}", "{m} more {t} [arrive|arrived|came]", "{m} {t} were added",
    "after that bought another {m} {t}", "won {m} {t} in a game", "gets {m} more {t} from {b}", "a shop delivers {m} more",
]
LOSE = [
    ("送给{b}{m}{u}", "gave {m} to {b}"), ("给了{b}{m}{u}", "gave {b} {m}"), ("吃了{m}{u}", "ate {m}"), ("吃掉{m}{u}", "ate {m} of them"), ("卖了{m}{u}", "sold {m}"), ("卖出{m}{u}", "sold {m}"),
    ("丢了{m}{u}", "lost {m}"), ("用了{m}{u}", "used {m}"), ("用掉{m}{u}", "used up {m}"), ("拿走{m}{u}", "{m} were taken away"), ("借给{b}{m}{u}", "lent {m} to {b}"), ("坏了{m}{u}", "{m} broke"),
    ("分给同学{m}{u}", "gave {m} to classmates"), ("借走{m}{u}", "{m} were borrowed"), ("送出{m}{u}", "gave away {m}"), ("运走{m}{u}", "{m} were shipped away"), ("扔了{m}{u}", "threw away {m}"),
    "[gives|gave] {m} to {b}", "[gives|gave] away {m}", "[eats|ate|loses|lost|sells|sold|uses|used] {m}", "[eats|ate|loses|lost|sells|sold|uses|used] {m} of them", "[gives|gave|lends|lent|sells|sold] {b} {m} {t}",
    "{m} of them [are|were] [broken|lost|sold|eaten|taken away]", "{b} takes {m} of them", "dropped {m} {t}", "hands {m} to {b}", "donates {m} {t}", "spent {m} {t}",
]
HOW_MANY = [
    ("现在一共有多少{u}{t}?", "how many {t} are there now in total?"), ("现在有多少{u}{t}?", "how many {t} are there now?"), ("还剩多少{u}{t}?", "how many {t} are left?"), ("现在有几{u}{t}?", "how many {t} are there now?"),
    ("还有多少{u}?", "how many are still there?"), ("最后有多少{u}{t}?", "how many {t} are there in the end?"), ("请问现在有多少{u}{t}?", "may I ask how many {t} there are now?"), ("{t}现在有多少{u}?", "how many {t} are there now?"),
    ("现在共有多少{u}{t}?", "how many {t} are there now altogether?"), ("那么现在有多少{u}{t}?", "so how many {t} are there now?"), ("还剩下几{u}{t}?", "how many {t} remain?"), ("现在总共有多少{u}?", "how many are there now in total?"),
    "how many {t} does {a} have now?", "how many {t} are there [now|altogether|in total|in the end|left|]?", "how many does {a} have now?", "how many {t} does {a} have in the end?", "how many {t} does {a} have left?", "what is the number of {t} now?",
    "find the number of {t} now.", "how many {t} remain?", "how many {t} does {a} end up with?", "calculate how many {t} there are now.", "what is the total number of {t} now?", "how many {t} are [left over|left]?", "how many {t} does that make?",
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
])
scenario("(n-m)/k", {"q": (2, 30), "m": (2, 60), "k": (2, 9)}, [
    ("{a}有{n}{u}{t},送给{b}{m}{u},剩下的平均放进{k}个{c},每个{c}放多少{u}?", "{a} has {n} {t}, gives {m} to {b} and puts the rest equally into {k} {cs}. How many are in each {c}?"),
    ("一本书有{n}页,已经看了{m}页,剩下的要{k}天看完,平均每天看多少页?", "A book has {n} pages and {m} pages have been read. The rest must be finished in {k} days. How many pages must be read per day on average?"),
    ("{a}有{n}元,买书花了{m}元,剩下的钱买{k}{u}{t}正好用完,每{u}{t}多少元?", "{a} has {n} yuan and spent {m} yuan on a book. The rest is exactly enough for {k} {t}. How many yuan does each one cost?"),
    ("{l}有{n}{u}{t},用去{m}{u},剩下的分{k}次运完,每次运多少{u}?", "The {l} has {n} {t}. {m} are used and the rest are moved in {k} trips. How many are moved each time?"),
    ("要做{n}{u}{t},已经做了{m}{u},剩下的要{k}天做完,每天做多少{u}?", "{n} {t} must be made and {m} have been made. The rest must be finished in {k} days. How many must be made each day?"),
    "{a} has {n} {t}, keeps {m} and shares the rest equally among {k} friends. How many {t} does each friend get?", "From {n} dollars {a} spends {m} dollars and splits the rest equally among {k} children. How much does each child get?", "Of {n} {t}, {m} are sold and the rest are packed into {k} equal {cs}. How many are in each?",
    "{a} must read {n} pages, has read {m}, and has {k} days left. How many pages a day are needed?", "{a} bought {k} {t} and a bag for {m} dollars and paid {n} dollars in total. How much did each of the {t} cost?",
])
scenario("n+n*m", {"n": (3, 60), "m": (2, 9)}, [
    ("{a}有{n}{u}{t},{b}的{t}是{a}的{m}倍,两人一共有多少{u}?", "{a} has {n} {t}. {b} has {m} times as many {t} as {a}. How many do the two have in total?"),
    ("杨树有{n}棵,柳树的棵数是杨树的{m}倍,两种树一共有多少棵?", "There are {n} poplars, and {m} times as many willows as poplars. How many trees of both kinds are there in total?"),
    ("{s}上午卖了{n}{u}{t},下午卖的是上午的{m}倍,一天卖了多少{u}?", "The {s} sold {n} {t} in the morning and {m} times as many in the afternoon. How many were sold in one day?"),
    ("妹妹有{n}元,姐姐的钱是妹妹的{m}倍,她们一共有多少元?", "The younger sister has {n} yuan and the older sister has {m} times as much. How many yuan do they have in total?"),
    ("第一天修路{n}米,第二天修的是第一天的{m}倍,两天一共修了多少米?", "{n} meters of road were built on the first day, and {m} times as much on the second day. How many meters were built in the two days in total?"),
    "{a} has {n} {t} and {b} has {m} times as many. How many do they have together?", "{a} picked {n} {t}. {b} picked {m} times as many as {a}. How many {t} did they pick in total?", "A shirt costs {n} dollars and a coat costs {m} times as much. How much do both cost?", "Monday {n} {t} were sold, and on Tuesday {m} times as many. What is the total?",
    "{a} walked {n} kilometers and {b} walked {m} times as far. How many kilometers did they walk altogether?",
])
scenario("n+n+m", {"n": (3, 99), "m": (2, 60)}, [
    ("{a}有{n}{u}{t},{b}比{a}多{m}{u},两人一共有多少{u}{t}?", "{a} has {n} {t} and {b} has {m} more than {a}. How many {t} do the two have in total?"),
    ("第一组有{n}人,第二组比第一组多{m}人,两组共有多少人?", "The first group has {n} people and the second group has {m} more than the first. How many people are in the two groups altogether?"),
    ("{s}昨天卖出{n}{u}{t},今天比昨天多卖{m}{u},两天共卖出多少{u}?", "The {s} sold {n} {t} yesterday and {m} more today than yesterday. How many were sold in the two days altogether?"),
    ("一个班有男生{n}人,女生比男生多{m}人,这个班一共有多少人?", "A class has {n} boys and {m} more girls than boys. How many people are in the class in total?"),
    ("哥哥今年{n}岁,爸爸比哥哥大{m}岁,两人年龄的和是多少岁?", "The older brother is {n} years old this year and Dad is {m} years older. What is the sum of their ages?"),
    "{a} has {n} {t}. {b} has {m} more than {a}. How many {t} do they have altogether?", "On Monday {a} ran {n} minutes and on Tuesday {m} minutes more than on Monday. How many minutes is that in total?", "{b} scored {m} points more than {a}, who scored {n}. How many points did they score together?",
    "A pen costs {n} cents and a book costs {m} cents more. How many cents do both cost?", "There are {n} ducks, and {m} more geese than ducks. How many birds are there?",
])
scenario("n+m", {"n": (5, 40), "m": (2, 40)}, [
    ("{a}今年{n}岁,{m}年后{a}多少岁?", "{a} is {n} years old this year. How old will {a} be in {m} years?"),
    ("{a}今年{n}岁,爸爸比{p}大{m}岁,爸爸今年多少岁?", "{a} is {n} years old this year. Dad is {m} years older than {p}. How old is Dad this year?"),
    ("{m}年前{a}{n}岁,{p1}今年多少岁?", "{m} years ago {a} was {n} years old. How old is {p1} this year?"),
    ("{a}今年{n}岁,{b}比{a}大{m}岁,{b}今年几岁?", "{a} is {n} years old this year and {b} is {m} years older than {a}. How old is {b} this year?"),
    ("妈妈比{a}大{m}岁,{a}今年{n}岁,妈妈今年多少岁?", "Mom is {m} years older than {a}. {a} is {n} years old this year. How old is Mom this year?"),
    "How old will {a} be in {m} years if {a} is {n} now?", "{a} is {n} years old. {b} is {m} years older. How old is {b}?", "{a} is now {n}. What will be the age of {a} after {m} years?", "In {m} years from now, how old is {a}, who is {n} today?", "{m} years ago {a} was {n}. How old is {a} now?",
], weight=0.7)
scenario("n-m", {"n": (10, 70), "m": (2, 40)}, [
    ("{a}今年{n}岁,{m}年前{p1}多少岁?", "{a} is {n} years old this year. How old was {p1} {m} years ago?"),
    ("爸爸今年{n}岁,{a}比爸爸小{m}岁,{a}今年多少岁?", "Dad is {n} years old this year. {a} is {m} years younger than Dad. How old is {a} this year?"),
    ("妈妈今年{n}岁,{a}今年{m}岁,妈妈比{a}大多少岁?", "Mom is {n} years old this year and {a} is {m} years old. How much older is Mom than {a}?"),
    ("{m}年后{a}{n}岁,{p1}今年几岁?", "In {m} years {a} will be {n} years old. How old is {p1} this year?"),
    ("{a}今年{n}岁,{b}比{p}小{m}岁,{b}今年几岁?", "{a} is {n} years old this year. {b} is {m} years younger than {p}. How old is {b} this year?"),
    "{a} is {n} years old. How old was {a} {m} years ago?", "{a} is {n} and {b} is {m}. What is the difference between their ages?", "{b} is {m} years younger than {a}, who is {n}. How old is {b}?", "In {m} years {a} will be {n}. How old is {a} now?", "How old is {b} if {a} is {n} and {b} is {m} years younger?",
], check=lambda v: v["n"] > v["m"] + 2, weight=0.7)
scenario("(n+m)*2", {"n": (3, 90), "m": (2, 80)}, [
    ("长方形的长是{n}厘米,宽是{m}厘米,周长是多少厘米?", "A rectangle is {n} centimeters long and {m} centimeters wide. What is its perimeter in centimeters?"),
    ("一个长{n}米、宽{m}米的长方形,它的周长是多少米?", "A rectangle is {n} meters long and {m} meters wide. What is its perimeter in meters?"),
    ("求长{n}米、宽{m}米的长方形花坛的周长。", "Find the perimeter of a rectangular flower bed {n} meters long and {m} meters wide."),
    ("{l}是长方形,长{n}米,宽{m}米,绕它走一圈是多少米?", "The {l} is a rectangle {n} meters long and {m} meters wide. How many meters is one walk around it?"),
    ("给长{n}米、宽{m}米的长方形菜地围篱笆,篱笆要多长?", "A fence is put around a rectangular vegetable field {n} meters long and {m} meters wide. How long must the fence be?"),
    "What is the perimeter of a rectangle with length {n} and width {m}?", "A rectangle has sides {n} and {m}. Find its perimeter.", "A garden is {n} meters long and {m} meters wide. How much fence is needed to go around it?", "Find the perimeter of a {n} by {m} rectangle.", "The sides of a rectangle are {n} cm and {m} cm. Compute the perimeter.",
], weight=0.6)
scenario("n*m*k", {"n": (2, 20), "m": (2, 12), "k": (2, 9)}, [
    ("有{k}个{c},每个{c}里有{m}包{t},每包{n}{u},一共有多少{u}{t}?", "There are {k} {cs}, each {c} has {m} packs of {t}, and each pack has {n}. How many {t} are there in total?"),
    ("{k}个工人每人每天做{n}{u}{t},{m}天一共做多少{u}?", "{k} workers each make {n} {t} a day. How many are made in {m} days in total?"),
    ("{l}有{k}层,每层{m}个房间,每个房间{n}张桌子,一共有多少张桌子?", "The {l} has {k} floors, each floor has {m} rooms, and each room has {n} tables. How many tables are there in total?"),
    ("{a}每天跑{m}圈,每圈{n}百米,{k}天一共跑多少百米?", "{a} runs {m} laps a day, each lap {n} hundred meters. How many hundred meters are run in {k} days in total?"),
    ("一个长方体长{n}厘米,宽{m}厘米,高{k}厘米,体积是多少立方厘米?", "A box is {n} centimeters long, {m} centimeters wide and {k} centimeters high. What is its volume in cubic centimeters?"),
    "{k} {cs} each hold {m} packs of {n} {t}. How many {t} are there?", "What is the volume of a box with sides {n}, {m} and {k}?", "{a} works {m} hours a day for {k} days and earns {n} dollars an hour. How much does {a} earn?", "There are {k} shelves with {m} rows of {n} {t} each. How many {t} are there [in all|altogether]?",
    "Each of {k} workers packs {n} {t} an hour. How many {t} do they pack in {m} hours?",
])
scenario("n-m-k", {"n": (30, 400), "m": (3, 150), "k": (3, 150)}, [
    ("{a}有{n}元,买{t}花了{m}元,买书花了{k}元,还剩多少元?", "{a} has {n} yuan, spent {m} yuan on {t} and {k} yuan on books. How many yuan are left?"),
    ("一本书{n}页,第一天看了{m}页,第二天看了{k}页,还剩多少页?", "A book has {n} pages. {m} pages were read on the first day and {k} pages on the second day. How many pages are left?"),
    ("{l}有{n}{u}{t},上午运走{m}{u},下午运走{k}{u},还剩多少{u}?", "The {l} has {n} {t}. {m} were shipped away in the morning and {k} in the afternoon. How many are left?"),
    ("一根绳子长{n}米,第一次用去{m}米,第二次用去{k}米,还剩多少米?", "A rope is {n} meters long. {m} meters were used the first time and {k} meters the second time. How many meters are left?"),
    ("公共汽车上有{n}人,第一站下车{m}人,第二站下车{k}人,车上还有多少人?", "There are {n} people on a bus. {m} get off at the first stop and {k} get off at the second stop. How many people are still on the bus?"),
    "{a} has {n} dollars, pays {m} for {t} and {k} for books. How much is left?", "Out of {n} {t}, {m} were sold on Monday and {k} on Tuesday. How many are unsold?", "{n} people are on a bus; {m} leave at the first stop and {k} at the next. How many are still on the bus?", "A rope of {n} meters loses {m} meters and then {k} meters. How long is it now?",
    "{a} gave {m} of {n} {t} to {b} and {k} to a friend. How many {t} does {a} still have?",
], check=lambda v: v["n"] > v["m"] + v["k"])
scenario("n+m-k", {"n": (10, 200), "m": (3, 99), "k": (3, 99)}, [
    ("公共汽车上有{n}人,到站时上来{m}人,下去{k}人,现在车上有多少人?", "There are {n} people on a bus. At the stop {m} get on and {k} get off. How many people are on the bus now?"),
    ("{l}有{n}{u}{t},运来{m}{u},又用去{k}{u},现在有多少{u}?", "The {l} has {n} {t}. {m} were delivered and then {k} were used. How many are there now?"),
    ("{a}有{n}元,爸爸给了{p}{m}元,{p1}买书花了{k}元,现在有多少元?", "{a} has {n} yuan. Dad gave {p} {m} yuan and {p1} spent {k} yuan on books. How many yuan are there now?"),
    ("男生{n}人,女生{m}人,其中{k}人参加比赛,没有参加的有多少人?", "There are {n} boys and {m} girls. {k} of them join the competition. How many do not join?"),
    ("{a}和{b}分别有{n}{u}和{m}{u}{t},两人一共用了{k}{u},还剩多少{u}?", "{a} and {b} have {n} and {m} {t}. Together they used {k}. How many are left?"),
    "A bus carries {n} people; {m} get on and {k} get off. How many people are on the bus now?", "{a} has {n} dollars, earns {m} dollars and spends {k} dollars. How much does {a} have now?", "There are {n} boys and {m} girls in a camp. {k} of the children go home. How many stay?", "A {s} had {n} {t}, received {m} more and sold {k}. How many {t} are in the {s} now?",
    "{a} has {n} red {t} and {m} blue {t} and gives {k} of them away. How many are left?",
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
