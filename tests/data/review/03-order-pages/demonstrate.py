"""20 orders in pages of 10: page 2 is the last one."""
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


before = load("before", "orders/paging.py")
after = load("after", "orders/paging.py")


class Repo:
    def __init__(self, orders):
        self.orders = orders

    def count(self, customer_id):
        return len(self.orders)

    def fetch(self, customer_id, offset, limit):
        return self.orders[offset:offset + limit]


def page(module, orders, number):
    return module.OrderListing(Repo(list(range(orders))), size=10).page("c1", number)


for orders, number in [(25, 1), (25, 2), (25, 3), (0, 1), (7, 1)]:
    assert page(before, orders, number).has_next == page(after, orders, number).has_next
print("before: has_next =", page(before, 20, 2).has_next)
print("after:  has_next =", page(after, 20, 2).has_next)
assert page(before, 20, 2).has_next is False
assert page(after, 20, 2).has_next is True and page(after, 20, 3).items == []
