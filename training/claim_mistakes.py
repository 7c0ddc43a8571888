"""Mistakes as a small model makes them: a slip in a column, another operation, a number read wrongly."""

import re
from fractions import Fraction

from .columns import ROUND, add_lines, multiply_digit_lines, operation_lines, show

UNITS = (7, 10, 12, 24, 60, 100, 365, 1000)


def slip(random, value: Fraction) -> Fraction:
    """A number that is near the right one, or looks like it, and is another."""
    sign = -1 if value < 0 else 1
    while True:
        text, draw = show(abs(value)), random.random()
        places = [index for index, digit in enumerate(text) if digit != "."]
        place = random.choice(places)
        if draw < 0.45:
            text = text[:place] + str((int(text[place]) + random.choice([-2, -1, -1, 1, 1, 2])) % 10) + text[place + 1 :]
        elif draw < 0.6 and len(places) > 1:
            first, second = random.choice(list(zip(places, places[1:])))
            swapped = list(text)
            swapped[first], swapped[second] = text[second], text[first]
            text = "".join(swapped)
        elif draw < 0.7:
            text = text[:place] + text[place + 1 :] if len(places) > 2 else text + "0" * ("." not in text)
        elif draw < 0.85:
            text = show(abs(abs(value) + random.choice([-10, 10])))
        else:
            text = show(abs(abs(value) + random.choice([-1, 1])))
        if not re.fullmatch(r"\d+(\.\d+)?", text):
            continue
        wrong = sign * Fraction(text)
        if wrong != value:
            return wrong


def faulty_columns(random, operator: str, a: int, b: int) -> tuple[list, Fraction]:
    """Column by column, with one carry forgotten or one fact wrong, and consistent from there on."""
    top, bottom = (max(a, b), min(a, b)) if operator == "*" else (a, b)
    left, right = str(top)[::-1], str(bottom)[::-1]
    width = max(len(left), len(right)) if operator == "+" else len(left)
    carried = [place for place in range(width) if enters(operator, top, bottom, place)]
    forgotten = random.choice(carried) if carried and random.random() < 0.6 else None
    wrong = random.randrange(width) if forgotten is None else None
    lines, carry, done = [f"{a}{operator}{b}"], 0, ""
    for place in range(width):
        p = int(left[place]) if place < len(left) else 0
        q = bottom if operator == "*" else int(right[place]) if place < len(right) else 0
        used = 0 if place == forgotten else carry
        total = p + q + used if operator == "+" else p - q - used if operator == "-" else p * q + used
        step = f"{p}{operator}{q}" + (f"{'-' if operator == '-' else '+'}{used}" if used else "")
        carry = int(total < 0) if operator == "-" else total // 10
        if operator == "-" and carry:
            step, total = step + "+10", total + 10
        if place == wrong:
            shift = random.choice([-1, 1]) * (q if operator == "*" and random.random() < 0.5 else 1)
            total = total + shift if 0 <= total + shift and (operator != "-" or total + shift < 10) else total + 1 if total < 9 else total - 1
            carry = carry if operator == "-" else total // 10
        done = (str(total) if place == width - 1 else str(total % 10)) + done
        lines.append(f"{step}={total} {done}")
    return lines + [f"={int(done)}"], Fraction(int(done))


def enters(operator: str, a: int, b: int, place: int) -> bool:
    """Whether something is carried into this column."""
    unit = 10**place
    if operator == "*":
        return a % unit * b >= unit
    return a % unit + b % unit >= unit if operator == "+" else a % unit < b % unit


def unshifted(a: int, b: int) -> tuple[list, Fraction]:
    """Long multiplication by a number of two digits that forgets to shift the second product."""
    top, bottom = (a, b) if len(str(a)) >= len(str(b)) else (b, a)
    ones, tens = bottom % 10, bottom // 10
    lines = [f"{a}*{b}", *multiply_digit_lines(top, ones), *multiply_digit_lines(top, tens), *add_lines(top * ones, top * tens)]
    return lines, Fraction(top * (ones + tens))


def mistaken(random, operator: str, a: Fraction, b: Fraction) -> tuple[list, Fraction]:
    """Lines of one operation that go wrong, and the wrong value."""
    lines, value = operation_lines(operator, a, b)
    whole = a.denominator == b.denominator == 1 and a >= 0 and b >= 0
    small, large = min(a, b), max(a, b)
    if whole and random.random() < 0.75:
        if large >= 10 and (operator == "+" or operator == "-" and a > b or operator == "*" and 2 <= small <= 9):
            if operator != "*" or large not in ROUND:
                found = faulty_columns(random, operator, int(a), int(b))
                if found[1] != value:
                    return found
        elif operator == "*" and 11 <= small <= 99 and small % 10 and len(str(small)) == 2 and large not in ROUND and random.random() < 0.4:
            return unshifted(int(a), int(b))
        elif operator == "*" and large < 10 and small > 1:
            wrong = random.choice([a * (b + 1), a * (b - 1), (a + 1) * b, a + b])
            if wrong != value:
                return [f"{show(a)}*{show(b)}={show(wrong)}"], wrong
    wrong = value * random.choice([10, Fraction(1, 10)]) if value and b in ROUND and operator in "*/" and random.random() < 0.6 else slip(random, value)
    if not lines[-1].endswith(show(value)):
        raise ValueError("no place to slip")
    return lines[:-1] + [lines[-1][: -len(show(value))] + show(wrong)], wrong


def leaves(tree) -> list:
    """Where the numbers of a tree are, as paths."""
    if not isinstance(tree, tuple):
        return [()]
    return [(side, *path) for side in (1, 2) for path in leaves(tree[side])]


def nodes(tree) -> list:
    """Where the operations of a tree are, as paths."""
    if not isinstance(tree, tuple):
        return []
    return [()] + [(side, *path) for side in (1, 2) for path in nodes(tree[side])]


def at(tree, path: tuple):
    """The part of a tree at a path."""
    for side in path:
        tree = tree[side]
    return tree


def put(tree, path: tuple, part):
    """The tree with another part at a path."""
    if not path:
        return part
    changed = list(tree)
    changed[path[0]] = put(tree[path[0]], path[1:], part)
    return tuple(changed)


OTHER = {"+": "-*", "-": "++/", "*": "++/", "/": "**-"}


def mistaken_tree(random, tree, numbers: list) -> tuple[object, dict]:
    """Another tree than the one that solves the problem, and which number was read as which."""
    kind = random.choice(["operation", "operation", "operation", "read", "read", "swap", "order", "step", "unit"])
    path = random.choice(nodes(tree))
    operator, left, right = at(tree, path)
    if kind == "swap" and operator in "-/":
        return put(tree, path, (operator, right, left)), {}
    if kind == "order" and isinstance(left, tuple) and left[0] != operator:
        return put(tree, path, (left[0], left[1], (operator, left[2], right))), {}
    if kind == "order" and isinstance(right, tuple) and right[0] != operator:
        return put(tree, path, (right[0], (operator, left, right[1]), right[2])), {}
    if kind == "step" and len(nodes(tree)) > 1:
        inner = [part for part in tree[1:] if isinstance(part, tuple)]
        return random.choice(inner), {}
    if kind in ("read", "unit"):
        places = leaves(tree)
        units = [place for place in places if at(tree, place) in UNITS and at(tree, place) not in numbers]
        if kind == "unit" and units:
            place = random.choice(units)
            return put(tree, place, Fraction(random.choice([unit for unit in UNITS if unit != at(tree, place)]))), {}
        place = random.choice(places)
        old = at(tree, place)
        if numbers.count(old) == 1:
            new = random.choice([number for number in numbers if number != old] or [slip(random, old)]) if random.random() < 0.35 else slip(random, old)
            return put(tree, place, new), {old: new}
    return put(tree, path, (random.choice(OTHER[operator]), left, right)), {}
