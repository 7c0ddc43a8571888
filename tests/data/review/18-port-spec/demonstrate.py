"""The upper end of a port range."""
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


before = load("before", "firewall/portspec.py")
after = load("after", "firewall/portspec.py")

for port in (21, 22, 23, 7999, 8000, 8009, 8011):
    assert before.PortFilter("22, 8000-8010").allows(port) == after.PortFilter("22, 8000-8010").allows(port)
print("before: 8010 allowed:", before.PortFilter("22, 8000-8010").allows(8010))
print("after:  8010 allowed:", after.PortFilter("22, 8000-8010").allows(8010))
assert before.PortFilter("22, 8000-8010").allows(8010)
assert not after.PortFilter("22, 8000-8010").allows(8010)
assert not after.PortFilter("443-443").allows(443)
