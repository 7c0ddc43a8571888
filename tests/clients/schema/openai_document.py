"""OpenAI's own document, reduced to what ponder serves.

Answers are held to OpenAI's schemas as they are, but for the places named here, where the document
contradicts itself or OpenAI. Requests have schemas of their own: what ponder refuses is left out of
them, so that generated requests are answered and the answers can be compared.
"""

import copy
import re

from openai_refused import FEWER_OPTIONS, NARROWER, REFUSED
from openai_schemas import PREFIX, REQUESTED, decided, or_null, plain, renamed, undecided

# The document describes no stream for these, though its text does: what the events are.
STREAMS = {
    "createCompletion": "CompletionPart",
    "getResponse": "ResponseStreamEvent",
}


def reduced(document, ours, left_out):
    """The operations that both documents have, but for those left out, with every schema that they need."""
    served = {(method, shape(path)) for path, item in ours["paths"].items() for method in item}
    paths = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if (method, "/v1" + shape(path)) in served and operation["operationId"] not in left_out:
                paths.setdefault(path, {})[method] = operation_of(operation, document)
    schemas = {name: plain(schema) for name, schema in document["components"]["schemas"].items()}
    answered = {name: decided(schema, schemas) for name, schema in schemas.items()}
    # A part of a completion is described as a whole one is, though before the last it has no reason to
    # finish, and no usage, which the description of `include_usage` says.
    part = copy.deepcopy(answered["CreateCompletionResponse"])
    part["properties"]["usage"] = or_null(part["properties"]["usage"])
    choice = part["properties"]["choices"]["items"]["properties"]
    choice["finish_reason"] = or_null(choice["finish_reason"])
    answered["CompletionPart"] = part
    # Its own examples have null until a response is complete.
    answered["ResponseUsage"] = or_null(answered["ResponseUsage"])
    complete = {"properties": {"status": {"const": "completed"}}, "required": ["status"]}
    counted = {"properties": {"usage": {"type": "object"}}, "required": ["usage"]}
    answered["Response"]["allOf"].append({"if": complete, "then": counted})
    # Asked for as base64, the numbers of an embedding are a text.
    numbers = answered["Embedding"]["properties"]
    numbers["embedding"] = {"anyOf": [numbers["embedding"], {"type": "string"}]}
    # OpenAI gives back null where a form has no description.
    form = answered["TextResponseFormatJsonSchema"]["properties"]
    form["description"] = or_null(form["description"])
    # An empty list has no first item and no last one; the document's newer lists say so.
    listed = answered["ResponseItemList"]["properties"]
    listed.update({name: or_null(listed[name]) for name in ("first_id", "last_id")})
    requested = {REQUESTED + name: renamed(undecided(schema)) for name, schema in asked(schemas).items()}
    components = answered | requested
    needed = {}
    events = ("ResponseStreamEvent", "CreateChatCompletionStreamResponse", "CompletionPart")
    waiting = [paths, *({"$ref": PREFIX + name} for name in events)]
    while waiting:
        for name in references(waiting.pop()) - needed.keys():
            needed[name] = components[name]
            waiting.append(needed[name])
    return {
        "openapi": "3.1.0",
        "info": {"title": "OpenAI's operations that ponder serves", "version": "1"},
        "paths": paths,
        "components": {"schemas": needed},
    }


def references(node):
    """The names of the schemas that are referred to."""
    if isinstance(node, list):
        return set().union(*map(references, node))
    if not isinstance(node, dict):
        return set()
    found = set().union(*map(references, node.values()))
    reference = node.get("$ref")
    return found | {reference.removeprefix(PREFIX)} if isinstance(reference, str) else found


def shape(path):
    """A path without the names of its parameters, which differ."""
    return re.sub(r"\{[^}]*\}", "{}", path)


def operation_of(operation, document):
    operation = plain(operation)
    # The server of these tests asks nobody for a key.
    operation.pop("security", None)
    parts = {key: renamed(undecided(operation[key])) for key in ("parameters", "requestBody") if key in operation}
    answers = {}
    for status, answer in operation["responses"].items():
        name = answer.get("$ref", "").rpartition("/")[2]
        answers[status] = plain(document["components"]["responses"][name]) if name else answer
    # The document describes hardly any error, and a 404 with the inner object only, which OpenAI's own
    # packages could not read: an error is the same everywhere.
    answers.pop("404", None)
    error = {"schema": {"$ref": PREFIX + "ErrorResponse"}}
    answers["default"] = {"description": "An error.", "content": {"application/json": error}}
    content = answers["200"].get("content", {})
    named = operation["operationId"]
    if named in STREAMS:
        content["text/event-stream"] = {"schema": {"$ref": PREFIX + STREAMS[named]}}
    if "text/event-stream" in content:
        # Schemathesis would hold the whole stream to the schema of one event: the hooks do it one by one.
        answers["200"]["x-event"] = content["text/event-stream"].pop("schema")["$ref"].removeprefix(PREFIX)
    return {"operationId": named, "responses": answers, **parts}


def asked(schemas):
    """The schemas of requests that ponder takes."""
    schemas = copy.deepcopy(schemas)
    for name, (kept, _reason) in FEWER_OPTIONS.items():
        union = schemas[name]
        word = "oneOf" if "oneOf" in union else "anyOf"
        union[word] = [
            option for option in union[word]
            if "$ref" not in option or option["$ref"].removeprefix(PREFIX) in kept
        ]
    for name, refused in REFUSED.items():
        for part in parts(schemas[name]):
            for field in refused:
                part.get("properties", {}).pop(field, None)
    for name, narrower in NARROWER.items():
        for part in parts(schemas[name]):
            for field, (schema, _reason) in narrower.items():
                if field in part.get("properties", {}):
                    part["properties"][field] = schema
    return schemas


def parts(schema):
    """A schema and those that it is put together from in the same place."""
    return [schema, *schema.get("allOf", [])]
