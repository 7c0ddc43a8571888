"""No defect: the parts cover the file before and after the change."""
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


before = load("before", "uploads/parts.py")
after = load("after", "uploads/parts.py")

for size in range(0, 60):
    for part_size in range(1, 70):
        parts = after.plan_parts(size, part_size)
        assert parts == before.plan_parts(size, part_size)
        covered = [byte for first, last in parts for byte in range(first, last + 1)]
        assert covered == list(range(size))

limit = after.MIN_PART * after.MAX_PARTS
for size in (0, 1, limit - 1, limit, limit + 1, 3 * limit + 7):
    assert len(after.plan_parts(size)) <= after.MAX_PARTS
    if size > limit:
        smaller = after.choose_part_size(size) - 1
        assert -(-size // smaller) > after.MAX_PARTS
assert after.content_ranges(10, 4) == ["bytes 0-3/10", "bytes 4-7/10", "bytes 8-9/10"]
print("no difference")
