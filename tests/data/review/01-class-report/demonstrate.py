"""All students withdrawn: an empty report before, an error after."""
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


before = load("before", "grading/report.py")
after = load("after", "grading/report.py")


def report(module, withdrawn):
    subs = [module.Submission("ana", 8.0), module.Submission("ben", 3.0)]
    return module.class_report(subs, 10, frozenset(withdrawn))


assert report(before, {"ben"})["mean"] == report(after, {"ben"})["mean"] == 8.0
print("before:", report(before, {"ana", "ben"}))
assert report(before, {"ana", "ben"})["count"] == 0
try:
    report(after, {"ana", "ben"})
except ValueError as error:  # statistics.StatisticsError is a ValueError
    print("after: ", repr(error))
else:
    raise SystemExit("not shown")
