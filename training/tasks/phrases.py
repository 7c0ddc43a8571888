"""Parallel text of the domain: words, clauses and sentences in many wordings.

The frames of the other tasks are few and long, so that a word often occurs in
one of them only, and a wording held out from training fails by its words. The
files of `training/phrases` hold many more words and patterns, for translation
only: one `Chinese => English` per line, with the slots of `slots`. A line
that equals a held-out frame is left out, and `training.check` names lines that
come near one.
"""

import re
from difflib import SequenceMatcher
from pathlib import Path

from ..lexicon import names, thing
from ..phrasing import Phrasing, fill
from ..registry import Problem, task
from . import arithmetic

FOLDER = Path(__file__).resolve().parent.parent / "phrases"
CHINESE_DIGITS = "零一两三四五六七八九十"
FUNCTIONS = ["count_even", "solve", "my_sum", "find_largest", "f", "total", "reverse_text", "compute", "is_valid", "get_result", "helper", "process_list"]


def read(file: Path) -> list:
    """The pairs of one file."""
    return [tuple(line.split(" => ")) for line in file.read_text(encoding="utf-8").splitlines() if line]


def pairs() -> dict:
    """All pairs by the name of their file."""
    return {file.stem: read(file) for file in sorted(FOLDER.glob("*.txt"))}


PAIRS = pairs()


def plain(text: str) -> str:
    """A wording without slots, punctuation and alternatives, for comparison."""
    return re.sub(r"[\s.,?!:;\u3002\uff0c\uff1f\uff1a\u3001]|\{\w+\}", "", text)


def number(random) -> int:
    """Small more often than large."""
    return random.randint(2, random.choice([9, 20, 99, 99, 999, 9999]))


def slots(random) -> dict:
    """A value for every slot."""
    people = names(random, 2, False)
    values = {name: number(random) for name in "nmkj"}
    for name in "nmkj":
        if values[name] <= 10 and random.random() < 0.06:
            values[name] = (CHINESE_DIGITS[values[name]], str(values[name]))
    unknown = random.choice("xxxyznta")
    equation = random.choice([f"{random.randint(2, 12)}{unknown} + {random.randint(1, 40)} = {random.randint(20, 99)}", f"{unknown} - {random.randint(1, 40)} = {random.randint(2, 60)}", f"{unknown}/{random.randint(2, 9)} = {random.randint(2, 9)}"])
    formula = equation if random.random() < 0.5 else arithmetic.styled(random, arithmetic.random_tree(random, 1))
    if random.random() < 0.5:
        formula = f"⟦M{random.choice([1, 1, 1, 2, 3])}⟧"
    function = random.choice(FUNCTIONS) if random.random() < 0.6 else "⟦M1⟧"
    return {**values, "d": f"{random.randint(0, 99)}.{random.randint(1, 99)}", "a": people[0], "b": people[1], "e": formula, "x": unknown, "f": function,
            "w": ", ".join(str(random.randint(1, 60)) for _ in range(random.randint(3, 6))), **thing(random)}


def joined(random, parts: list) -> tuple[str, str]:
    """Several pairs one after the other."""
    chinese, english = "", ""
    for first, second in parts:
        if chinese:
            chinese += "" if chinese[-1] in "\u3002?:!" else random.choice([",", "\u3002"])
            english += " " if english[-1] in ".?:!" else ", "
        chinese, english = chinese + first, english + second
    return chinese, english


held_out: dict = {"frames": 0, "plain": set()}


def allowed(pair: tuple) -> bool:
    """Whether neither side is a held-out frame of another task; single words are no frames."""
    if len(pair[0]) <= 4 and "{" not in pair[0]:
        return True
    if held_out["frames"] != len(Phrasing.hidden_texts):
        held_out.update(frames=len(Phrasing.hidden_texts), plain={plain(text) for text in Phrasing.hidden_texts} - {""})
    return not held_out["plain"] & {plain(side) for side in pair}


def near_held_out(threshold: float = 0.8, sources: dict = PAIRS) -> list:
    """Sentences of the files that are nearly a held-out Chinese frame, for `training.check`."""
    frames = {plain(text) for text in Phrasing.hidden_texts}
    frames = [text for text in frames if len(text) > 4 and re.search("[\u4e00-\u9fff]", text)]
    found = []
    for file, entries in sources.items():
        for pair in entries:
            matcher = SequenceMatcher(a="", b=plain(pair[0]), autojunk=False)
            for frame in frames:
                matcher.set_seq1(frame)
                if len(pair[0]) > 4 and matcher.real_quick_ratio() > threshold and matcher.quick_ratio() > threshold and matcher.ratio() > threshold:
                    found.append((file, " => ".join(pair), frame))
                    break
    return found


def draw_pair(random, source: str) -> tuple[str, str]:
    """A pair of one file with its slots filled."""
    while True:
        pair = random.choice(PAIRS[source])
        if allowed(pair):
            break
    values = slots(random)
    return tuple(fill(side, {name: value[index] if isinstance(value, tuple) else value for name, value in values.items()}) for index, side in enumerate(pair))


@task("phrases", weight=7.0, languages={"pair": 1.0}, measured=False)
def phrases(random, phrasing):
    """Some words, one sentence, or a few sentences in a row."""
    draw = random.random()
    if draw < 0.25:
        words = [draw_pair(random, "dictionary") for _ in range(random.randint(4, 10))]
        return Problem(chinese="\u3001".join(chinese for chinese, _ in words), english=", ".join(english for _, english in words), kind="glossary")
    sources = [name for name in PAIRS if name != "dictionary"]
    chosen = random.choices(sources, [len(PAIRS[name]) ** 0.5 for name in sources], k=1 if draw < 0.5 else random.randint(2, 4))
    chinese, english = joined(random, [draw_pair(random, source) for source in chosen])
    return Problem(chinese=chinese, english=english, kind="glossary")
