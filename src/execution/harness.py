"""Runs one test of a solution: a call, an expression or a session. It knows what to do, not what should come of it.

The result goes to standard output, as a value that `literal.rs` reads. What the solution prints goes to standard error,
so that it cannot be mistaken for the result.
"""
import ast
import inspect
import io
import json
import os
import sys
import types

# What solutions written for LeetCode and LiveCodeBench take for granted. `builtins` comes last: `operator` has a `pow`,
# `os` and `io` an `open` of their own.
PRELUDE = (
    "string re datetime collections heapq bisect copy math random statistics itertools functools operator io sys json "
    "builtins typing"
).split()


def prelude(namespace):
    for module in PRELUDE:
        exec("from %s import *\nimport %s" % (module, module), namespace)
    exec("from builtins import *", namespace)


def public_methods(owner):
    names = [name for name in vars(owner) if not name.startswith("_")]
    return [name for name in names if callable(getattr(owner, name))]


def find(own, name, keywords):
    """The function to call: by its name, else by the names of its parameters, else the last one."""
    solution = own.get("Solution")
    methods = public_methods(solution) if isinstance(solution, type) else []
    functions = [known for known, value in own.items() if isinstance(value, types.FunctionType)]
    if name is None:
        fits = [known for known in methods if accepts(getattr(solution(), known), keywords)]
        fits = fits or [known for known in functions if accepts(own[known], keywords)]
        candidates = fits or methods or functions
        if not candidates:
            raise NameError("the solution defines no function")
        name = candidates[-1]
    if name in methods:
        return getattr(solution(), name)
    if callable(own.get(name)):
        return own[name]
    raise NameError("the solution defines no function %r" % name)


def accepts(function, keywords):
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False
    return bool(keywords) and all(keyword in parameters for keyword in keywords)


def value_of(written):
    """A value given as JSON, or in Python where JSON has no word for it."""
    if "json" in written:
        return json.loads(written["json"])
    return ast.literal_eval(written["python"])


def call(own, request):
    arguments = [(given["name"], value_of(given)) for given in request["arguments"]]
    keywords = [name for name, _ in arguments if name is not None]
    function = find(own, request["function"], keywords)
    if keywords and accepts(function, keywords):
        return function(**dict(arguments))
    return function(*[value for _, value in arguments])


def evaluate(namespace, own, expression):
    solution = own.get("Solution")
    if isinstance(solution, type):
        for name in public_methods(solution):
            if name not in own:
                namespace[name] = getattr(solution(), name)
    return eval(compile(expression.strip(), "<test>", "eval"), namespace)


def session(namespace, prompts):
    """What the last prompt prints."""
    printed = ""
    outside = sys.stdout
    for prompt in prompts:
        sys.stdout = io.StringIO()
        try:
            exec(compile(prompt["source"] + "\n", "<test>", "single"), namespace)
            printed = sys.stdout.getvalue()
        except Exception as error:
            if not prompt["raises"]:
                raise
            name = type(error).__name__
            printed = "Traceback (most recent call last):\n%s: %s" % (name, error)
        finally:
            sys.stdout = outside
    return printed


def written(value):
    """A value as `literal.rs` reads it."""
    if value is None or isinstance(value, bool):
        return str(value)
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        return float.__repr__(value)
    if isinstance(value, str):
        return json.dumps(str(value))
    if isinstance(value, tuple):
        return "(" + "".join(written(item) + "," for item in value) + ")"
    if isinstance(value, dict):
        entries = (written(key) + ": " + written(item) for key, item in value.items())
        return "{" + ", ".join(entries) + "}"
    if isinstance(value, (set, frozenset)):
        return "{" + ", ".join(map(written, value)) + "}" if value else "set()"
    if hasattr(value, "tolist"):  # an array or a number of numpy
        return written(value.tolist())
    if isinstance(value, list) or type(value).__name__ in ("deque", "range", "dict_keys", "dict_values", "array"):
        return "[" + ", ".join(map(written, value)) + "]"
    return json.dumps(repr(value))


def main():
    result = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with open("request.json", encoding="utf-8") as file:
        request = json.load(file)
    with open("solution.py", encoding="utf-8") as file:
        source = file.read()
    sys.setrecursionlimit(50000)
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)
    module = types.ModuleType("solution")
    sys.modules["solution"] = module
    namespace = module.__dict__
    prelude(namespace)
    before = dict(namespace)
    exec(compile(source, "solution.py", "exec"), namespace)
    own = {name: value for name, value in namespace.items() if before.get(name) is not value}
    if request["kind"] == "call":
        value = call(own, request)
    elif request["kind"] == "expression":
        value = evaluate(namespace, own, request["expression"])
    else:
        value = session(namespace, request["prompts"])
    result.write(written(value))
    result.close()


main()
