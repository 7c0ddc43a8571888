"""Requests for what a function does: something looked up, done, or computed."""

import re

from . import tool_frames as frames
from . import tool_values as values
from .tool_schemas import Parameter, Request, function, give, leave_some_out
from .tool_values import rows

KINDS = {kind: (chinese, english, keys.split()) for kind, chinese, english, keys in rows("kinds.txt")}
LOOKUPS = [(attribute, chinese, kinds.split(), result) for attribute, chinese, kinds, result in rows("lookups.txt")]
ACTIONS = rows("actions.txt")
OPERATIONS = rows("operations.txt")
NAMED = {"book", "song", "company", "shop", "recipe", "building", "museum"}
CODED = {"ticket", "file", "vehicle", "account", "order", "machine", "task", "train", "room", "class"}
PLACED = {"place", "mountain", "river", "road", "lake"}


def named(random, words: list, nonsense: float = 0.1) -> str:
    """A name out of some words, or one that says nothing."""
    return values.function_name(random) if random.random() < nonsense else values.joined(random, words)


def lookup(random, phrasing, row=None) -> Request:
    """What is the {attribute} of something?"""
    chinese = phrasing.language == "zh"
    attribute, attribute_zh, kinds, result = row or random.choice(LOOKUPS)
    kind = random.choice(kinds)
    kind_zh, article, keys = KINDS[kind]
    form = "p" if kind in ("person", "animal") else "t" if kind in PLACED else "d" if kind in CODED and random.random() < 0.7 else "s" if kind in NAMED else "w"
    parameter = Parameter(random.choice(keys), form, label=kind, label_zh=kind_zh)
    give(random, parameter, chinese, 0.5 if form == "s" else 0.2)
    parameters = [parameter]
    if random.random() < 0.12:
        parameters.append(random.choice([Parameter("unit", "e", random.choice([["metric", "imperial"], ["kg", "lb"], ["short", "long"]]), required=False), Parameter("year", "i", required=False), Parameter("precise", "b", required=False)]))
    verb = random.choice(["get", "get", "find", "fetch", "look_up", "query", "check", "read", "show"])
    name = named(random, random.choice([[verb, attribute], [verb, attribute], [kind, attribute], [verb, kind, attribute], [attribute, "lookup"], [attribute], [attribute, "of"], [attribute, "for", kind]]), 0.12)
    in_chinese = chinese and random.random() < 0.5
    description = random.choice([f"{random.choice(['查询', '返回', '获取'])}{kind_zh}的{attribute_zh}。", f"{kind_zh}的{attribute_zh}。"]) if in_chinese else random.choice([f"{random.choice(['Get', 'Return', 'Look up', 'Find'])} the {attribute} of {article}.", f"The {attribute} of {article}."])
    texts = [re.sub(f"\\b([Aa]) (?={attribute})", r"\1n " if attribute[0] in "aeiou" else r"\1 ", text) for text in phrasing.ask(frames.LOOKUP, {"attr": (attribute_zh, attribute), "value": parameter.span})]
    return Request(function(random, name, description, parameters, in_chinese), parameters, *texts, set(attribute.split()) | {attribute_zh}, attribute_zh if in_chinese else f"the {attribute}", (attribute_zh, attribute, parameter.span), result, row=(attribute, attribute_zh, [kind], result))


def fields(random, text: str, chinese: bool) -> list:
    """The parameters of an action."""
    found = []
    for entry in re.findall(r"(\w+):(\w)(?:\((.*?)\))?:(.*?):(\S+?)(?= \w+:\w|$)", text):
        key, kind, options, label, label_zh = entry
        found.append(Parameter(key, kind, options.split("/") if options else [], label, label_zh))
    for parameter in found:
        give(random, parameter, chinese, 0.9 if parameter.kind == "s" else 0.25)
    return found


def action(random, phrasing, row=None) -> Request:
    """Do something with these fields."""
    chinese = phrasing.language == "zh"
    row = row or random.choice(ACTIONS)
    verb, verb_zh, thing, thing_zh, given = row
    parameters = fields(random, given, chinese)
    while len(parameters) > 1 and random.random() < 0.5:
        parameters.pop()
    leave_some_out(random, parameters)
    said = [parameter for parameter in parameters if parameter.span]
    if random.random() < 0.15:
        random.shuffle(said)
    frame = phrasing.frame(frames.CLAUSES) if random.random() < 0.5 else None
    clauses = [phrasing.say(frames.SWITCH if parameter.kind == "b" else frame or phrasing.frame(frames.CLAUSES), {"field": (parameter.label_zh, parameter.label), "value": parameter.span}) for parameter in said]
    given = (random.choice([",", "、"]).join(clause[0] for clause in clauses), ", ".join(clause[1] for clause in clauses[:-1]) + (random.choice([" and ", ", "]) if len(clauses) > 1 else "") + clauses[-1][1])
    name = named(random, random.choice([[verb, thing], [verb, thing], [verb, thing], [thing, verb], ["new", thing], [thing]]))
    in_chinese = chinese and random.random() < 0.5
    description = f"{verb_zh}{thing_zh}。" if in_chinese else f"{verb.capitalize()} a {thing}."
    texts = phrasing.ask(frames.ACTION, {"verb": (verb_zh, verb), "Verb": verb.capitalize(), "object": (thing_zh, thing), "given": given})
    if thing[0] in "aeiou":
        description, *texts = (re.sub(f"\\b([Aa]) (?={thing})", r"\1n ", text) for text in (description, *texts))
    reason = f"{verb_zh}{thing_zh}" if in_chinese else f"{verb} the {thing}"
    return Request(function(random, name, description, parameters, in_chinese), parameters, *texts, {thing, thing_zh}, reason, result="done", done=True, row=row)


def operation(random, phrasing, row=None) -> Request:
    """A command with its operands."""
    chinese = phrasing.language == "zh"
    row = row or random.choice(OPERATIONS)
    name, description, description_zh, english, in_words, kinds = row
    kinds = kinds.split()
    numeric = kinds[0] in "in"
    keys = random.choice([["a", "b"], ["x", "y"], ["first", "second"], ["left", "right"], ["value", "other"], ["n", "m"]] if numeric else [["text", "other"], ["input", "count"], ["what", "extra"], ["query", "second"], ["s", "t"], ["content", "parameter"]])
    parameters = [Parameter(key, kind) for key, kind in zip(keys, kinds)]
    for parameter in parameters:
        give(random, parameter, chinese, 0.9 if parameter.kind == "s" else 0.1)
    if numeric and any(parameter.value < 0 for parameter in parameters):
        for parameter in parameters:
            parameter.value = abs(parameter.value)
            parameter.span = str(parameter.value)
    spoken = dict(zip("ab", (parameter.span for parameter in parameters)))
    fill = lambda text: re.sub(r"\{(\w)\}", lambda found: spoken[found.group(1)], text.strip())
    what, what_zh = fill(random.choice(english.split(" ; "))), fill(random.choice(in_words.split(" ; ")))
    made = named(random, [name] + random.choice([[], [], [], ["tool"], ["function"], ["it"]]))
    in_chinese = chinese and random.random() < 0.5
    texts = phrasing.ask(frames.OPERATION, {"what": (what_zh, what), "What": what[0].upper() + what[1:]})
    described = description_zh if in_chinese else description
    reason = described.rstrip("。.")
    reason = reason[0].lower() + reason[1:]
    return Request(function(random, made, described, parameters, in_chinese), parameters, *texts, set(name.split("_")) | {description_zh}, reason, result="number" if numeric else "phrase", row=row)
