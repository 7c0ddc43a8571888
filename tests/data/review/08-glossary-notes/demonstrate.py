"""How often glossary files are read for 50 pages in two languages."""
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


import json
import tempfile


def reads(side):
    module = load(side, "helpdocs/annotate.py")
    calls = []
    original = module.load_glossary
    module.load_glossary = lambda path: calls.append(path) or original(path)
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name in ("source", "target", "glossaries"):
            (root / name).mkdir()
        for language in ("en", "de"):
            (root / "glossaries" / f"{language}.json").write_text(json.dumps({"SLA": "x"}))
        for number in range(25):
            (root / "source" / f"page{number}.txt").write_text("the SLA")
            (root / "source" / f"page{number}_de.txt").write_text("das SLA")
        module.annotate_pages(root / "source", root / "target", root / "glossaries")
        assert (root / "target" / "page3_de.txt").read_text() == "das SLA\n\nSLA: x\n"
    return len(calls), len(set(calls))


print("before: %d reads of %d files" % reads("before"))
print("after:  %d reads of %d files" % reads("after"))
assert reads("before") == (1, 1) and reads("after") == (50, 2)
