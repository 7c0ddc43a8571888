"""Whether one claim about a problem is true."""

import re
from dataclasses import replace
from fractions import Fraction

from ..claim_mistakes import mistaken, mistaken_tree, slip
from ..claim_solutions import NUMBER, Part, Solution, read_tree, with_mistake
from ..columns import PRETTY, operation_lines, show, value_of, write_tree
from ..registry import Problem, task
from .claims import LANGUAGES, LONG, Claim, body, fillers, givens, source

# Numbers whose order does not matter.
LISTED = re.compile(r"\d(, | and |, and |、|,|和)\d")
# How often a claim of each kind is judged.
ASKED = {"equation": 4.0, "answer": 4.0, "expression": 3.0, "said": 2.5, "written": 1.5, "given": 1.2, "line": 3.0, "divisor": 2.0, "last": 0.7}


def verdict(found: str, claimed: str, same: bool) -> str:
    """The line that compares."""
    return f"found {found}, claimed {claimed}: {'same' if same else 'different'}"


def numbers_in(text: str) -> str:
    """The numbers of a text, one after the other."""
    return " ".join(NUMBER.findall(text))


def wrong_numbers(random, text: str, others: list, swaps: bool = False) -> str:
    """The text with one number changed, or two of them swapped where that says something else."""
    found = list(NUMBER.finditer(text))
    spread = lambda changes: NUMBER.sub(lambda number: changes.get(number.start(), number[0]), text)
    if swaps and len({number[0] for number in found}) > 1 and not LISTED.search(text) and random.random() < 0.25:
        first, second = random.sample(found, 2)
        if first[0] != second[0]:
            return spread({first.start(): second[0], second.start(): first[0]})
    number = random.choice(found)
    strange = [show(other) for other in others if show(other) != number[0]]
    return spread({number.start(): random.choice(strange) if strange and random.random() < 0.25 else show(slip(random, Fraction(number[0])))})


def judge_equation(random, claim: Claim, truth: bool):
    """Work the operation out again."""
    part = claim.about
    stated = part
    if not truth and part.rest is None:
        stated = replace(part, value=mistaken(random, part.operator, part.a, part.b)[1])
    elif not truth:
        stated = replace(part, rest=(part.rest + random.choice([-1, 1])) % part.b) if random.random() < 0.6 else replace(part, value=slip(random, part.value))
    if (stated.value, stated.rest) == (part.value, part.rest) and not truth:
        return None
    remainder = "" if part.rest is None else f" r {part.rest}", "" if stated.rest is None else f" r {stated.rest}"
    text, style = stated.equation(), random.random()
    if style < 0.12:
        text = text.replace(" = ", " equals ") + "."
    elif style < 0.24 and part.rest is None:
        text = text.replace("×", "*").replace("÷", "/").replace(" ", "")
    return text, part.lines + [verdict(show(part.value) + remainder[0], show(stated.value) + remainder[1], truth)]


def judge_answer(random, claim: Claim, truth: bool, right: Solution):
    """Solve the problem and compare."""
    claimed = right.result
    if not truth:
        wrong = with_mistake(random, right)
        claimed = wrong.result if wrong else ""
        if not wrong or random.random() < 0.1:
            if not re.fullmatch(r"-?\d+(\.\d+)?%?", right.result):
                return None
            claimed = show(slip(random, Fraction(right.result.rstrip("%")))) + "%" * right.result.endswith("%")
    text = random.choices(["The answer is {}.", "The final answer is {}.", "The result is {}.", "The answer is {}"], [8, 1, 1, 1])[0].format(claimed)
    return text, right.thinking.split("\n") + [verdict(right.result, claimed, truth)]


def judge_expression(random, claim: Claim, truth: bool, right: Solution):
    """Write the expression that the problem asks for and compare."""
    claimed = right.expression
    tree = right.tree
    if tree is None:
        claimed = claimed if truth else wrong_numbers(random, claimed, right.numbers)
        if not truth and value_of(read_tree(claimed)) == value_of(read_tree(right.expression)):
            return None
    elif truth:
        if tree[0] in "+*" and random.random() < 0.15:
            claimed = write_tree((tree[0], tree[2], tree[1]))
    else:
        other = mistaken_tree(random, tree, right.numbers)[0]
        if not isinstance(other, tuple) or value_of(other) == value_of(tree):
            return None
        claimed = write_tree(other)
    written = claimed
    if random.random() < 0.2:
        written = re.sub(r"[-+*/]", lambda sign: f" {PRETTY[sign[0]]} ", claimed)
    return f"The {'answer' if random.random() < 0.9 else 'result'} equals {written}.", [verdict(right.expression, claimed, truth)]


def judge_reading(random, claim: Claim, truth: bool, right: Solution):
    """Read the sentence of the question again."""
    if claim.kind == "written":
        named, written = claim.about
        claimed = written if truth else wrong_numbers(random, written, []) if random.random() < 0.7 else re.sub(r"[-+]", lambda sign: "+-"[sign[0] == "+"], written, count=1)
        text = f"The {named} is {claimed}."
        return (text, [verdict(written, claimed, truth)]) if truth or claimed != written else None
    claimed = claim.about if truth else wrong_numbers(random, claim.about, right.numbers, swaps=True)
    if not truth and claimed == claim.about:
        return None
    return claimed, [claim.about, verdict(numbers_in(claim.about), numbers_in(claimed), truth)]


def judge_given(random, claim: Claim, truth: bool, right: Solution):
    """Look for the number among those of the question."""
    number = claim.about if truth else slip(random, claim.about)
    if not truth and number in right.numbers or truth and number not in right.numbers:
        return None
    return f"One given number is {show(number)}.", [f"numbers {numbers_in(right.question)}", f"{show(number)} is {'there' if truth else 'not there'}"]


def judge_line(random, claim: Claim, truth: bool, right: Solution):
    """Solve up to this line, or to where the step is made, and compare."""
    place = next(index for index, part in enumerate(right.parts) if part is claim.about)
    lines = [line for part in right.parts[:place] for line in part.lines]
    line = claim.about.lines[0]
    if claim.kind == "divisor":
        value = line.removeprefix("gcd=")
        claimed = value if truth else show(slip(random, Fraction(value)))
        return re.sub(r"is \d+\.$", f"is {claimed}.", claim.text), lines + [verdict(value, claimed, truth)]
    claimed = line
    if not truth:
        left, _, side = line.partition("=")
        flipped = re.sub(r"(?<=\d)[-+*/]", lambda sign: {"+": "-", "-": "+", "*": "/", "/": "*"}[sign[0]], side, count=1)
        claimed = f"{left}={flipped}" if flipped != side and random.random() < 0.6 else f"{left}={wrong_numbers(random, side, [])}" if NUMBER.search(side) else line
        if claimed == line or claimed.endswith("/0"):
            return None
    return claimed, lines + [verdict(line, claimed, truth)]


def judge_last(random, claim: Claim, truth: bool, right: Solution):
    """Solve up to the end of this step and compare what it is or gives."""
    part = claim.about
    if part.rest is not None:
        return None
    place = next(index for index, other in enumerate(right.parts) if other is part)
    lines = [line for other in right.parts[: place + 1] for line in other.lines]
    if " gives " in claim.text:
        claimed = part.value if truth else mistaken(random, part.operator, part.a, part.b)[1]
        return claim.text.split(" gives ")[0] + f" gives {show(claimed)}.", lines + [verdict(show(part.value), show(claimed), truth)]
    operation = part.equation().split(" = ")[0]
    operator = part.operator if truth else random.choice([other for other in "+-*/" if other != part.operator])
    claimed = replace(part, operator=operator).equation().split(" = ")[0]
    lines = lines[: len(lines) - len(part.lines)]
    return claim.text.split(" is ")[0] + f" is {claimed}.", lines + [verdict(operation, claimed, truth)]


JUDGES = {"answer": judge_answer, "expression": judge_expression, "said": judge_reading, "written": judge_reading, "given": judge_given, "line": judge_line, "divisor": judge_line, "last": judge_last}


def judged(random, right: Solution, truth: bool):
    """A claim of some kind about the problem, and how it is checked; nothing if none was found."""
    pool = givens(right) + body(right, True)[0] + body(right, True)[1] + fillers(right.steps) + [Claim("answer", "")]
    if right.expression:
        pool.append(Claim("expression", ""))
    kinds = sorted({claim.kind for claim in pool})
    kind = random.choices(kinds, [ASKED[kind] for kind in kinds])[0]
    claim = random.choice([claim for claim in pool if claim.kind == kind])
    if kind == "equation":
        # Steps after a mistake follow from wrong numbers; each is as right or wrong in itself as any other.
        wrong = with_mistake(random, right) if random.random() < 0.25 else None
        later = [part for part in wrong.steps if not any(part.lines[0] == other.lines[0] for other in right.steps)] if wrong else []
        checked = [part for part in (operation_again(part) for part in later) if part]
        made = judge_equation(random, Claim(kind, "", random.choice(checked)) if checked else claim, truth)
    else:
        made = JUDGES[kind](random, claim, truth, right)
    return (kind, *made) if made else None


def operation_again(part: Part) -> Part | None:
    """The operation with its right lines and value."""
    if part.rest is not None:
        return None
    try:
        lines, value = operation_lines(part.operator, part.a, part.b)
    except (ValueError, ZeroDivisionError):
        return None
    return Part(lines, part.operator, part.a, part.b, value)


@task("judge", weight=4.0, languages=LANGUAGES, measured=False)
def judge(random, phrasing):
    """Whether one claim is true."""
    truth = random.random() < 0.5
    while True:
        right = source(random, phrasing)
        for _ in range(5):
            try:
                made = judged(random, right, truth)
            except (ValueError, ZeroDivisionError):
                continue
            if made and len("\n".join(made[2])) <= LONG:
                kind, claim, lines = made
                word = "true" if truth else "false"
                thinking = "\n".join(lines) if random.random() < 0.67 else ""
                return Problem(english=right.question, chinese=right.question, thinking=thinking, answer=word, kind="judge", gold=word, inserted={"claim": claim, "about": kind})
