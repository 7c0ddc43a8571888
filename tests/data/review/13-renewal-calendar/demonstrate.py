"""A monthly contract that started on the 31st."""
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


from datetime import date

before = load("before", "billing/renewals.py")
after = load("after", "billing/renewals.py")

assert before.renewal_dates(date(2023, 11, 28), 1, 30) == after.renewal_dates(date(2023, 11, 28), 1, 30)
first = before.renewal_dates(date(2023, 1, 31), 1, 2)
second = after.renewal_dates(date(2023, 1, 31), 1, 2)
print("before:", *first)
print("after: ", *second)
assert first == [date(2023, 2, 28), date(2023, 3, 31)]
assert second == [date(2023, 2, 28), date(2023, 3, 28)]
