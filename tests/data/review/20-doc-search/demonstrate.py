"""A hit near the start of a text, and how often a body is split into words."""
import importlib.util
import pathlib
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent


def load(side, path):
    spec = importlib.util.spec_from_file_location(f"{side}_case", HERE / side / path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


before = load("before", "search/engine.py")
after = load("after", "search/engine.py")

body = "".join(chr(97 + n % 26) for n in range(100))
for position in (40, 50, 95):
    assert after.snippet(body, position).strip("…") == before.snippet(body, position)
print("before:", repr(before.snippet(body, 10)))
print("after: ", repr(after.snippet(body, 10)))
assert before.snippet(body, 10) == body[:50] and after.snippet(body, 10) == "…"


def body_passes(module, terms):
    doc = module.Document("Title", "one two two three")
    seen = []
    original = module.tokenize
    module.tokenize = lambda text: seen.append(text) or original(text)
    assert module.score(doc, terms) == 3
    module.tokenize = original
    return seen.count(doc.body)


terms = {"one", "two"} | {f"absent{n}" for n in range(8)}
print("passes over the body for 10 terms:", body_passes(before, terms), "->", body_passes(after, terms))
assert body_passes(before, terms) == 1 and body_passes(after, terms) == 10
