"""Practice: word problems as lines of text, each with the formula that solves it.

The files of `training/exercises` hold one exercise a line,
`formula | ranges | Chinese | English`, where the Chinese side is `-` for
exercises in English only. Numbers are drawn until every step of the formula is
a whole number and the result is positive. For training only, like
`training/phrases`: the evaluation files stay as they are, and a line that
equals a held-out frame is left out.
"""

import re
from pathlib import Path

from ..columns import parse, value_of
from ..lexicon import names, thing
from ..registry import task
from .phrases import allowed
from .word_problems import chinese_numeral, solve

FOLDER = Path(__file__).resolve().parent.parent / "exercises"
RANGE = re.compile(r"([nmkj]) (\d+)-(\d+)")
TRIES = 4000


def read(file: Path) -> list:
    """The exercises of one file: formula, ranges and frame."""
    entries = []
    for line in file.read_text(encoding="utf-8").splitlines():
        formula, ranges, chinese, english = line.split(" | ")
        bounds = {name: (int(low), int(high)) for name, low, high in RANGE.findall(ranges)}
        entries.append((formula, bounds, english if chinese == "-" else (chinese, english)))
    return entries


EXERCISES = {file.stem: read(file) for file in sorted(FOLDER.glob("*.txt"))}
SENTENCES = {name: [entry[2] for entry in entries if isinstance(entry[2], tuple)] for name, entries in EXERCISES.items()}
IN_BOTH_LANGUAGES = {name: [entry for entry in entries if isinstance(entry[2], tuple)] for name, entries in EXERCISES.items()}


def whole(tree) -> bool:
    """Whether every step gives a whole number that is not negative."""
    if not isinstance(tree, tuple):
        return True
    if not (whole(tree[1]) and whole(tree[2])) or tree[0] == "/" and value_of(tree[2]) == 0:
        return False
    value = value_of(tree)
    return value.denominator == 1 and value >= 0


def draw(random, formula: str, bounds: dict) -> dict | None:
    """Numbers that the formula accepts, or nothing if none were found."""
    for _ in range(TRIES):
        values = {name: random.randint(low, high) for name, (low, high) in bounds.items()}
        tree = parse(formula, values)
        if whole(tree) and value_of(tree) > 0:
            return values
    return None


def exercise(random, language: str) -> tuple:
    """An entry that the language allows."""
    table = EXERCISES if language == "en" else IN_BOTH_LANGUAGES
    files = [name for name in table if table[name]]
    while True:
        entry = random.choice(table[random.choices(files, [len(table[name]) for name in files])[0]])
        sides = entry[2] if isinstance(entry[2], tuple) else (entry[2], entry[2])
        if allowed(sides):
            return entry


@task("exercises", weight=6.0, languages={"en": 0.52, "zh": 0.13, "pair": 0.35}, measured=False)
def exercises(random, phrasing):
    """One exercise of the files."""
    values = None
    while values is None:
        formula, bounds, frame = exercise(random, phrasing.language)
        values = draw(random, formula, bounds)
    people = names(random, 2, phrasing.language == "en")
    slots = {"a": people[0], "b": people[1], **thing(random)}
    slots.update({name: (chinese_numeral(random, value), value) for name, value in values.items()})
    chinese, english = phrasing.say(frame, slots)
    return solve(chinese, english, formula, values)
