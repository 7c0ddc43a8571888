"""The interface between a task file and the generator.

A task is a function ``task(random, phrasing) -> Problem`` decorated with
``@task(name, weight)``. It is called for three languages: "en", "zh" and
"pair"; for "pair" it fills in both questions, which makes a translation sample.
"""

from dataclasses import dataclass, field

TASKS: dict = {}


@dataclass
class Problem:
    """One question with everything needed to train on it and to grade it."""

    english: str = ""
    chinese: str = ""
    thinking: str = ""
    answer: str = ""
    kind: str = "math"
    gold: str = ""
    tests: list = field(default_factory=list)
    function: str = ""
    masked: list = field(default_factory=list)
    # For functions: what can be called, and messages before and after the question.
    tools: list = field(default_factory=list)
    before: list = field(default_factory=list)
    after: list = field(default_factory=list)
    # For claims: what the prompt holds besides the question.
    inserted: dict = field(default_factory=dict)


@dataclass
class Task:
    """A registered generator."""

    name: str
    make: object
    weight: float
    languages: dict
    measured: bool = True


def task(name: str, weight: float, languages: dict | None = None, measured: bool = True):
    """Register a generator; `languages` weighs en / zh / pair samples.

    What is not `measured` is practice only: evaluation files do not change with it.
    """

    def register(function):
        TASKS[name] = Task(name, function, weight, languages or {"en": 0.55, "zh": 0.15, "pair": 0.30}, measured)
        return function

    return register


def load_tasks() -> dict:
    """Import every file of ``training/tasks`` and return the registry."""
    import importlib
    import pkgutil

    from . import tasks

    for module in sorted(info.name for info in pkgutil.iter_modules(tasks.__path__)):
        importlib.import_module(f"{tasks.__name__}.{module}")
    return TASKS
