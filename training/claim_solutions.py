"""Solutions taken apart into steps, with mistakes put in that carry on to the answer."""

import re
from dataclasses import dataclass, field, replace
from fractions import Fraction

from .claim_mistakes import mistaken, mistaken_tree
from .columns import PRETTY, Work, divide_lines, operation_lines, show, value_of
from .grading import last_boxed

NUMBER = re.compile(r"\d+(?:\.\d+)?")
HEADER = re.compile(r"(-?\d+(?:\.\d+)?)([-+*/])(-?\d+(?:\.\d+)?)(?:=-?[\d.]+)?")
EXPRESSION = re.compile(r"[-\d.+*/()]*\d[-\d.+*/()]*")
UNKNOWN = re.compile(r"(?<![a-z])[a-z](?![a-z])")
# Numbers that a solution brings along: a wrong result could be taken for one of them.
CONSTANTS = (1, 2, 7, 10, 12, 24, 60, 100, 365, 1000)


@dataclass
class Part:
    """A line of text, or one operation with all its lines."""

    lines: list
    operator: str = ""
    a: Fraction = Fraction(0)
    b: Fraction = Fraction(0)
    value: Fraction = Fraction(0)
    rest: Fraction | None = None

    def equation(self) -> str:
        """The operation and its result, as answers write it."""
        right = f"({show(self.b)})" if self.b < 0 else show(self.b)
        return f"{show(self.a)} {PRETTY[self.operator]} {right} = {show(self.value)}" + ("" if self.rest is None else f" with remainder {self.rest}")


def division_with_remainder(a: int, b: int) -> Part:
    """Long division that stops at the whole number."""
    return Part(divide_lines(a, b), "/", Fraction(a), Fraction(b), Fraction(a // b), Fraction(a % b))


def parts(thinking: str) -> list:
    """Thinking as text lines and operations, in order."""
    lines, found, index = thinking.split("\n"), [], 0
    while index < len(lines):
        part = operation_at(lines, index) or Part([lines[index]])
        found.append(part)
        index += len(part.lines)
    return found


def operation_at(lines: list, index: int) -> Part | None:
    """The operation that is written out from this line on."""
    header = HEADER.fullmatch(lines[index])
    if not header:
        return None
    a, operator, b = Fraction(header[1]), header[2], Fraction(header[3])
    try:
        made, value = operation_lines(operator, a, b)
        if lines[index : index + len(made)] == made:
            return Part(made, operator, a, b, value)
    except (ValueError, ZeroDivisionError):
        pass
    if operator == "/" and b and a.denominator == b.denominator == 1 and a >= 0:
        part = division_with_remainder(int(a), int(b))
        if lines[index : index + len(part.lines)] == part.lines:
            return part
    return None


def read_tree(text: str):
    """The tree of an expression of numbers, or nothing."""
    if not EXPRESSION.fullmatch(text) or text.startswith("-"):
        return None
    tokens = re.findall(r"\d+(?:\.\d+)?|[-+*/()]", text)[::-1]

    def atom():
        token = tokens.pop()
        if token != "(":
            return Fraction(token)
        inner = chain("+-", lambda: chain("*/", atom))
        tokens.pop()
        return inner

    def chain(operators, below):
        left = below()
        while tokens and tokens[-1] in operators:
            left = (tokens.pop(), left, below())
        return left

    try:
        return chain("+-", lambda: chain("*/", atom))
    except (IndexError, ValueError):
        return None


@dataclass
class Solution:
    """A problem with one solution of it, right or wrong."""

    question: str
    parts: list
    answer: str
    masked: list = field(default_factory=list)
    # The whole expression that gives the answer, as the thinking writes it, and its tree if that alone makes the thinking.
    expression: str = ""
    tree: object = None
    # Numbers of the question that were read as others.
    misread: dict = field(default_factory=dict)

    @property
    def thinking(self) -> str:
        """All lines."""
        return "\n".join(line for part in self.parts for line in part.lines)

    @property
    def steps(self) -> list:
        """The operations."""
        return [part for part in self.parts if part.operator]

    @property
    def result(self) -> str:
        """The final answer as it is said in a sentence."""
        return re.sub(r"\\text\{([^{}]*)\}", r"\1", last_boxed(self.answer) or "").replace("\\%", "%")

    @property
    def numbers(self) -> list:
        """The numbers of the question."""
        return [Fraction(text) for text in NUMBER.findall(self.question)]


def solution_of(problem, question: str) -> Solution | None:
    """The right solution of a problem, if it has steps."""
    found = Solution(question, parts(problem.thinking), problem.answer, problem.masked)
    if not found.steps or not last_boxed(problem.answer):
        return None
    first = found.parts[0]
    tree = (first.operator, first.a, first.b) if first.operator and first.rest is None and len(found.parts) == 1 else None if first.operator else read_tree(first.lines[0])
    if isinstance(tree, tuple) and min(first.a, first.b) >= 0:
        try:
            if show(value_of(tree)) == found.result.removesuffix("%"):
                found.expression = f"{show(first.a)}{first.operator}{show(first.b)}" if first.operator else first.lines[0]
                found.tree = tree if made_of(tree)[0] == problem.thinking else None
        except (ValueError, ZeroDivisionError):
            pass
    return found


def made_of(tree) -> tuple[str, Work, Fraction]:
    """Thinking, record and value of a tree."""
    work = Work()
    value = work.evaluate(tree)
    return work.thinking(), work, value


def with_mistake(random, right: Solution) -> Solution | None:
    """The solution with one mistake and what follows from it."""
    for _ in range(6):
        try:
            if right.tree is not None and random.random() < 0.6:
                found = with_other_tree(random, right)
            else:
                found = with_wrong_step(random, right)
        except (ValueError, ZeroDivisionError):
            continue
        if found and found.result != right.result and len(found.result) < 9:
            return found
    return None


def with_other_tree(random, right: Solution) -> Solution | None:
    """Another expression than the right one, worked out without a mistake."""
    tree, misread = mistaken_tree(random, right.tree, right.numbers)
    if not isinstance(tree, tuple):
        return None
    thinking, work, value = made_of(tree)
    if value < 0 and random.random() < 0.8 or abs(value) >= 10**6:
        return None
    percent = "\\%" if right.result.endswith("%") else ""
    found = parts(thinking)
    expression = f"{show(found[0].a)}{found[0].operator}{show(found[0].b)}" if found[0].operator else found[0].lines[0]
    return replace(right, parts=found, answer=f"{work.prose()} The answer is \\boxed{{{show(value)}{percent}}}.", expression=expression, tree=tree, misread=misread)


def with_wrong_step(random, right: Solution) -> Solution | None:
    """One step goes wrong; later ones go on with what it gave."""
    places = [index for index, part in enumerate(right.parts) if part.operator and part.rest is None]
    if not places or any(part.rest is not None for part in right.parts):
        return with_wrong_remainder(random, right)
    place = random.choice(places)
    part = right.parts[place]
    before = {*right.numbers, *CONSTANTS} | {number for earlier in right.parts[:place] for number in (earlier.a, earlier.b, earlier.value)} | {part.a, part.b}
    last = all(not later.operator for later in right.parts[place + 1 :])
    lines, value = mistaken(random, part.operator, part.a, part.b)
    if min(part.value, value) < 0 or part.value in before and not (last and right.answer.count(f"= {show(part.value)}.") == 1 and place == len(right.parts) - 1):
        return None
    changed = {part.value: value}
    found = right.parts[:place] + [replace(part, lines=lines, value=value)]
    swap = lambda text: NUMBER.sub(lambda number: show(changed.get(Fraction(number[0]), Fraction(number[0]))), text)
    for later in right.parts[place + 1 :]:
        if not later.operator:
            found.append(Part([swap(line) for line in later.lines]))
            continue
        a, b = changed.get(later.a, later.a), changed.get(later.b, later.b)
        made, result = operation_lines(later.operator, a, b)
        # A number of before, or one that stands for two others now, could not be told apart.
        if result < 0 or result != later.value and later.value in before or changed.get(later.value, result) != result:
            return None
        changed[later.value] = result
        found.append(Part(made, later.operator, a, b, result))
    if part.value in before:  # the last number of the last equation, and the final one
        head, _, _ = right.answer.rpartition(f"= {show(part.value)}.")
        percent = "\\%" if right.result.endswith("%") else ""
        answer = f"{head}= {show(value)}. The answer is \\boxed{{{show(value)}{percent}}}."
    else:
        answer = swap(right.answer)
    return replace(right, parts=found, answer=answer)


def with_wrong_remainder(random, right: Solution) -> Solution | None:
    """Division with a remainder that ends with another remainder."""
    if len(right.parts) != 1:
        return None
    part = right.parts[0]
    rest = (part.rest + random.choice([-2, -1, 1, 2])) % part.b
    if rest == part.rest or not right.answer.endswith(f"The answer is \\boxed{{{part.rest}}}."):
        return None
    lines = part.lines[:-1] + [f"={show(part.value)}" + (f" r {rest}" if rest else "")]
    changed = replace(part, lines=lines, rest=rest)
    return replace(right, parts=[changed], answer=f"{changed.equation()}. The answer is \\boxed{{{rest}}}.")
