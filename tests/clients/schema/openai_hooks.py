"""Streams checked event by event, and everything that was answered counted."""

import atexit
import collections
import json
import os
import re

import jsonschema_rs
import schemathesis
from schemathesis.openapi.checks import JsonSchemaError, RejectedPositiveData

import openai_kept
import openai_requests

answered = collections.defaultdict(collections.Counter)
streams = collections.Counter()
differences = {}
validators = {}


@schemathesis.hook
def before_call(context, case, kwargs):
    openai_requests.fill(case)


@schemathesis.hook
def after_call(context, case, response):
    answered[case.operation.label][f"{response.status_code // 100}xx"] += 1
    openai_kept.leave(case)


def problems(case, name, data):
    """What OpenAI's schema of this name has against it, each with its place but without its number."""
    if name not in validators:
        components = case.operation.schema.raw_schema["components"]
        schema = {"$ref": f"#/components/schemas/{name}", "components": components}
        validators[name] = jsonschema_rs.validator_for(schema)
    for problem in validators[name].iter_errors(data):
        place = ".".join("*" if isinstance(step, int) else step for step in problem.instance_path)
        # Long values are cut away, the demand is at the end.
        yield f"{place}: {problem.message[-200:]}"


@schemathesis.check
def every_event_conforms(ctx, response, case):
    """The events of a stream, each held to OpenAI's schema for it."""
    if response.status_code != 200 or "text/event-stream" not in response.headers.get("content-type", [""])[0]:
        return
    streams[case.operation.label] += 1
    name = case.operation.definition.raw["responses"]["200"]["x-event"]
    blocks = [block.splitlines() for block in response.text.split("\n\n")]
    events = [dict(line.split(": ", 1) for line in block if not line.startswith(":")) for block in blocks]
    events = [event for event in events if event]
    named = name == "ResponseStreamEvent"
    # Open Responses ends the streams of responses in this way too; OpenAI's packages take both.
    assert events and events.pop() == {"data": "[DONE]"}, "the stream does not end with [DONE]"
    assert events or "starting_after" in case.query, "the stream has no events"
    for event in events:
        data = json.loads(event["data"])
        assert event.get("event") == (data["type"] if named else None), f"wrong name: {event}"
        for problem in problems(case, name, data):
            raise AssertionError(f"{data.get('type', name)}: {problem}")


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Notes every kind of failure with its first example; Schemathesis shows one of each check, and where a
    schema has a choice only that nothing of it fits."""
    kinds = [failure.message.strip().splitlines()[0][:300]]
    if isinstance(failure, RejectedPositiveData):
        kinds = [f"{kinds[0]}: {response.text[:300]}"]
    elif isinstance(failure, JsonSchemaError) and response.status_code == 200:
        content = case.operation.definition.raw["responses"]["200"]["content"]
        name = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
        kinds = list(problems(case, name, json.loads(response.text))) or kinds
    body = response.request.body or b""
    body = body.decode(errors="replace") if isinstance(body, bytes) else str(body)
    request = f"{response.request.method} {response.request.url} {body}"
    for kind in kinds:
        # The same with another number is the same.
        kind = re.sub(r"-?\d+(\.\d+)?", "#", f"{case.operation.label}: {failure.title}: {kind}")
        differences.setdefault(kind, [request[:2000], response.text[:3000]])
    return True


@atexit.register
def report():
    with open(os.environ["OPENAI_TESTS_COUNTS"], "w") as file:
        json.dump({"answered": answered, "streams": streams, "differences": differences}, file)
