"""Schemas of OpenAI's document in words that a validator understands."""

PREFIX = "#/components/schemas/"
PROSE = ("description", "example", "examples", "title", "deprecated", "default", "nullable")
# To the names of schemas as requests have them.
REQUESTED = "Requested"


def plain(node, named=False):
    """Without prose, and with `nullable` as OpenAPI 3.1 writes it: the document uses the word of 3.0.

    `named`: the keys are names of properties, whatever they look like.
    """
    if isinstance(node, list):
        return [plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    fields = {
        key: plain(value, not named and key == "properties")
        for key, value in node.items()
        if named or not (key in PROSE or key.startswith("x-"))
    }
    return or_null(fields) if not named and node.get("nullable") is True else fields


def or_null(schema):
    return {"anyOf": [schema, {"type": "null"}]}


def decided(node, schemas):
    """Choices between schemas as `discriminator` means them: the named property alone decides.

    In OpenAPI its values would be the schemas' names, unless a mapping says otherwise; the document has
    no mappings, and OpenAI's values are the ones that each schema takes.
    """
    if isinstance(node, list):
        return [decided(item, schemas) for item in node]
    if not isinstance(node, dict):
        return node
    fields = {key: decided(value, schemas) for key, value in node.items()}
    discriminator = fields.pop("discriminator", None)
    # The name of a property may be `discriminator` as well; and one stands where there is no choice.
    options = fields.get("oneOf") or fields.get("anyOf")
    if not isinstance(discriminator, dict) or not options:
        return fields
    rest = {word: value for word, value in fields.items() if word not in ("oneOf", "anyOf")}
    # The messages of a list have one type; whose they are decides between them.
    return {**rest, **by_value(options, [discriminator.get("propertyName"), "role"], schemas)}


def by_value(options, keys, schemas):
    """The option that the values of properties decide for, or any of them if they do not."""
    if len(options) == 1:
        return options[0]
    found = {}
    for option in options:
        for value in values(option, keys[0], schemas) if keys else ():
            found.setdefault(value, []).append(option)
    if sum(map(len, found.values())) < len(options):
        return {"anyOf": options}
    key, *others = keys
    branches = [
        {"if": {"properties": {key: {"const": value}}}, "then": by_value(fitting, others, schemas)}
        for value, fitting in found.items()
    ]
    return {"type": "object", "required": [key], "properties": {key: {"enum": [*found]}}, "allOf": branches}


def values(schema, key, schemas):
    """What a property may be."""
    if "$ref" in schema:
        return values(schemas[schema["$ref"].removeprefix(PREFIX)], key, schemas)
    own = schema.get("properties", {}).get(key, {})
    found = [own["const"]] if "const" in own else list(own.get("enum", []))
    for part in schema.get("allOf", []) + schema.get("oneOf", []) + schema.get("anyOf", []) + own.get("anyOf", []):
        found += part["enum"] if part in own.get("anyOf", []) and "enum" in part else values(part, key, schemas)
    return found


def undecided(node):
    """For requests any of the schemas will do."""
    if isinstance(node, list):
        return [undecided(item) for item in node]
    if not isinstance(node, dict):
        return node
    fields = {key: undecided(value) for key, value in node.items()}
    if isinstance(fields.pop("discriminator", None), dict) and "oneOf" in fields:
        fields["anyOf"] = fields.pop("oneOf")
    return fields


def renamed(node):
    """With references to the schemas of requests."""
    if isinstance(node, list):
        return [renamed(item) for item in node]
    if not isinstance(node, dict):
        return node
    reference = node.get("$ref")
    if isinstance(reference, str):
        return {**node, "$ref": PREFIX + REQUESTED + reference.removeprefix(PREFIX)}
    return {key: renamed(value) for key, value in node.items()}
