"""Values sorted for one cohort of 100 students."""
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


def sorted_values(side):
    module = load(side, "grading/ranks.py")
    count = 0

    class Points(float):
        def __lt__(self, other):
            nonlocal count
            count += 1
            return float.__lt__(self, other)

    students = [module.Student(f"s{n}", "a", Points(n * 37 % 101)) for n in range(100)]
    result = getattr(module, "standings", None) or module.ranks
    ranks = {name: getattr(entry, "rank", entry) for name, entry in result(students).items()}
    best = sorted(students, key=lambda student: float(student.points), reverse=True)
    assert ranks == {student.name: rank for rank, student in enumerate(best, start=1)}
    return count


print("comparisons:", sorted_values("before"), "->", sorted_values("after"))
assert sorted_values("after") > 20 * sorted_values("before")
