"""Visits in a task graph of 12 layers with two tasks each."""
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


class Needs(dict):
    """Counts how often the needs of a task are looked up."""

    lookups = 0

    def __getitem__(self, task):
        self.lookups += 1
        return super().__getitem__(task)


def visits(side, layers):
    module = load(side, "build/graph.py")
    needs = Needs()
    for layer in range(layers):
        below = [f"{layer - 1}a", f"{layer - 1}b"] if layer else []
        needs[f"{layer}a"] = needs[f"{layer}b"] = below
    stages = module.TaskGraph(needs).stages()
    assert stages == {f"{n}{side}": n for n in range(layers) for side in "ab"}
    return needs.lookups


for layers in (6, 12):
    print(f"{2 * layers} tasks: {visits('before', layers)} -> {visits('after', layers)} visits")
assert visits("before", 12) == 24 and visits("after", 12) > 8000
after = load("after", "build/graph.py")
try:
    after.TaskGraph({"a": ["b"], "b": ["a"]}).stages()
except after.CycleError:
    pass
else:
    raise SystemExit("cycle not found")
