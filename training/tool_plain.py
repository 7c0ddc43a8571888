"""Plain requests: one useful function, one or two arguments, and a question as people ask it.

`tools/plain.txt` holds a function a line, `names | descriptions | in Chinese | parameters | result | English
requests | Chinese requests`, cells cut by ` ; `. A parameter is `key:kind`, with `?` after a key that may be
left out and `!` after a kind that stands in quotation marks; the kinds are those of `tool_schemas.py`, with
bounds for numbers, or a list of `tools/plain_values.txt`. For practice only: nothing here changes the
evaluation files, which come out of the other families.
"""

import re

from . import tool_frames
from . import tool_values as values
from .phrasing import fill, held_out_share
from .tool_faults import JUDGED
from .tool_schemas import Parameter, Request, function, give, quoted
from .variations import expansions

SPECIFIED = re.compile(r"(\w+)(\??):(\w+)(?:\((.*?)\))?(!?)")
SLOT = re.compile(r"\{(\w+)\}")


def split(text: str) -> list:
    """The alternatives of a cell."""
    return [part.strip() for part in text.split(" ; ")]


def table(file: str) -> list:
    """The lines of a table whose cells are cut by ` | `."""
    return [[cell.strip() for cell in line.split(" | ")] for line in (values.FOLDER / file).read_text(encoding="utf-8").splitlines() if line]


def lists() -> dict:
    """The values of each kind, in English and in Chinese."""
    found = {}
    for line in (values.FOLDER / "plain_values.txt").read_text(encoding="utf-8").splitlines():
        kind, both = line.split(": ", 1)
        found[kind] = [side.split("|") for side in both.split(" = ")]
    return found


VALUES = lists()
ROWS = table("plain.txt")
MARKED = {"sentence": 1.0, "message": 0.9, "title": 0.6, "todo": 0.35, "letter": 0.5, "word": 0.35}


def bounded(random, kind: str, bounds: str):
    """A number within bounds; decimals are short."""
    low, high = (int(part) for part in bounds.split("-"))
    if kind == "i" or random.random() < 0.45:
        return random.randint(low, random.choice([high, high, max(low, high // 10)]))
    return float(f"{random.randint(low, high - 1)}.{random.randint(1, random.choice([9, 99]))}")


def parameters_of(random, text: str, chinese: bool) -> list:
    """The parameters of a row with their values."""
    chosen: list = []
    for key, optional, kind, options, always in SPECIFIED.findall(text):
        listed = kind in VALUES
        numeric = kind in ("i", "n") and options
        parameter = Parameter(key, "w" if listed else kind, options.split("/") if options and not numeric else [], key.replace("_", " "), "", not optional)
        if listed or numeric:
            used = [other.value for other in chosen]
            while parameter.value is None or parameter.value in used:
                parameter.value = bounded(random, kind, options) if numeric else values.clean(random.choice(VALUES[kind][chinese]))
            parameter.span = str(parameter.value)
            if listed and random.random() < (1.0 if always and chinese and kind != "todo" else MARKED.get(kind, 0.06)):
                parameter.span = quoted(random, parameter.value, chinese)
        else:
            give(random, parameter, chinese, 0.95 if kind == "s" else 0.1)
        chosen.append(parameter)
    return chosen


def described(random, text: str, parameters: list) -> str:
    """A description, sometimes with a line for each argument, as documentation in code has it."""
    draw = random.random()
    if draw < 0.05:
        return ""
    if draw < 0.14 and parameters:
        gap = random.choice(["\n\nArgs:\n    ", "\n\nArgs:\n    ", "\n\nParameters:\n    "])
        return text + gap + "\n    ".join(f"{parameter.key}: {random.choice(['The ', 'the ', ''])}{parameter.label}" for parameter in parameters)
    return text.rstrip(".") if draw < 0.24 else text


def articles(text: str) -> str:
    """`an` before a vowel."""
    return re.sub(r"\b([Aa]) (?=[aeiouAEIO]\w)", r"\1n ", text)


def plain(random, phrasing, row=None) -> Request:
    """A request for a function of the table."""
    chinese = phrasing.language == "zh"
    row = row or random.choice(ROWS)
    names, descriptions, description_zh, specified, result, english, in_chinese = row
    parameters = parameters_of(random, specified, chinese)
    frame = random.choice(split(in_chinese if chinese else english))
    slots = {parameter.key: parameter.span for parameter in parameters}
    text = articles(fill(phrasing.spread(frame), slots))
    said = set(SLOT.findall(frame))
    for parameter in parameters:
        if parameter.key not in said:
            parameter.span = ""
    if random.random() < 0.6:  # what is optional and not said is often not there at all
        parameters = [parameter for parameter in parameters if parameter.span]
    words = random.choice(split(names)).split("_")
    to_chinese = chinese and random.random() < 0.5
    base = description_zh if to_chinese else random.choice(split(descriptions))
    description = described(random, base, [] if to_chinese else parameters)
    name = values.function_name(random) if description and random.random() < 0.05 else values.joined(random, words)
    reason = base.rstrip("。.") if description else " ".join(words)
    reason = reason[0].lower() + reason[1:]
    topic = {word for text in split(names) for word in text.split("_") if len(word) > 2} | {description_zh.rstrip("。")}
    return Request(function(random, name, description, parameters, to_chinese), parameters, text if chinese else "", "" if chinese else text, topic, reason, result="phrase" if result == "done" else result, done=result == "done", row=row)


def draw_plain(random, phrasing) -> Request:
    """One plain request that no suite asks."""
    while True:
        made = plain(random, phrasing)
        if not JUDGED.search(f"{made.tool} {made.english} {made.chinese}"):
            return made


def near_held_out() -> list:
    """Requests that have the form of a held-out frame, for `training.check`."""
    forms = []
    for frames in (tool_frames.WITH_CALL, tool_frames.WITH_GIVEN, tool_frames.WITH_VALUE, tool_frames.WITH_NOTHING, tool_frames.LOOKUP, tool_frames.ACTION, tool_frames.OPERATION):
        sides = [side for frame in held_out_share(frames)[1] for side in (frame if isinstance(frame, tuple) else (frame,))]
        for side in {text for side in sides for text in expansions(side)}:
            said = re.split(r"\{\w+\}", side)
            if len(re.sub(r"[\W_]", "", "".join(said))) > (5 if side.isascii() else 1):
                forms.append(re.compile("(.+)".join(map(re.escape, said)), re.I))
    requests = [request for row in ROWS for cell in row[5:] for request in split(cell)]
    return [request for request in requests if any(form.fullmatch(SLOT.sub(r"\1", request)) for form in forms)]
