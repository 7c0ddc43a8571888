"""The five claims that a solution rests on.

Problems come from the tasks below, with the right solution or one with a
mistake in it that carries on (`claim_solutions.py`). `judge.py` asks whether
one such claim is true.
"""

import re
from dataclasses import dataclass
from fractions import Fraction

from ..claim_solutions import NUMBER, UNKNOWN, Part, Solution, solution_of, with_mistake
from ..columns import show
from ..registry import TASKS, Problem, task

SOURCES = {
    "word_problem": 4.0, "composed_problem": 3.0, "exercises": 5.0, "story_of_changes": 1.5, "arithmetic_expression": 2.0, "arithmetic_operation": 1.2, "arithmetic_decimal": 0.5, "arithmetic_nested_words": 0.6,
    "percentage": 1.5, "average": 1.0, "series": 0.4, "powers_and_counting": 0.7, "linear_equation": 2.0, "linear_equation_in_words": 0.8, "small_system": 0.5, "remainder": 0.6, "greatest_common_divisor": 0.3, "least_common_multiple": 0.3,
}
LANGUAGES = {"en": 0.78, "zh": 0.22}
CLAIMS = 5
# Characters of thinking that a document has at most; a few are longer.
SHORT, LONG = 260, 520
# Sentences that begin like this ask or assume; they state nothing.
ASKING = re.compile(r"(If|Suppose|When|Given|Let|Find|Calculate|Compute|Determine|Work|Tell|Please|Solve|Write|What|How|Which|Take|Add|Subtract|Multiply|Divide|Evaluate|Give|Start|From|To)\b|.*\b(how many|how much|what|find|calculate)\b", re.I)
ASKING_CHINESE = re.compile("多少|几|求|吗|计算|如果|已知|什么|哪|当|若|算")


@dataclass
class Claim:
    """A statement and what it is about."""

    kind: str
    text: str
    about: object = None


def source(random, phrasing) -> Solution:
    """The right solution of a problem out of the other tasks."""
    names = [name for name in SOURCES if TASKS[name].measured or phrasing.varied]
    while True:
        name = random.choices(names, [SOURCES[name] for name in names])[0]
        try:
            problem = TASKS[name].make(random, phrasing)
        except IndexError:  # a list without frames for this language
            continue
        found = solution_of(problem, problem.english if phrasing.language == "en" else problem.chinese)
        if found and (len(found.thinking) <= SHORT or len(found.thinking) <= LONG and random.random() < 0.25):
            return found


def statements(question: str) -> list:
    """Sentences (in Chinese, clauses) of the question that state numbers."""
    if re.search("[\u4e00-\u9fff]", question):
        clauses = [clause.strip() for clause in re.split("[,，。?？;；:：!！]", question)]
        return [f"{clause}。" for clause in clauses if NUMBER.search(clause) and 5 <= len(clause) <= 40 and len(re.findall("[\u4e00-\u9fff]", clause)) >= 3 and not ASKING_CHINESE.search(clause)]
    sentences = re.split(r"(?<=[.?!])\s+", question)
    return [sentence for sentence in sentences if sentence.endswith(".") and NUMBER.search(sentence) and len(sentence) <= 90 and " " in sentence and not ASKING.match(sentence)]


def givens(solution: Solution, shown: bool = True) -> list:
    """What is read from the question, as this solution reads it."""
    read = lambda text: NUMBER.sub(lambda number: show(solution.misread.get(Fraction(number[0]), Fraction(number[0]))), text)
    if solution.masked and solution.masked[0] in solution.question and (shown or not solution.misread):
        written = read(solution.masked[0])
        named = "equation" if "=" in written else "expression"
        found = [Claim("written", f"The {named} is {written}.", (named, solution.masked[0]))]
    else:
        found = [Claim("said", read(text), text) for text in statements(solution.question)]
    covered = {number for claim in found for number in NUMBER.findall(claim.text)}
    for part in solution.steps:
        for number in (part.a, part.b):
            if (number in solution.numbers or number in solution.misread.values()) and show(number) not in covered:
                covered.add(show(number))
                found.append(Claim("given", f"One given number is {show(number)}.", number))
    return found


def is_line(part: Part) -> bool:
    """Whether a text line is an equation with an unknown."""
    return not part.operator and "=" in part.lines[0] and UNKNOWN.search(part.lines[0]) is not None


def body(solution: Solution, shown: bool) -> tuple[list, list]:
    """The steps in order, and lines that only repeat what a step gave."""
    steps, repeated = [], []
    for part in solution.parts:
        if is_line(part):
            line = part.lines[0]
            moved = re.search(r"=.*\d[-+*/]\d", line) is not None
            if line in solution.answer or shown:
                (steps if moved or "x" in line.split("=")[0] and re.search(r"[-+/(]", line.split("=")[0]) else repeated).append(Claim("line", line, part))
        elif part.operator and (shown or part.equation().split(" with")[0] in solution.answer):
            steps.append(Claim("equation", part.equation(), part))
        elif part.lines[0].startswith("gcd="):
            found = re.search(r"The greatest common divisor of [^.]*\.", solution.answer)
            steps.append(Claim("divisor", found[0], part))
    return steps, repeated


def fillers(steps: list) -> list:
    """What can be said again in other words where a solution has little to say."""
    if not steps:
        return []
    last, first = steps[-1], steps[0]
    operation = lambda part: part.equation().split(" = ")[0]
    return [Claim("last", f"The last step gives {show(last.value)}.", last), Claim("last", f"The last step is {operation(last)}.", last), Claim("last", f"The first step is {operation(first)}.", first), Claim("last", f"The first step gives {show(first.value)}.", first)]


def five(solution: Solution, shown: bool) -> list:
    """The five claims: what is given, what is asked, the steps, the answer."""
    operation = [Claim("expression", f"The answer equals {solution.expression}.", solution.expression)] if solution.expression and shown else []
    steps, repeated = body(solution, shown)
    unlike = list({claim.text: claim for claim in steps}.values())
    steps = unlike[-(CLAIMS - 1 - len(operation)) :]
    missing = CLAIMS - 1 - len(operation) - len(steps)
    front = givens(solution, shown)[:missing]
    missing -= len(front)
    again = [*{claim.text: claim for claim in repeated[::-1] + fillers([claim.about for claim in steps if claim.kind == "equation"])}.values()][:missing]
    return front + operation + steps + again[::-1] + [Claim("answer", f"The answer is {solution.result}.")]


@task("claims", weight=2.5, languages=LANGUAGES, measured=False)
def claims(random, phrasing):
    """State what a solution rests on."""
    while True:
        right = source(random, phrasing)
        shown = random.random() < 0.7
        solution = (with_mistake(random, right) if random.random() < 0.45 else None) or right
        stated = five(solution, shown)
        if len(solution.thinking) <= LONG and len(stated) == CLAIMS:
            break
    text = f"{solution.thinking}\n\n{solution.answer}" if shown else solution.answer
    lines = [f"{number}. {claim.text}" for number, claim in enumerate(stated, 1)]
    return Problem(english=solution.question, chinese=solution.question, answer="\n".join(lines), kind="claims", gold=solution.result, inserted={"solution": text})
