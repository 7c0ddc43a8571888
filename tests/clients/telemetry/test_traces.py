"""What a collector of traces gets, read with OpenTelemetry's own messages."""

import contextlib
import http.server
import json
import os
import re
import signal
import subprocess
import threading
import urllib.request

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@contextlib.contextmanager
def collector():
    posts = []

    class Collector(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            posts.append((self.path, dict(self.headers), body))
            reply = ExportTraceServiceResponse().SerializeToString()
            self.send_response(200)
            self.send_header("content-type", "application/x-protobuf")
            self.send_header("content-length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", posts
    server.shutdown()


@contextlib.contextmanager
def ponder(**environment):
    """A server with prepared replies; when it has stopped, everything is sent."""
    command = [os.environ["PONDER_BINARY"], "serve", "--listen", "127.0.0.1:0", "--config", os.environ["PONDER_TOML"]]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ | environment)
    for line in process.stderr:
        if found := re.search(r"serving on (http:\S+) ", line):
            break
    threading.Thread(target=process.stderr.read, daemon=True).start()
    yield found[1]
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0


def ask(url, model, question):
    body = {"model": model, "messages": [{"role": "user", "content": question}]}
    headers = {"content-type": "application/json", "traceparent": f"00-{TRACE}-{PARENT}-01"}
    request = urllib.request.Request(f"{url}/v1/chat/completions", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def value(any_value):
    kind = any_value.WhichOneof("value")
    if kind == "array_value":
        return [value(item) for item in any_value.array_value.values]
    return getattr(any_value, kind)


def unknown(message):
    """Whether anything in it has a number that the messages do not know."""
    again = type(message)()
    again.CopyFrom(message)
    again.DiscardUnknownFields()
    return again.SerializeToString(deterministic=True) != message.SerializeToString(deterministic=True)


def test_the_trace_of_a_chain_is_what_the_conventions_say():
    with collector() as (endpoint, posts):
        headers = {"OTEL_EXPORTER_OTLP_HEADERS": "x-key=a%20b", "OTEL_SERVICE_NAME": "tested"}
        with ponder(OTEL_EXPORTER_OTLP_ENDPOINT=endpoint, **headers) as url:
            ask(url, "chain/solve", "How many apples are 12 apples and 30 apples?")
    spans = []
    for path, headers, body in posts:
        assert path == "/v1/traces"
        assert {name.lower(): text for name, text in headers.items()}["x-key"] == "a b"
        message = ExportTraceServiceRequest.FromString(body)
        assert not unknown(message)
        for of_resource in message.resource_spans:
            resource = {pair.key: value(pair.value) for pair in of_resource.resource.attributes}
            assert resource["service.name"] == "tested" and resource["telemetry.sdk.language"] == "rust"
            spans += [span for scope in of_resource.scope_spans for span in scope.spans]
    by_name = {}
    for span in spans:
        assert span.trace_id.hex() == TRACE and len(span.span_id) == 8
        assert 0 < span.start_time_unix_nano <= span.end_time_unix_nano
        assert span.status.code == Status.STATUS_CODE_UNSET
        by_name.setdefault(span.name, []).append(span)
    (server,) = by_name["POST /v1/chat/completions"]
    (workflow,) = by_name["invoke_workflow solve"]
    (step,) = by_name["step reason"]
    (call,) = by_name["chat tests/thinker"]
    assert server.kind == Span.SPAN_KIND_SERVER and server.parent_span_id.hex() == PARENT
    assert workflow.parent_span_id == server.span_id and step.parent_span_id == workflow.span_id
    assert call.parent_span_id == step.span_id and call.kind == Span.SPAN_KIND_CLIENT
    known = {pair.key: value(pair.value) for pair in call.attributes}
    assert known["gen_ai.operation.name"] == "chat" and known["gen_ai.request.model"] == "tests/thinker"
    assert known["gen_ai.response.finish_reasons"] == ["stop"]
    assert known["gen_ai.usage.output_tokens"] > 0 and known["gen_ai.response.time_to_first_chunk"] >= 0
    said = [pair for span in spans for pair in span.attributes if "apples" in str(pair)]
    assert not said, "what was said is in no span"


def test_without_a_collector_nothing_is_different_and_without_an_address_nothing_is_sent():
    answers = []
    for environment in {}, {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}:
        with ponder(**environment) as url:
            answers.append(ask(url, "chain/solve", "How many apples are 12 apples and 30 apples?")["choices"])
    assert answers[0] == answers[1]
    with collector() as (endpoint, posts):
        with ponder(OTEL_EXPORTER_OTLP_ENDPOINT=endpoint, OTEL_SDK_DISABLED="true") as url:
            ask(url, "tests/thinker", "How many apples?")
    assert posts == []
