"""A freezer that stayed below zero all day."""
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


from datetime import datetime

before = load("before", "coldchain/summary.py")
after = load("after", "coldchain/summary.py")


def summary(module, *values):
    readings = [module.Reading(datetime(2024, 5, 1, hour), v) for hour, v in enumerate(values)]
    return module.summarize(readings, -18.0)


for values in [(), (1.0, -20.0), (-3.0, 0.5, 0.5)]:
    first, second = summary(before, *values), summary(after, *values)
    assert first is second is None or first["peak_at"] == second["peak_at"]
print("before:", summary(before, -18.5, -17.0, -19.0))
print("after: ", summary(after, -18.5, -17.0, -19.0))
assert summary(before, -18.5, -17.0, -19.0)["peak"] == -17.0
assert summary(after, -18.5, -17.0, -19.0)["peak"] == 0.0
assert summary(after, -18.5, -17.0, -19.0)["peak_at"] is None
