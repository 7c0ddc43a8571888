"""Grades answers. Standard library only; used for the served model and in training."""

import json
import math
import re
import subprocess
import sys
from fractions import Fraction

HARNESS = r"""
import json, sys
payload = json.load(sys.stdin)
scope = {}
exec(payload["code"], scope)
function = scope[payload["name"]]
for case in payload["tests"]:
    got = function(*case["arguments"])
    want = case["expected"]
    if isinstance(want, float) or isinstance(got, float):
        assert abs(got - want) < 1e-9, (case, got)
    else:
        assert json.loads(json.dumps(got)) == want and type(got) is not bool or isinstance(want, bool) and got == want, (case, got)
"""


def last_boxed(text: str) -> str | None:
    """Content of the last \\boxed{…}, braces balanced."""
    start = text.rfind("\\boxed{")
    if start < 0:
        return None
    depth, begin = 0, start + len("\\boxed")
    for index in range(begin, len(text)):
        depth += {"{": 1, "}": -1}.get(text[index], 0)
        if depth == 0:
            return text[begin + 1 : index]
    return None


def normal(text: str) -> str:
    """An answer without wrapping."""
    text = re.sub(r"\\text\{([^{}]*)\}", r"\1", text).strip().strip("$").lower()
    return text.replace("\\%", "").replace("%", "").replace("\\times", "*").replace("×", "*").replace(" ", "").replace(",", "")


def same_value(answer: str, gold: str) -> bool:
    """Exact equality, numbers by value, products by their sorted factors."""
    answer, gold = normal(answer), normal(gold)
    if answer == gold:
        return True
    if "*" in gold:
        return sorted(answer.split("*")) == sorted(gold.split("*"))
    try:
        return Fraction(answer) == Fraction(gold)
    except (ValueError, ZeroDivisionError):
        return False


def visible(text: str) -> str:
    """The answer without its thinking."""
    return text.split("</think>")[-1].strip()


def grade_math(entry: dict, text: str) -> bool:
    """The last boxed value."""
    boxed = last_boxed(visible(text))
    return boxed is not None and same_value(boxed, entry["gold"])


def grade_code(entry: dict, text: str) -> bool:
    """Run the block's function on the tests in a process of its own."""
    block = re.search(r"```(?:python)?\n(.*?)```", visible(text), re.S)
    if not block:
        return False
    name = re.search(r"^def (\w+)", block.group(1), re.M)
    if not name or (entry.get("named") and name.group(1) != entry["function"]):
        return False
    payload = json.dumps({"code": block.group(1), "name": name.group(1), "tests": entry["tests"]})
    try:
        result = subprocess.run([sys.executable, "-I", "-c", HARNESS], input=payload, text=True, capture_output=True, timeout=5)
    except subprocess.TimeoutExpired:
        return False
    return result.returncode == 0


def closeness(left: str, right: str) -> float:
    """Similarity of two texts as the share of words in the longest common subsequence."""
    a, b = re.findall(r"\w+|[^\w\s]", left.lower()), re.findall(r"\w+|[^\w\s]", right.lower())
    row = [0] * (len(b) + 1)
    for word in a:
        previous = 0
        for index, other in enumerate(b):
            previous, row[index + 1] = row[index + 1], previous + 1 if word == other else max(row[index + 1], row[index])
    return 2 * row[-1] / max(1, len(a) + len(b))


def numbers_and_placeholders(text: str) -> tuple[list, list]:
    """The multiset of numbers outside placeholders, and of placeholders."""
    placeholders = re.findall(r"⟦M\d+⟧", text)
    return sorted(re.findall(r"\d+(?:\.\d+)?", re.sub(r"⟦M\d+⟧", " ", text))), sorted(placeholders)


def keeps_numbers(entry: dict, text: str) -> bool:
    """Every number and every placeholder as in the reference, whatever the words are."""
    return numbers_and_placeholders(visible(text)) == numbers_and_placeholders(entry["reference"])


def grade_translation(entry: dict, text: str) -> bool:
    """Numbers and placeholders exact, no Chinese left, text close to the reference."""
    text = visible(text)
    if re.search(r"[\u4e00-\u9fff]", text) or numbers_and_placeholders(text) != numbers_and_placeholders(entry["reference"]):
        return False
    return closeness(text, entry["reference"]) >= 0.6


def grade_decline(entry: dict, text: str) -> bool:
    """The fixed sentence."""
    return visible(text).startswith("I am a small demonstration model")


def calls(text: str) -> list:
    """The calls of functions in an answer; `None` for one that is no JSON."""
    found = []
    for made in re.findall(r"<tool_call>(.*?)</tool_call>", visible(text), re.S):
        try:
            found.append(json.loads(made))
        except ValueError:
            found.append(None)
    return found


def canonical(value) -> str:
    """JSON values that are equal have equal texts: 3.0 is 3, but true is not 1."""
    whole = lambda item: {key: whole(inner) for key, inner in item.items()} if isinstance(item, dict) else [whole(inner) for inner in item] if isinstance(item, list) else int(item) if isinstance(item, float) and item.is_integer() else item
    return json.dumps(whole(value), sort_keys=True)


def grade_tools(entry: dict, text: str) -> bool:
    """The one call with its exact name and arguments; or none, and the answer that is wanted instead."""
    made = calls(text)
    if entry.get("call"):
        return len(made) == 1 and canonical(made[0]) == canonical(entry["call"])
    if made or "<tool_call>" in visible(text):
        return False
    if entry.get("says") is not None:
        return re.search(rf"(?<![A-Za-z0-9.-]){re.escape(entry['says'])}(?![A-Za-z0-9]|\.\d)", visible(text)) is not None
    return GRADERS[entry["otherwise"]](entry, text)


def grade_json(entry: dict, text: str) -> bool:
    """The JSON value."""
    try:
        return canonical(json.loads(visible(text))) == canonical(json.loads(entry["gold"]))
    except ValueError:
        return False


def grade_judge(entry: dict, text: str) -> bool:
    """The one word."""
    return visible(text).strip(" .").lower() == entry["gold"]


def compact(text: str) -> str:
    """Formulas as thinking writes them."""
    text = re.sub(r"(?<=[\d)]) ?(?:x|\\?times) ?(?=[\d(])", "*", text)
    return re.sub(r"\s+", "", text).replace("×", "*").replace("÷", "/")


# Two numbers or unknowns with a sign between them, and what follows.
FORMULA = re.compile(r"[(]*-?[\da-z.]+[)]*(?:[-+*/=][(]*-?[\da-z.]*\d[\da-z.]*[)]*|=-?[\da-z.]+)+")


def grade_claims(entry: dict, text: str) -> bool:
    """Five numbered lines; every formula and number is one of the solution or the question, and the final answer is among them."""
    lines = visible(text).split("\n")
    claims = [line.removeprefix(f"{number}. ").strip() for number, line in enumerate(lines, 1) if line.startswith(f"{number}. ")]
    if len(claims) != 5 or len(lines) != 5 or len(set(claims)) != 5:
        return False
    solution, question = (re.sub(r"[\\$]|boxed|\{|\}", " ", entry[name]) for name in ("solution", "question"))
    known = {*re.findall(r"\d+(?:\.\d+)?", solution), *re.findall(r"\d+(?:\.\d+)?", question)}
    written = compact(solution) + "|" + compact(question)
    for claim in claims:
        if not set(re.findall(r"\d+(?:\.\d+)?", claim)) <= known:
            return False
        for formula in FORMULA.findall(compact(re.sub(r"[$]|[A-Za-z]{2,}", " ; ", claim)).rstrip(".")):
            sides = formula.rstrip(".").split("=")
            if formula.rstrip(".") not in written and not (len(sides) == 2 and sides[0] in written and f"={sides[1]}" in written):
                return False
    said = rf"(?<![\d.-]){re.escape(entry['gold'])}(?!\d|\.\d)"
    return any(re.search(said, claim) and "answer" in claim.lower() for claim in claims)


GRADERS = {"math": grade_math, "code": grade_code, "translation": grade_translation, "out_of_domain": grade_decline, "tools": grade_tools, "json": grade_json, "claims": grade_claims, "judge": grade_judge}


def grade(entry: dict, text: str) -> bool:
    """Right or wrong."""
    return GRADERS[entry["kind"]](entry, text)


def wilson(right: int, total: int) -> tuple[float, float]:
    """95 % interval of a share."""
    if not total:
        return 0.0, 0.0
    z, share = 1.96, right / total
    middle = share + z * z / (2 * total)
    spread = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return (middle - spread) / (1 + z * z / total), (middle + spread) / (1 + z * z / total)
