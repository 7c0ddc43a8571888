"""Percentages, averages, arithmetic series, powers and small counting."""

import math
from fractions import Fraction

from ..columns import Work, boxed, parse, show
from ..lexicon import names, thing
from ..registry import Problem, task

PERCENT = [
    ("{n}的{p}%是多少?", "What is {p}% of {n}?"), ("求{n}的{p}%。", "Find {p}% of {n}."), ("计算{n}的{p}%。", "Compute {p}% of {n}."), ("{p}%的{n}等于多少?", "What does {p}% of {n} equal?"), ("{n}的百分之{p}是多少?", "What is {p} percent of {n}?"),
    ("一个班有{n}人,其中{p}%是女生,女生有多少人?", "A class has {n} people, of whom {p}% are girls. How many girls are there?"), ("一本书有{n}页,已经看了{p}%,看了多少页?", "A book has {n} pages and {p}% of it has been read. How many pages have been read?"), ("{a}有{n}{u}{t},其中{p}%是红色的,红色的有多少{u}?", "{a} has {n} {t}, {p}% of which are red. How many are red?"), ("{a}有{n}元,花了其中的{p}%,花了多少元?", "{a} has {n} yuan and spent {p}% of it. How many yuan were spent?"), ("工厂生产{n}个零件,其中{p}%不合格,不合格的有多少个?", "A factory makes {n} parts, of which {p}% are defective. How many are defective?"),
    "What's {p}% of {n}", "Calculate {p} percent of {n}.", "How much is {p}% of {n}?", "{p}% of {n} is what number?", "{p}% of {n}", "Find {p} percent of {n}.", "What number is {p}% of {n}?", "Compute {p}\\% of {n}.", "Work out {p}% of {n}.", "Of {n} students, {p}% walk to school. How many students walk to school?", "Determine {p}% of {n}.",
    "A tax of {p}% is put on {n} dollars. How much is the tax?", "{a} has {n} {t} and gives away {p}% of them. How many does {a} give away?",
]
DISCOUNT = [
    ("{t}原价{n}元,降价{p}%后是多少元?", "The original price of the {t} is {n} yuan. What is the price in yuan after a reduction of {p}%?"), ("一件衣服{n}元,打折便宜{p}%,现价多少元?", "A piece of clothing costs {n} yuan and is discounted by {p}%. How many yuan does it cost now?"), ("{n}减少{p}%是多少?", "What is {n} decreased by {p}%?"), ("把{n}减少{p}%,结果是多少?", "Decrease {n} by {p}%. What is the result?"), ("商品价格{n}元,优惠{p}%,要付多少元?", "The price of an item is {n} yuan with {p}% off. How many yuan must be paid?"),
    "A {n} dollar coat is {p}% off. What is the new price?", "What is {n} decreased by {p}%?", "Decrease {n} by {p}%.", "{n} is reduced by {p} percent. What is the result?", "The price of {n} dollars falls by {p}%. What is the price now?", "An item costs {n} dollars. With a discount of {p}%, how much do you pay?",
]
INCREASE = [
    ("{n}增加{p}%是多少?", "What is {n} increased by {p}%?"), ("把{n}增加{p}%,结果是多少?", "Increase {n} by {p}%. What is the result?"), ("工资{n}元,涨了{p}%,现在是多少元?", "A wage of {n} yuan rose by {p}%. How many yuan is it now?"), ("去年生产{n}台,今年比去年增产{p}%,今年生产多少台?", "{n} machines were made last year, and {p}% more this year than last year. How many are made this year?"), ("价格{n}元,上涨{p}%后是多少元?", "The price is {n} yuan. How many yuan is it after a rise of {p}%?"),
    "What is {n} increased by {p}%?", "Increase {n} by {p}%.", "{n} grows by {p} percent. What is the new value?", "The price of {n} dollars rises by {p}%. What is the price now?", "A town of {n} people grows by {p}%. How many people live there now?", "A bill of {n} dollars gets a tip of {p}%. What is the total?",
]
SHARE = [
    ("{m}是{n}的百分之几?", "What percent of {n} is {m}?"), ("{n}的百分之多少是{m}?", "{m} is what percent of {n}?"), ("{n}人中有{m}人及格,及格率是百分之多少?", "{m} of {n} people passed. What percent passed?"), ("{m}占{n}的百分之几?", "What percentage of {n} is {m}?"), ("求{m}占{n}的百分比。", "Find what percent {m} is of {n}."),
    "What percent of {n} is {m}?", "{m} is what percent of {n}?", "What percentage of {n} is {m}?", "Express {m} as a percentage of {n}.", "{a} answered {m} of {n} questions correctly. What percent is that?", "{m} out of {n} is what percent?",
]
AVERAGE = [
    ("求{l}的平均数。", "Find the average of {l}."), ("{l}的平均数是多少?", "What is the average of {l}?"), ("计算{l}的平均值。", "Compute the mean of {l}."), ("{l}这{n}个数的平均数是几?", "What is the average of the {n} numbers {l}?"), ("{a}{n}次考试的成绩是{l},平均成绩是多少?", "The scores of {a} in {n} tests are {l}. What is the average score?"),
    ("{a}{n}天分别看了{l}页书,平均每天看多少页?", "In {n} days {a} read {l} pages. How many pages were read per day on average?"), ("{n}个小组的人数是{l},平均每组多少人?", "The sizes of {n} groups are {l}. How many people does a group have on average?"), ("数据{l}的平均数为多少?", "What is the average of the data {l}?"), ("一组数是{l},求平均数。", "A set of numbers is {l}. Find the average."),
    "What is the [average|mean] of {l}?", "[Find|Compute|Calculate|Determine] the [average|mean] of {l}.", "The scores are {l}. What is the average score?", "average of {l}", "Find the average of these numbers: {l}.", "The numbers {l} have what mean?", "What is the arithmetic mean of {l}?", "{a} scored {l} in {n} games. What is the average?", "Give the mean of {l}.", "On {n} days the temperatures were {l}. What was the mean temperature?",
]
SERIES = [
    ("求从{a}到{b}的所有整数的和。", "Find the sum of all integers from {a} to {b}."), ("{a}加到{b}等于多少?", "What is the sum from {a} to {b}?"), ("从{a}加到{b}的和是多少?", "What is the sum of the numbers from {a} to {b}?"), ("计算{a}+{a1}+…+{b}。", "Compute {a}+{a1}+…+{b}."), ("{a}到{b}之间所有整数之和是多少?", "What is the sum of all the integers between {a} and {b}?"),
    "What is the sum of the [integers|numbers|whole numbers] from {a} to {b}?", "[Find|Compute|Calculate] the sum of all [integers|numbers] from {a} to {b}.", "Add up all numbers from {a} to {b}.", "{a} + {a1} + ... + {b} = ?", "Sum the integers from {a} to {b}.", "What do you get when you add all the numbers from {a} through {b}?", "Evaluate {a} + {a1} + \\dots + {b}.",
]
TERM = [
    ("等差数列首项是{a},公差是{d},第{n}项是多少?", "An arithmetic sequence has first term {a} and common difference {d}. What is term number {n}?"), ("一个等差数列的第一项为{a},公差为{d},求第{n}项。", "The first term of an arithmetic sequence is {a} and the common difference is {d}. Find term number {n}."), ("等差数列{s},…的第{n}项是多少?", "What is term number {n} of the arithmetic sequence {s}, …?"), ("数列{s},…是等差数列,求它的第{n}项。", "The sequence {s}, … is arithmetic. Find its term number {n}."), ("首项{a}、公差{d}的等差数列,第{n}项等于几?", "For the arithmetic sequence with first term {a} and common difference {d}, what is term number {n}?"),
    "What is the {n}th term of the arithmetic sequence {s}, ...?", "Find the {n}th term of the sequence {s}, ...", "An arithmetic sequence starts with {a} and has common difference {d}. Find the {n}th term.", "The first term is {a} and the common difference is {d}. What is the {n}th term?", "In the arithmetic sequence {s}, ..., what is term {n}?", "Determine term number {n} of {s}, ...",
]
SERIES_SUM = [
    ("等差数列首项是{a},公差是{d},求前{n}项的和。", "An arithmetic sequence has first term {a} and common difference {d}. Find the sum of the first {n} terms."), ("等差数列{s},…的前{n}项和是多少?", "What is the sum of the first {n} terms of the arithmetic sequence {s}, …?"), ("一个等差数列第一项是{a},公差是{d},前{n}项之和是多少?", "The first term of an arithmetic sequence is {a} and the common difference is {d}. What is the sum of the first {n} terms?"), ("求数列{s},…前{n}项的和,它是等差数列。", "Find the sum of the first {n} terms of {s}, …, which is an arithmetic sequence."), ("首项为{a}、公差为{d}的等差数列,前{n}项和等于多少?", "For the arithmetic sequence with first term {a} and common difference {d}, what is the sum of the first {n} terms?"),
    "Find the sum of the first {n} terms of the arithmetic sequence {s}, ...", "What is the sum of the first {n} terms of {s}, ...?", "An arithmetic series has first term {a} and common difference {d}. What is the sum of its first {n} terms?", "Add the first {n} terms of the arithmetic sequence {s}, ...", "Compute the sum of {n} terms of the arithmetic series that starts with {a} and has difference {d}.",
]
POWER = [
    ("{a}的{n}次方是多少?", "What is {a} to the power of {n}?"), ("计算{a}的{n}次方。", "Compute {a} to the power of {n}."), ("求{a}的{n}次幂。", "Find {a} to the power {n}."), ("{a}^{n}等于多少?", "What is {a}^{n}?"), ("计算{a}^{n}。", "Compute {a}^{n}."),
    "What is {a} to the power [of |]{n}?", "[Compute|Calculate|Evaluate|Find] {a}^{n}.", "{a}^{n}", "What is ${a}^{n}$?", "{a}**{n}", "{a} raised to the power {n} is what?", "Find the value of {a}^{n}.", "{a}^{n} = ?",
]
SQUARE = [
    ("{a}的平方是多少?", "What is the square of {a}?"), ("求{a}的平方。", "Find the square of {a}."), ("计算{a}的平方。", "Compute the square of {a}."), ("{a}的平方等于几?", "How much is the square of {a}?"), ("正方形的边长是{a},面积是多少?", "A square has side length {a}. What is its area?"),
    "What is {a} squared?", "Square {a}.", "Find the square of {a}.", "What is the area of a square with side {a}?", "{a} squared", "Compute {a} squared.",
]
FACTORIAL = [
    ("{a}的阶乘是多少?", "What is the factorial of {a}?"), ("计算{a}!。", "Compute {a}!."), ("{a}个不同的字母有多少种排列?", "How many arrangements do {a} different letters have?"), ("{a}个人站成一排,有多少种站法?", "{a} people stand in a row. In how many ways can they stand?"), ("求{a}的阶乘。", "Find the factorial of {a}."),
    "What is {a}!?", "Compute {a} factorial.", "In how many ways can {a} people stand in a line?", "How many ways are there to arrange {a} different books on a shelf?", "What is {a} factorial?", "How many permutations do {a} distinct letters have?",
]
PAIRS = [
    ("{a}个人每两人握一次手,一共握手多少次?", "{a} people shake hands, every two once. How many handshakes are there?"), ("从{a}个人中选{k}个人,有多少种选法?", "In how many ways can {k} people be chosen from {a} people?"), ("{a}支球队每两队比赛一场,一共比赛多少场?", "{a} teams play, every two teams once. How many games are there in total?"), ("从{a}本不同的书中选出{k}本,有几种选法?", "How many ways are there to choose {k} books from {a} different books?"), ("{a}个点中每两点连一条线段,一共有多少条线段?", "Every two of {a} points are joined by a segment. How many segments are there in total?"),
    "How many handshakes are there if {a} people each shake hands once?", "In how many ways can you choose {k} of {a} people?", "How many games are played if each of {a} teams plays every other team once?", "Choose {k} from {a}: how many ways?", "How many pairs can be formed from {a} people?", "What is {a} choose {k}?", "How many ways can {k} students be selected from {a} students?",
]


@task("percentage", weight=1.1)
def percentage(random, phrasing):
    """Part, reduction, increase, share."""
    kind = random.choice(["part", "part", "part", "discount", "increase", "share"])
    p = random.choice([5, 10, 10, 15, 20, 20, 25, 30, 40, 50, 60, 75, 80, random.randint(1, 99)])
    n = random.choice([random.randint(1, 40) * 10, random.randint(1, 12) * 100, random.randint(2, 60) * 20, random.randint(10, 300)])
    slots = {"n": n, "p": p, "a": names(random, 1, phrasing.language == "en")[0], **thing(random)}
    work = Work()
    if kind == "share":
        n = random.choice([4, 5, 8, 10, 16, 20, 25, 40, 50, 80, 100, 200])
        m = random.randint(1, n)
        slots.update(n=n, m=m)
        chinese, english = phrasing.ask(SHARE, slots)
        value = work.evaluate(parse("m*100/n", {"m": m, "n": n}))
        return Problem(english=english, chinese=chinese, thinking=work.thinking(), answer=f"{work.prose()} The answer is \\boxed{{{show(value)}\\%}}.", gold=show(value) + "\\%")
    frames = {"part": PERCENT, "discount": DISCOUNT, "increase": INCREASE}[kind]
    frame = phrasing.frame(frames)
    text = repr(frame)
    if any(word in text for word in ("人", "个", "页", "students", "people", "gives away", "people")) and (n * p) % 100:
        n = 100 * random.randint(1, 9) if p % 10 else 10 * random.randint(1, 40)
        slots["n"] = n
    chinese, english = phrasing.say(frame, slots)
    formula = {"part": "n*p/100", "discount": "n-n*p/100", "increase": "n+n*p/100"}[kind]
    value = work.evaluate(parse(formula, {"n": n, "p": p}))
    return Problem(english=english, chinese=chinese, thinking=work.thinking(), answer=boxed(work, value), gold=show(value))


@task("average", weight=0.7)
def average(random, phrasing):
    """Sum and divide."""
    count = random.choice([2, 3, 3, 4, 4, 5])
    top = random.choice([12, 30, 100])
    numbers = [random.randint(1, top) for _ in range(count)]
    if count not in (2, 4, 5) or random.random() < 0.7:
        numbers[-1] += (-sum(numbers)) % count
    joined = ", ".join(map(str, numbers[:-1])), f"{numbers[-1]}"
    english_list = random.choice([f"{joined[0]} and {joined[1]}", f"{joined[0]}, and {joined[1]}", f"{joined[0]}, {joined[1]}"]) if phrasing.language == "en" else f"{joined[0]} and {joined[1]}"
    chinese_list = random.choice(["、".join(map(str, numbers)), ",".join(map(str, numbers)), "、".join(map(str, numbers[:-1])) + "和" + str(numbers[-1])])
    chinese, english = phrasing.ask(AVERAGE, {"l": (chinese_list, english_list), "n": count, "a": names(random, 1, phrasing.language == "en")[0]})
    work = Work()
    total = Fraction(numbers[0])
    work.lines.append(f"({'+'.join(map(str, numbers))})/{count}")
    for number in numbers[1:]:
        total = work.apply("+", total, Fraction(number))
    value = work.apply("/", total, Fraction(count))
    return Problem(english=english, chinese=chinese, thinking=work.thinking(), answer=boxed(work, value), gold=show(value))


@task("series", weight=0.5)
def series(random, phrasing):
    """Arithmetic sequences and their sums."""
    kind = random.choice(["range", "term", "sum"])
    work = Work()
    if kind == "range":
        a, b = random.choice([(1, random.randint(5, 100)), (1, random.choice([10, 20, 50, 100])), (random.randint(2, 20), random.randint(25, 60))])
        chinese, english = phrasing.ask(SERIES, {"a": a, "b": b, "a1": a + 1})
        if a == 1:
            value = work.evaluate(parse("b*(b+1)/2", {"b": b}))
        else:
            count = work.evaluate(parse("b-a+1", {"a": a, "b": b}))
            value = work.evaluate(parse("(a+b)*n/2", {"a": a, "b": b, "n": count}))
        return Problem(english=english, chinese=chinese, thinking=work.thinking(), answer=boxed(work, value), gold=show(value))
    a, d, n = random.randint(1, 20), random.randint(2, 9), random.randint(4, 30) if kind == "term" else random.randint(4, 15)
    slots = {"a": a, "d": d, "n": n, "s": ", ".join(str(a + d * step) for step in range(random.choice([3, 4])))}
    chinese, english = phrasing.ask(TERM if kind == "term" else SERIES_SUM, slots)
    for k, suffix in ((1, "st"), (2, "nd"), (3, "rd")):
        if n % 10 == k and n % 100 != 10 + k:
            english = english.replace(f"{n}th", f"{n}{suffix}")
    last = work.evaluate(parse("a+(n-1)*d", {"a": a, "n": n, "d": d}))
    value = last if kind == "term" else work.evaluate(parse("(a+z)*n/2", {"a": a, "z": last, "n": n}))
    return Problem(english=english, chinese=chinese, thinking=work.thinking(), answer=boxed(work, value), gold=show(value))


@task("powers_and_counting", weight=0.7)
def powers(random, phrasing):
    """Powers, squares, factorials, choices."""
    kind = random.choice(["power", "power", "square", "factorial", "pairs"])
    work = Work()
    if kind == "power":
        a, n = random.choice([(random.randint(2, 20), 2), (random.randint(2, 12), 3), (2, random.randint(3, 10)), (random.randint(3, 5), 4), (10, random.randint(2, 5))])
        chinese, english = phrasing.ask(POWER, {"a": a, "n": n})
        value = Fraction(a)
        for _ in range(n - 1):
            value = work.apply("*", value, Fraction(a))
    elif kind == "square":
        a = random.randint(3, 60)
        chinese, english = phrasing.ask(SQUARE, {"a": a})
        value = work.apply("*", Fraction(a), Fraction(a))
    elif kind == "factorial":
        a = random.randint(3, 7)
        chinese, english = phrasing.ask(FACTORIAL, {"a": a})
        value = Fraction(a)
        for factor in range(a - 1, 1, -1):
            value = work.apply("*", value, Fraction(factor))
    else:
        a, k = random.randint(4, 12), random.choice([2, 2, 3])
        frame = phrasing.frame(PAIRS)
        if "{k}" not in repr(frame):
            k = 2
        chinese, english = phrasing.say(frame, {"a": a, "k": k})
        value = work.apply("*", Fraction(a), Fraction(a - 1))
        if k == 3:
            value = work.apply("*", value, Fraction(a - 2))
        value = work.apply("/", value, Fraction(math.factorial(k)))
    return Problem(english=english, chinese=chinese, thinking=work.thinking(), answer=boxed(work, value), gold=show(value))
