"""Parameters with their values, and the schemas that describe them."""

from dataclasses import dataclass, field

from . import tool_values as values

QUOTES = ["'{}'", "'{}'", '"{}"', '"{}"', "“{}”", "`{}`"]
CHINESE_QUOTES = ['"{}"', "“{}”", "“{}”", "「{}」", "'{}'"]
TYPES = {"i": "integer", "n": "number", "b": "boolean"}


@dataclass
class Parameter:
    """One parameter; `span` is its value as the request has it, empty if it is not said."""

    key: str
    kind: str
    options: list = field(default_factory=list)
    label: str = ""
    label_zh: str = ""
    required: bool = True
    value: object = None
    span: str = ""


def quoted(random, text: str, chinese: bool) -> str:
    """In one of the usual quotation marks."""
    return random.choice(CHINESE_QUOTES if chinese else QUOTES).format(text)


def give(random, parameter: Parameter, chinese: bool, quote: float | None = None):
    """Choose a value; `quote` is how often text stands in quotation marks."""
    kind = parameter.kind
    if kind in ("i", "n"):
        parameter.value = values.integer(random) if kind == "i" else values.number(random)
        parameter.span = str(parameter.value)
    elif kind == "b":
        parameter.value = random.random() < 0.6
        words = ["true", "开"] if chinese else ["yes", "true", "on", "True"]
        negative = ["false", "关"] if chinese else ["no", "false", "off", "False"]
        parameter.span = random.choice(words if parameter.value else negative)
    elif kind == "e":
        parameter.value = parameter.span = random.choice(parameter.options)
    else:
        make = {"w": values.word, "t": values.place, "s": values.phrase, "p": values.person}.get(kind)
        text = values.clean(make(random, chinese) if make else random.choice(values.LISTS["colors_zh" if chinese else "colors"]) if kind == "c" else values.code(random))
        often = quote if quote is not None else 0.85 if kind == "s" else 0.3
        parameter.value = text
        parameter.span = quoted(random, text, chinese) if random.random() < often else text


def described(random, parameter: Parameter, chinese: bool) -> dict:
    """The schema of one parameter."""
    entry: dict = {"type": TYPES.get(parameter.kind, "string")}
    if parameter.kind == "e":
        entry = {"enum": parameter.options, "type": "string"} if random.random() < 0.3 else {**entry, "enum": parameter.options}
    label = parameter.label_zh if chinese else parameter.label
    if label and random.random() < 0.1:
        text = label if chinese else f"The {label}."
        entry = {"description": text, **entry} if random.random() < 0.4 else {**entry, "description": text}
    if parameter.kind == "i" and random.random() < 0.06:
        bound = max(abs(parameter.value or 0) + 1, random.choice([10, 100, 10000]))
        entry = random.choice([{**entry, "minimum": -bound, "maximum": bound}, {"maximum": bound, "minimum": -bound, **entry}, {**entry, "minimum": min(0, parameter.value or 0)}])
    if random.random() < 0.03:
        entry = {"title": parameter.key.replace("_", " ").title(), **entry}
    return entry


def function(random, name: str, description: str, parameters: list, chinese: bool) -> dict:
    """A function tool, in one of the shapes that clients send."""
    properties = {parameter.key: described(random, parameter, chinese) for parameter in parameters}
    required = [parameter.key for parameter in parameters if parameter.required]
    draw = random.random()
    schema: dict = {"type": "object", "properties": properties, "required": required} if draw < 0.65 else {"properties": properties, "required": required, "type": "object"}
    if not required or draw < 0.05:
        schema.pop("required")
    if not parameters and random.random() < 0.15:
        schema = {}
    elif random.random() < 0.08:
        schema["additionalProperties"] = False
    return {"type": "function", "function": {"name": name, "description": description, "parameters": schema}}


def arguments(parameters: list) -> dict:
    """What the call passes, in the order of the schema."""
    return {parameter.key: parameter.value for parameter in parameters if parameter.span}


def spans(parameters: list) -> list:
    """The lines of thinking: each key with its words in the request."""
    return [f"{parameter.key}: {parameter.span}" for parameter in parameters if parameter.span]


def invented(random) -> list:
    """Parameters of a function from nowhere."""
    chosen: list = []
    for _ in range(random.choice([1, 1, 1, 1, 1, 1, 2, 2, 3, 4])):
        kind = random.choice("iiinnsssbe" if len(chosen) else "iiiinnssse")
        lists = {"i": "integer_keys", "n": "number_keys", "s": "string_keys", "b": "boolean_keys", "e": "enum_keys"}
        key = random.choice(values.LISTS[lists[kind]]) if random.random() < 0.88 or kind == "e" else values.nonsense(random, 1, 2)
        key, _, options = key.partition("=")
        if all(parameter.key != key for parameter in chosen):
            chosen.append(Parameter(key, "w" if kind == "s" and random.random() < 0.5 else kind, options.split("/") if options else []))
    return chosen


def leave_some_out(random, parameters: list, share: float = 0.15):
    """Make some of several parameters optional, said or not."""
    for parameter in parameters[1:]:
        if random.random() < share:
            parameter.required = False
            if random.random() < 0.6:
                parameter.span = ""


@dataclass
class Request:
    """What is asked for, and the function that answers it."""

    tool: dict
    parameters: list
    chinese: str
    english: str
    topic: set
    reason: str = ""
    attribute: tuple = ()
    result: str = "number"
    done: bool = False
    row: tuple | list = ()

    @property
    def name(self) -> str:
        return self.tool["function"]["name"]

    @property
    def thinking(self) -> str:
        return "\n".join([self.reason] * bool(self.reason) + [self.name] + spans(self.parameters))

    @property
    def call(self) -> dict:
        return {"name": self.name, "arguments": arguments(self.parameters)}
