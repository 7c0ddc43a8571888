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
]

WORDED = {
    "+": [("{a}加{b}", "{a} plus {b}"), ("{a}加上{b}", "{a} plus {b}"), ("{a}与{b}的和", "the sum of {a} and {b}"), ("{a}和{b}的和", "the sum of {a} and {b}"),
          ("{a}与{b}之和", "the sum of {a} and {b}"), ("{a}和{b}的总和", "the total of {a} and {b}"), "{a} added to {b}", "{a} and {b} added together", "{a} increased by {b}", "the total of {a} and {b}", "{a} and {b} together", "{b} more than {a}"],
    "-": [("{a}减{b}", "{a} minus {b}"), ("{a}减去{b}", "{a} minus {b}"), ("{a}与{b}的差", "the difference between {a} and {b}"), ("{a}和{b}的差", "the difference between {a} and {b}"),
          ("比{a}少{b}的数", "the number that is {b} less than {a}"), "{a} take away {b}", "{a} decreased by {b}", "{a} less {b}", "{b} less than {a}", "{b} subtracted from {a}", "the difference of {a} and {b}"],
    "*": [("{a}乘{b}", "{a} times {b}"), ("{a}乘以{b}", "{a} multiplied by {b}"), ("{a}与{b}的积", "the product of {a} and {b}"), ("{a}和{b}的乘积", "the product of {a} and {b}"), ("{a}和{b}的积", "the product of {a} and {b}"), ("{a}的{b}倍", "{b} times {a}"),
          "{a} times {b}", "the product of {a} times {b}", "{a} multiplied with {b}", "{a} groups of {b}"],
    "/": [("{a}除以{b}", "{a} divided by {b}"), ("{a}与{b}的商", "the quotient of {a} and {b}"), ("{a}除以{b}的商", "the quotient of {a} divided by {b}"), ("{b}除{a}", "{a} divided by {b}"), ("{a}和{b}的商", "the quotient of {a} and {b}"),
          "{a} over {b}", "{a} split by {b}", "the result of dividing {a} by {b}"],
}

IMPERATIVE = {
    "+": [("把{a}和{b}相加,结果是多少?", "Add {a} and {b}. What is the result?"), ("{a}和{b}一共是多少?", "What do {a} and {b} make in total?"), ("{a}再加{b}是多少?", "What is {a} with another {b} added?"), ("将{a}与{b}相加。", "Add {a} and {b}."), ("一个数比{a}多{b},这个数是多少?", "A number is {b} more than {a}. What is the number?"),
          "Add {a} and {b}.", "Add {b} to {a}.", "Add together {a} and {b}.", "If you add {a} to {b}, what do you get?", "What do {a} and {b} add up to?", "Sum {a} and {b}.", "add {a} and {b}"],
    "-": [("从{a}中减去{b},还剩多少?", "Subtract {b} from {a}. How much is left?"), ("{a}比{b}多多少?", "How much more is {a} than {b}?"), ("{b}比{a}少多少?", "How much less is {b} than {a}?"), ("用{a}减去{b}。", "Subtract {b} from {a}."), ("一个数比{a}少{b},这个数是多少?", "A number is {b} less than {a}. What is the number?"),
          "Subtract {b} from {a}.", "Take {b} away from {a}.", "If you subtract {b} from {a}, what remains?", "How much bigger is {a} than {b}?", "What is left when {b} is taken from {a}?", "subtract {b} from {a}", "By how much does {a} exceed {b}?"],
    "*": [("把{a}和{b}相乘。", "Multiply {a} and {b}."), ("{b}个{a}是多少?", "How much is {b} lots of {a}?"), ("{a}乘{b}得多少?", "What does {a} times {b} give?"), ("将{a}乘以{b}。", "Multiply {a} by {b}."), ("一个数是{a}的{b}倍,这个数是多少?", "A number is {b} times {a}. What is the number?"),
          "Multiply {a} by {b}.", "Multiply {a} and {b}.", "If you multiply {a} by {b}, what do you get?", "What is {a} multiplied by {b}?", "multiply {a} by {b}", "Take {a} times {b}.", "Find {a} times {b}."],
    "/": [("把{a}平均分成{b}份,每份是多少?", "Divide {a} into {b} equal parts. How much is each part?"), ("用{a}除以{b}。", "Divide {a} by {b}."), ("{a}里面有几个{b}?", "How many {b}s are there in {a}?"), ("{a}除以{b}得多少?", "What does {a} divided by {b} give?"), ("{a}是{b}的多少倍?", "How many times {b} is {a}?"),
          "Divide {a} by {b}.", "If you divide {a} by {b}, what do you get?", "How many times does {b} go into {a}?", "Split {a} into {b} equal parts. How big is each?", "divide {a} by {b}", "What do you get when {a} is divided by {b}?"],
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
