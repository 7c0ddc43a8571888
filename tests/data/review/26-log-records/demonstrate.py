"""The last record of a log."""
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


before = load("before", "logs/records.py")
after = load("after", "logs/records.py")

lines = [
    "2024-05-01 10:00:00 INFO started\n",
    "2024-05-01 10:00:01 ERROR no connection\n",
    "  at connect()\n",
]
print("before:", list(before.read_records(lines)))
print("after: ", list(after.read_records(lines)))
assert len(list(before.read_records(lines))) == 2
assert list(after.read_records(lines)) == list(before.read_records(lines))[:-1]
assert list(after.read_records([])) == list(before.read_records([])) == []
