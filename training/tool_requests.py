"""Requests with the function they ask for: by its name, or by what it does."""

import re

from . import tool_frames as frames
from . import tool_values as values
from .tool_faults import JUDGED
from .tool_jobs import action, lookup, operation
from .tool_schemas import Parameter, Request, function, give, invented, leave_some_out
from .tool_values import LISTS


def written(random, parameter: Parameter) -> str:
    """A value between the brackets of a call: text always in quotation marks, as the span has it."""
    if parameter.kind == "b":
        parameter.span = random.choice(["true", "True"] if parameter.value else ["false", "False"])
    elif parameter.kind not in "in":
        parameter.span = random.choice(["'{}'", '"{}"']).format(parameter.value)
    return parameter.span


def by_name(random, phrasing) -> Request:
    """The name stands in the request."""
    chinese = phrasing.language == "zh"
    name = values.function_name(random)
    parameters = invented(random) if random.random() < 0.85 else []
    for parameter in parameters:
        give(random, parameter, chinese, 0.6)
    leave_some_out(random, parameters)
    said = [parameter for parameter in parameters if parameter.span]
    whole = {"name": name}
    if not parameters:
        offered = frames.WITH_NOTHING
        whole["name"] = name + "()" if random.random() < 0.4 else name
        if random.random() < 0.2:
            offered, whole = frames.WITH_CALL, {"call": name + "()"}
    elif random.random() < 0.4:
        in_order = all(parameter.span for parameter in parameters[: len(said)]) and random.random() < 0.65
        sign = random.choice(["=", "=", " = ", ": "])
        inner = [(("" if in_order else parameter.key + sign) + written(random, parameter)) for parameter in said]
        offered, whole = frames.WITH_CALL, {"call": f"{name}({', '.join(inner)})"}
    elif len(said) == 1 and random.random() < 0.7:
        offered, whole["value"] = frames.WITH_VALUE, said[0].span
    else:
        sign = random.choice(["=", "=", " = ", ": ", " "] if not chinese else ["=", "=", " = ", "为", "是"])
        parts = [f"{parameter.key}{sign}{parameter.span}" for parameter in said]
        if random.random() < 0.15:
            random.shuffle(parts)
        last = random.choice([", ", " and ", " and "] if not chinese else [",", "、", "和"])
        between = ", " if not chinese else random.choice([",", "、"])
        offered, whole["given"] = frames.WITH_GIVEN, last.join([between.join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]
    texts = phrasing.ask(offered, whole)
    verb, noun, adjective = (random.choice(LISTS[kind]) for kind in ("verbs", "nouns", "adjectives"))
    slots = {"noun": noun, "verb": verb, "Verb": verb.capitalize(), "adjective": adjective, "Adjective": adjective.capitalize()}
    description = random.choice(frames.DESCRIPTIONS)[0 if chinese and random.random() < 0.4 else 1]
    description = re.sub(r"\{(\w+)\}", lambda found: slots[found.group(1)], description)
    description = re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", description)
    return Request(function(random, name, description, parameters, chinese), parameters, *texts, {name.lower()}, result=random.choice(["number", "number", "word", "phrase"]))


FAMILIES = [(by_name, 0.4), (lookup, 0.27), (action, 0.18), (operation, 0.15)]


def draw(random, phrasing) -> Request:
    """One request of any family."""
    while True:
        made = random.choices([family for family, _ in FAMILIES], [weight for _, weight in FAMILIES])[0](random, phrasing)
        if not JUDGED.search(f"{made.tool} {made.english} {made.chinese}"):
            return made


def repeated(random, phrasing, request: Request) -> Request | None:
    """Another request for the same function."""
    family = lookup if request.attribute else action if request.done else operation
    for _ in range(5 * bool(request.row)):
        other = family(random, phrasing, request.row)
        fit = [parameter.kind for parameter in other.parameters] == [parameter.kind for parameter in request.parameters] and not JUDGED.search(f"{other.english} {other.chinese}")
        if fit and all(parameter.kind != "e" for parameter in other.parameters):
            for mine, theirs in zip(other.parameters, request.parameters):
                mine.key, mine.required = theirs.key, theirs.required
            if all(parameter.span or not parameter.required for parameter in other.parameters):
                other.tool = request.tool
                return other
    return None


def compatible(request: Request, other: Request) -> bool:
    """Whether the other function cannot be meant by the request."""
    asked, name = f"{request.english} {request.chinese}".lower(), other.name.lower()
    return name != request.name.lower() and not request.topic & other.topic and not any(word.lower() in asked for word in other.topic if len(word) > 3) and not any(word in name for word in request.topic if len(word) > 3)
