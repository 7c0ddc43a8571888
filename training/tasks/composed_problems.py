"""Word problems put together from clauses: two facts in either order and a question.

A theme has three lists of clauses: fact A (number n), fact B (number m) and
questions. Facts may come in either order, before or after the question, or
inside an "if". This gives far more wordings than whole frames do.
"""

from ..lexicon import CONTAINERS, PLACES, SHOPS, VEHICLES, names, thing
from ..registry import task
from .word_problems import chinese_numeral, solve

THEMES = []


def theme(formula: str, ranges: dict, first: list, second: list, questions: list, check=None):
    """Add one theme."""
    THEMES.append((formula, ranges, first, second, questions, check))


CONTAINER_FULL = [("每个{c}里有{n}{u}{t}", "each {c} has {n} {t}"), ("一个{c}装{n}{u}{t}", "one {c} holds {n} {t}"), ("每个{c}可以放{n}{u}{t}", "every {c} can hold {n} {t}"), ("每{cu}{c}有{n}{u}{t}", "there are {n} {t} in each {c}"), ("一{cu}{c}里放了{n}{u}{t}", "{n} {t} are put into one {c}"),
                  "each {c} contains {n} {t}", "every {c} contains {n} {t}", "{n} {t} fit in a {c}", "a {c} holds {n} {t}", "there are {n} {t} per {c}"]
CONTAINERS_MANY = [("有{m}个{c}", "there are {m} {cs}"), ("{a}有{m}个{c}", "{a} has {m} {cs}"), ("一共有{m}个这样的{c}", "there are {m} such {cs} in total"), ("{s}里有{m}个{c}", "the {s} has {m} {cs}"), ("{a}买了{m}个{c}", "{a} bought {m} {cs}"),
                   "{a} owns {m} {cs}", "there are {m} of these {cs}", "{a} fills {m} {cs}", "the {l} has {m} {cs}"]
HOW_MANY_TOTAL = [("一共有多少{u}{t}?", "how many {t} are there in total?"), ("共有多少{u}{t}?", "how many {t} are there altogether?"), ("总共有几{u}{t}?", "how many {t} are there in total?"), ("{t}一共有多少{u}?", "how many {t} are there in all?"), ("请问一共有多少{u}{t}?", "may I ask how many {t} there are in total?"),
                  "how many {t} are there [in total|in all|altogether]?", "what is the total number of {t}?", "find the total number of {t}.", "how many {t} is that?", "how many {t} does that make?"]
theme("n*m", {"n": (2, 60), "m": (2, 25)}, CONTAINER_FULL, CONTAINERS_MANY, HOW_MANY_TOTAL)

PRICE = [("每{u}{t}{n}元", "each of the {t} costs {n} yuan"), ("{t}每{u}{n}元", "the {t} cost {n} yuan each"), ("一{u}{t}卖{n}元", "one of the {t} sells for {n} yuan"), ("{t}的单价是{n}元", "the unit price of the {t} is {n} yuan"), ("一{u}{t}的价格是{n}元", "the price of one of the {t} is {n} yuan"), ("{s}的{t}{n}元一{u}", "the {t} in the {s} are {n} yuan apiece"),
         "the {t} are {n} dollars each", "{t} cost {n} dollars apiece", "a {s} sells {t} for {n} dollars each", "the price of the {t} is {n} dollars each"]
BUYS = [("{a}买了{m}{u}", "{a} bought {m}"), ("{a}要买{m}{u}", "{a} wants to buy {m}"), ("{a}想买{m}{u}", "{a} would like to buy {m}"), ("老师买了{m}{u}", "the teacher bought {m}"), ("学校买了{m}{u}", "the school bought {m}"), ("{a}一共买{m}{u}", "{a} buys {m} in total"),
        "{a} buys {m} of them", "{a} needs {m} of them", "{a} takes {m}", "{a} orders {m}"]
PAYS = [("一共要付多少元?", "how many yuan must be paid in total?"), ("一共花了多少元?", "how many yuan were spent in total?"), ("要花多少钱?", "how much money is needed?"), ("需要多少元?", "how many yuan are needed?"), ("应付多少元?", "how many yuan should be paid?"), ("总价是多少元?", "what is the total price in yuan?"),
        "how much does {a} pay?", "how much does it cost [in total|altogether|]?", "what is the total cost?", "how much money does {a} need?", "find the total price."]
theme("n*m", {"n": (2, 60), "m": (2, 25)}, PRICE, BUYS, PAYS)

RATE = [("{a}每天做{n}{u}{t}", "{a} makes {n} {t} a day"), ("{a}每小时做{n}{u}{t}", "{a} makes {n} {t} per hour"), ("工厂每天生产{n}{u}{t}", "a factory produces {n} {t} every day"), ("一台机器每分钟做{n}{u}{t}", "a machine makes {n} {t} per minute"), ("每天卖出{n}{u}{t}", "{n} {t} are sold every day"),
        "{a} can make {n} {t} per day", "every day {a} collects {n} {t}", "{a} packs {n} {t} an hour", "each day {n} {t} are made", "a worker finishes {n} {t} each hour"]
TIME = [("做了{m}天", "this goes on for {m} days"), ("一共{m}天", "it lasts {m} days in total"), ("连续{m}天", "this happens {m} days in a row"), ("过了{m}小时", "{m} hours pass"), ("做了{m}小时", "the work takes {m} hours"), "this goes on for {m} hours", "{a} works for {m} days", "it runs for {m} hours"]
theme("n*m", {"n": (2, 60), "m": (2, 20)}, RATE, TIME, HOW_MANY_TOTAL)

SPEED = [("{v}每小时行{n}千米", "{v0} travels {n} kilometers per hour"), ("{v}的速度是每小时{n}千米", "the speed of {v0} is {n} kilometers per hour"), ("{v}每小时行驶{n}千米", "{v0} drives {n} kilometers per hour"), ("{v}以每小时{n}千米的速度前进", "{v0} moves at a speed of {n} kilometers per hour"), ("{a}每小时走{n}千米", "{a} goes {n} kilometers per hour"),
         "{v0} goes {n} km/h", "{v0} has a speed of {n} km per hour", "{a} rides {n} kilometers an hour", "{v0} covers {n} kilometers every hour", "{v0} drives at {n} miles per hour"]
HOURS = [("行了{m}小时", "it goes on for {m} hours"), ("一共用了{m}小时", "it takes {m} hours in total"), ("走了{m}小时", "the trip takes {m} hours"), ("行驶{m}小时", "the drive takes {m} hours"), ("{m}小时到达", "it arrives after {m} hours"), "the journey lasts {m} hours", "it travels for {m} hours", "the trip lasts {m} hours", "it keeps going for {m} hours"]
FAR = [("一共行了多少千米?", "how many kilometers is that in total?"), ("路程是多少千米?", "how many kilometers is the distance?"), ("走了多远?", "how far is that?"), ("共行多少千米?", "how many kilometers are travelled altogether?"), ("全程多少千米?", "how many kilometers is the whole way?"), "how far does it go?", "what is the distance?", "how long is the way?", "find the distance.", "what distance is covered?"]
theme("n*m", {"n": (3, 120), "m": (2, 12)}, SPEED, HOURS, FAR)

TOTAL_THINGS = [("有{n}{u}{t}", "there are {n} {t}"), ("{a}有{n}{u}{t}", "{a} has {n} {t}"), ("{a}买了{n}{u}{t}", "{a} bought {n} {t}"), ("老师拿来{n}{u}{t}", "the teacher brought {n} {t}"), ("{l}里有{n}{u}{t}", "there are {n} {t} in the {l}"), ("一共有{n}{u}{t}", "there are {n} {t} in total"), "{a} owns {n} {t}", "{a} picked {n} {t}", "the {s} has {n} {t}", "we have {n} {t}"]
SHARED = [("平均分给{m}个小朋友", "they are shared equally among {m} children"), ("平均放进{m}个{c}", "they are put equally into {m} {cs}"), ("平均分成{m}份", "they are divided into {m} equal parts"), ("平均分给{m}个同学", "they are divided equally among {m} classmates"), ("要平均装进{m}个{c}", "they are to be packed equally into {m} {cs}"), ("{m}个人平分", "{m} people share them equally"),
          "they are split evenly between {m} friends", "{m} children share them equally", "they are divided evenly among {m} people", "they go into {m} equal groups"]
EACH = [("每份有多少{u}?", "how many are in each part?"), ("每人分到几{u}?", "how many does each person get?"), ("每个有多少{u}{t}?", "how many {t} are in each one?"), ("平均每份几{u}?", "how many is each share?"), "how many does each get?", "how many {t} is each share?", "how many {t} are in one share?", "how many {t} does everyone get?"]
theme("n/m", {"q": (2, 40), "m": (2, 12)}, TOTAL_THINGS, SHARED, EACH)

PACKED = [("每{m}{u}装一个{c}", "{m} are packed into each {c}"), ("每个{c}装{m}{u}", "each {c} holds {m}"), ("一个{c}能放{m}{u}", "one {c} can hold {m}"), ("每{m}{u}放一{cu}{c}", "every {m} go into one {c}"), "each {c} takes {m} of them", "{m} fit into one {c}", "a {c} has room for {m}", "they are packed {m} to a {c}"]
CONTAINERS_NEEDED = [("需要多少个{c}?", "how many {cs} are needed?"), ("可以装多少个{c}?", "how many {cs} can be filled?"), ("一共要几个{c}?", "how many {cs} are needed in total?"), ("能装几{cu}{c}?", "how many {cs} can be filled?"), "how many {cs} does {a} need?", "how many {cs} are there then?", "what number of {cs} is needed?", "find the number of {cs}."]
theme("n/m", {"q": (2, 40), "m": (2, 12)}, TOTAL_THINGS, PACKED, CONTAINERS_NEEDED)

FIRST_HAS = [("{a}有{n}{u}{t}", "{a} has {n} {t}"), ("{a}收集了{n}{u}{t}", "{a} collected {n} {t}"), ("{a}做了{n}{u}{t}", "{a} made {n} {t}"), ("{a}买了{n}{u}{t}", "{a} bought {n} {t}"), ("{a}带来{n}{u}{t}", "{a} brought {n} {t}"), ("{a}摘了{n}{u}{t}", "{a} picked {n} {t}"), "{a} owns {n} {t}", "{a} found {n} {t}", "{a} sold {n} {t}", "{a} counted {n} {t}"]
SECOND_HAS = [("{b}有{m}{u}{t}", "{b} has {m} {t}"), ("{b}收集了{m}{u}{t}", "{b} collected {m} {t}"), ("{b}做了{m}{u}{t}", "{b} made {m} {t}"), ("{b}买了{m}{u}{t}", "{b} bought {m} {t}"), ("{b}带来{m}{u}{t}", "{b} brought {m} {t}"), ("{b}摘了{m}{u}{t}", "{b} picked {m} {t}"), "{b} owns {m} {t}", "{b} found {m} {t}", "{b} sold {m} {t}", "{b} counted {m} {t}"]
TOGETHER = [("两人一共有多少{u}{t}?", "how many {t} do the two have in total?"), ("他们一共有多少{u}{t}?", "how many {t} do they have in total?"), ("{a}和{b}共有几{u}{t}?", "how many {t} do {a} and {b} have altogether?"), ("两人合起来有多少{u}?", "how many do the two have together?"), ("合计多少{u}{t}?", "how many {t} are there in total?"), "how many {t} do they have [together|altogether|in total|in all]?", "how many {t} are there altogether?", "what is the total number of {t}?", "how many do {a} and {b} have together?"]
DIFFERENCE = [("{a}比{b}多多少{u}?", "how many more does {a} have than {b}?"), ("{b}比{a}少几{u}?", "how many fewer does {b} have than {a}?"), ("两人相差多少{u}?", "by how many do the two differ?"), ("{a}多几{u}{t}?", "how many more {t} does {a} have?"), ("{b}再有多少{u}就和{a}一样多?", "how many more does {b} need to have as many as {a}?"), "how many more {t} does {a} have than {b}?", "how many fewer {t} does {b} have than {a}?", "what is the difference between the numbers of {t}?", "how many {t} more does {a} have?"]
theme("n+m", {"n": (3, 400), "m": (3, 400)}, FIRST_HAS, SECOND_HAS, TOGETHER)
theme("n-m", {"n": (5, 400), "m": (3, 390)}, FIRST_HAS, SECOND_HAS, DIFFERENCE, check=lambda v: v["n"] > v["m"])

MORE_THAN = [("{b}比{a}多{m}{u}", "{b} has {m} more than {a}"), ("{b}的{t}比{a}多{m}{u}", "{b} has {m} more {t} than {a}"), ("{a}比{b}少{m}{u}", "{a} has {m} fewer than {b}"), "{b} has {m} {t} more than {a}", "{a} has {m} fewer {t} than {b}", "{a} has {m} less than {b}"]
FEWER_THAN = [("{b}比{a}少{m}{u}", "{b} has {m} fewer than {a}"), ("{b}的{t}比{a}少{m}{u}", "{b} has {m} fewer {t} than {a}"), ("{a}比{b}多{m}{u}", "{a} has {m} more than {b}"), "{b} has {m} {t} fewer than {a}", "{a} has {m} more {t} than {b}", "{b} has {m} less than {a}"]
TIMES_AS = [("{b}的{t}是{a}的{m}倍", "{b} has {m} times as many {t} as {a}"), ("{b}是{a}的{m}倍", "{b} has {m} times as many as {a}"), ("{b}的数量是{a}的{m}倍", "the number {b} has is {m} times that of {a}"), "{b} has {m} times as many {t} as {a}", "{b} has {m} times the {t} of {a}", "{b} has {m} times more than {a}"]
SECOND_HOW_MANY = [("{b}有多少{u}{t}?", "how many {t} does {b} have?"), ("{b}有几{u}?", "how many does {b} have?"), ("求{b}有多少{u}{t}。", "find how many {t} {b} has."), ("请问{b}有多少{u}{t}?", "may I ask how many {t} {b} has?"), "how many does {b} have?", "what number of {t} does {b} have?", "how many {t} belong to {b}?", "calculate how many {t} {b} has."]
theme("n+m", {"n": (3, 300), "m": (2, 200)}, FIRST_HAS, MORE_THAN, SECOND_HOW_MANY)
theme("n-m", {"n": (5, 300), "m": (2, 200)}, FIRST_HAS, FEWER_THAN, SECOND_HOW_MANY, check=lambda v: v["n"] > v["m"])
theme("n*m", {"n": (2, 60), "m": (2, 12)}, FIRST_HAS, TIMES_AS, SECOND_HOW_MANY)

WHOLE = [("{l}里有{n}{u}{t}", "there are {n} {t} in the {l}"), ("{s}有{n}{u}{t}", "the {s} has {n} {t}"), ("一共有{n}{u}{t}", "there are {n} {t} in total"), ("{a}共有{n}{u}{t}", "{a} has {n} {t} altogether"), ("原来有{n}{u}{t}", "there were originally {n} {t}"), "we have {n} {t} [in all|altogether]", "there are {n} {t}", "{a} has {n} {t} in all"]
PART = [("其中{m}{u}是红色的", "{m} of them are red"), ("其中{m}{u}是新的", "{m} of them are new"), ("其中{m}{u}坏了", "{m} of them are broken"), ("{m}{u}是大的", "{m} are big"), ("{m}{u}属于{b}", "{m} belong to {b}"), ("其中有{m}{u}是蓝色的", "of these, {m} are blue"), "{m} of these are old", "{m} of them are green", "{b} owns {m} of them", "{m} of them have been sold"]
REST = [("其余的有多少{u}?", "how many are the others?"), ("剩下的有多少{u}?", "how many are the rest?"), ("其他的有几{u}?", "how many others are there?"), ("另外还有多少{u}?", "how many others are there besides?"), "how many are not?", "how many {t} are left over?", "how many is the rest?", "how many others are there?"]
theme("n-m", {"n": (5, 400), "m": (2, 390)}, WHOLE, PART, REST, check=lambda v: v["n"] > v["m"])


@task("composed_problem", weight=3.0)
def composed(random, phrasing):
    """Facts and question in some order."""
    formula, ranges, first, second, questions, check = random.choice(THEMES)
    while True:
        values = {name: random.randint(*bounds) for name, bounds in ranges.items()}
        if random.random() < 0.4:
            values = {name: min(value, max(bounds[0], random.randint(2, 20))) for (name, value), bounds in zip(values.items(), ranges.values())}
        if "q" in values:
            values["n"] = values["q"] * values["m"]
        if check is None or check(values):
            break
    people = names(random, 2, phrasing.language == "en")
    container, vehicle = random.choice(CONTAINERS), random.choice(VEHICLES)
    kind = "列" if vehicle[0] == "火车" else "辆" if "车" in vehicle[0] else "艘" if vehicle[0] == "船" else "架"
    slots = {
        "a": people[0], "b": people[1], "c": (container[0], container[3]), "cu": (container[1], ""), "cs": (container[0], container[2]), "s": random.choice(SHOPS), "l": random.choice(PLACES),
        "v": ("一" + kind + vehicle[0], ""), "v0": ("", vehicle[1].lower()), "n": (chinese_numeral(random, values["n"]), values["n"]), "m": (chinese_numeral(random, values["m"]), values["m"]), **thing(random),
    }
    facts = [phrasing.ask(first, slots), phrasing.ask(second, slots)]
    question = phrasing.ask(questions, slots)
    if random.random() < 0.2 and not any(word in facts[1][1].split()[:1] for word in ("they", "it", "this", "each")) and "them" not in facts[1][1] and phrasing.language == "en":
        facts.reverse()
    upper = lambda text: text[0].upper() + text[1:] if text else text
    style = random.random()
    chinese = f"{facts[0][0]},{facts[1][0]},{question[0]}"
    english = f"{upper(facts[0][1])}, {facts[1][1]}. {upper(question[1])}"
    if phrasing.language == "zh" and style < 0.2:
        chinese = random.choice(["如果{0},{1},{2}", "已知{0},{1}。{2}", "{0}。{1}。{2}", "{0},如果{1},{2}"]).format(facts[0][0], facts[1][0], question[0])
    if phrasing.language == "en":
        if question[1].endswith("?") and style < 0.25:
            english = random.choice(["{2} if {0} and {1}?", "{2} when {0} and {1}?", "If {0} and {1}, {3}", "Suppose {0} and {1}. {4}", "{5} and {1}. {4}"]).format(facts[0][1], facts[1][1], upper(question[1][:-1]), question[1], upper(question[1]), upper(facts[0][1]))
        elif style < 0.75:
            english = f"{upper(facts[0][1])}. {upper(facts[1][1])}. {upper(question[1])}"
    return solve(chinese, english, formula, values)
