"""Dense translation practice: lists of words, names, amounts and short clauses.

One such list holds as many words as five whole questions, so the dictionary
and exact copying are learnt several times faster than from questions alone.
"""

from ..lexicon import CONTAINERS, PLACES, SHOPS, THINGS, VEHICLES, names, thing
from ..registry import Problem, task
from . import arithmetic, code, composed_problems, word_problems

CLAUSES = [word_problems.START, word_problems.GAIN, word_problems.LOSE, word_problems.HOW_MANY]
for _, _, first, second, questions, _ in composed_problems.THEMES:
    CLAUSES += [clauses for clauses in (first, second, questions) if clauses not in CLAUSES]
DESCRIPTIONS = [entry[3] for entry in code.FUNCTIONS]


def item(random) -> tuple[str, str]:
    """One word, name, amount or formula in both languages."""
    draw = random.random()
    if draw < 0.3:
        return names(random, 1, False)[0]
    if draw < 0.42:
        chinese, _, english = random.choice(THINGS)
        return chinese, english
    if draw < 0.6:
        chinese, unit, english = random.choice(THINGS)
        number = random.randint(2, random.choice([20, 100, 999]))
        return f"{number}{unit}{chinese}", f"{number} {english}"
    if draw < 0.68:
        container, number = random.choice(CONTAINERS), random.randint(2, 99)
        return random.choice([(container[0], container[3]), (f"{number}{container[1]}{container[0]}", f"{number} {container[2]}"), (f"每个{container[0]}", f"each {container[3]}")])
    if draw < 0.74:
        return random.choice(SHOPS + PLACES)
    if draw < 0.77:
        chinese, _, english = random.choice(VEHICLES)
        return chinese, english
    if draw < 0.83:
        return (f"⟦M{random.randint(1, 9)}⟧",) * 2
    if draw < 0.93:
        return (str(random.randint(1, random.choice([99, 9999, 99999])) / random.choice([1, 1, 10])).removesuffix(".0"),) * 2
    return (arithmetic.styled(random, arithmetic.random_tree(random, 1)),) * 2


@task("glossary", weight=3.2, languages={"pair": 1.0})
def glossary(random, phrasing):
    """A list of items, or a few clauses."""
    if random.random() < 0.5:
        items = [item(random) for _ in range(random.randint(3, 9))]
        separator = random.choice(["、", ",", ", "])
        return Problem(chinese=separator.join(chinese for chinese, _ in items), english=", ".join(english for _, english in items), kind="glossary")
    lines = []
    for _ in range(random.randint(2, 4)):
        people, container, vehicle = names(random, 2, False), random.choice(CONTAINERS), random.choice(VEHICLES)
        slots = {
            "a": people[0], "b": people[1], "c": (container[0], container[3]), "cu": (container[1], ""), "cs": (container[0], container[2]), "s": random.choice(SHOPS), "l": random.choice(PLACES),
            "v": ("一" + ("列" if vehicle[0] == "火车" else "辆" if "车" in vehicle[0] else "艘" if vehicle[0] == "船" else "架") + vehicle[0], ""), "v0": ("", vehicle[1].lower()), "n": random.randint(2, 300), "m": random.randint(2, 99), **thing(random),
        }
        clauses = random.choice(CLAUSES if random.random() < 0.75 else DESCRIPTIONS)
        lines.append(phrasing.ask(clauses, slots))
    separator = random.choice([",", "、", "。"])
    return Problem(chinese=separator.join(chinese for chinese, _ in lines), english=", ".join(english for _, english in lines), kind="glossary")
