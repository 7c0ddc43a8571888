"""Arithmetic written out so that every step is local: copy digits, add, carry.

A number never appears in one go unless it follows from two single digits. Sums
and products go column by column from the least significant digit, and each
line ends with the digits of the result so far, so the result is never reversed.
An operation always looks the same, however small its numbers are: a model this
small learns a rule with exceptions much later than one without.

    345+78
    5+8=13 3
    4+7+1=12 23
    3+0+1=4 423
    =423
"""

from fractions import Fraction


def show(value: Fraction) -> str:
    """A terminating decimal without trailing zeros."""
    value = Fraction(value)
    if value.denominator == 1:
        return str(value.numerator)
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
        if places > 9:
            raise ValueError("not a short decimal")
    digits = str(abs(int(value * 10**places))).rjust(places + 1, "0")
    return ("-" if value < 0 else "") + digits[:-places] + "." + digits[-places:]


def places_of(value: Fraction) -> int:
    """Number of digits after the point."""
    text = show(value)
    return len(text.split(".")[1]) if "." in text else 0


def add_lines(a: int, b: int) -> list:
    """Column addition; the last line is ``=sum`` or the whole fact."""
    if max(a, b) < 10:
        return [f"{a}+{b}={a + b}"]
    lines, carry, done = [f"{a}+{b}"], 0, ""
    left, right = str(a)[::-1], str(b)[::-1]
    width = max(len(left), len(right))
    for place in range(width):
        p = int(left[place]) if place < len(left) else 0
        q = int(right[place]) if place < len(right) else 0
        total = p + q + carry
        step = f"{p}+{q}" + ("+1" if carry else "") + f"={total}"
        done = (str(total) if place == width - 1 else str(total % 10)) + done
        carry = total // 10
        lines.append(f"{step} {done}")
    return lines + [f"={a + b}"]


def subtract_lines(a: int, b: int) -> list:
    """Column subtraction; a borrow shows as +10 and as -1 in the next column."""
    if a < b:
        inner = subtract_lines(b, a)
        return [f"{a}-{b}"] + inner + [f"=-{b - a}"]
    if a < 10:
        return [f"{a}-{b}={a - b}"]
    lines, borrow, done = [f"{a}-{b}"], 0, ""
    left, right = str(a)[::-1], str(b)[::-1]
    for place in range(len(left)):
        p = int(left[place])
        q = int(right[place]) if place < len(right) else 0
        difference = p - q - borrow
        step = f"{p}-{q}" + ("-1" if borrow else "")
        borrow = int(difference < 0)
        if borrow:
            step, difference = step + "+10", difference + 10
        done = str(difference) + done
        lines.append(f"{step}={difference} {done}")
    return lines + [f"={a - b}"]


def multiply_digit_lines(a: int, digit: int) -> list:
    """A number times one digit."""
    if a < 10 or digit <= 1:
        return [f"{a}*{digit}={a * digit}"]
    lines, carry, done = [f"{a}*{digit}"], 0, ""
    text = str(a)[::-1]
    for place, character in enumerate(text):
        total = int(character) * digit + carry
        step = f"{character}*{digit}" + (f"+{carry}" if carry else "") + f"={total}"
        done = (str(total) if place == len(text) - 1 else str(total % 10)) + done
        carry = total // 10
        lines.append(f"{step} {done}")
    return lines + [f"={a * digit}"]


def multiply_lines(a: int, b: int) -> list:
    """Long multiplication: one partial product per digit, then their sum."""
    if min(a, b) < 10:
        if max(a, b) < 10 or min(a, b) <= 1:
            return [f"{a}*{b}={a * b}"]
        lines = multiply_digit_lines(max(a, b), min(a, b))
        return [f"{a}*{b}"] + lines[1:]
    top, bottom = (a, b) if len(str(a)) >= len(str(b)) else (b, a)
    lines, total = [f"{a}*{b}"], None
    for place, character in enumerate(str(bottom)[::-1]):
        digit = int(character)
        if digit == 0:
            continue
        lines += multiply_digit_lines(top, digit)
        partial = top * digit * 10**place
        if total is None:
            total = partial
            if place:
                lines.append(f"={partial}")
        else:
            lines += add_lines(total, partial)
            total += partial
    return lines


def divide_lines(a: int, b: int, places: int = 0) -> list:
    """Long division; with `places` it continues behind the point.

    Each line is ``part=divisor*digit+rest`` and the quotient so far; for a
    divisor of two digits the product and the rest are worked out before it.
    """
    if a == 0:
        return [f"0/{b}=0"]
    lines, rest, done, started = [f"{a}/{b}"], 0, "", False

    def step():
        nonlocal rest, done
        digit = rest // b
        if b > 10 and digit:
            if digit > 1:
                lines.extend(multiply_digit_lines(b, digit))
            lines.extend(subtract_lines(rest, b * digit))
        done += str(digit)
        lines.append(f"{rest}={b}*{digit}+{rest - b * digit} {done}")
        rest -= b * digit

    for character in str(a):
        rest = rest * 10 + int(character)
        if not started and rest < b:
            continue
        started = True
        step()
    if not started:
        done = "0"
        lines.append(f"{rest}={b}*0+{rest} 0")
    for place in range(places):
        if place == 0:
            done += "."
        rest *= 10
        step()
    return lines + [f"={done}" + (f" r {rest}" if rest else "")]


def signed_sum(a: int, b: int) -> list:
    """The sum of two integers, at least one of them negative, from positive ones."""
    if a < 0 and b < 0:
        return add_lines(-a, -b) + [f"={a + b}"]
    positive, negative = max(a, b), -min(a, b)
    return subtract_lines(positive, negative)


def operation_lines(operator: str, a: Fraction, b: Fraction) -> tuple[list, Fraction]:
    """Lines for one operation on integers or decimals, and its value."""
    a, b = Fraction(a), Fraction(b)
    whole = a.denominator == 1 and b.denominator == 1
    header = f"{show(a)}{operator}{show(b)}"
    if operator in "+-":
        value = a + b if operator == "+" else a - b
        if a < 0 or b < 0:
            if whole and operator == "+":
                return [header] + signed_sum(int(a), int(b)), value
            if whole:
                lines = add_lines(int(a), int(-b)) if a >= 0 else signed_sum(int(a), int(-b))
                return [header] + lines, value
            if operator == "+" and a < 0 <= b:
                return [header] + operation_lines("-", b, -a)[0], value
            return [f"{header}={show(value)}"], value
        if whole:
            return (add_lines if operator == "+" else subtract_lines)(int(a), int(b)), value
        scale = 10 ** max(places_of(a), places_of(b))
        lines = (add_lines if operator == "+" else subtract_lines)(int(a * scale), int(b * scale))
        return [header] + lines + [f"={show(value)}"], value
    if operator == "*":
        value = a * b
        if a < 0 or b < 0:
            return [header] + operation_lines("*", abs(a), abs(b))[0] + [f"={show(value)}"], value
        if whole and min(a, b) > 1 and (a in ROUND or b in ROUND):
            return [f"{header}={show(value)}"], value
        if whole:
            return multiply_lines(int(a), int(b)), value
        lines = multiply_lines(int(a * 10 ** places_of(a)), int(b * 10 ** places_of(b)))
        return [header] + lines + [f"={show(value)}"], value
    value = a / b
    if a < 0 or b < 0:
        return [header] + operation_lines("/", abs(a), abs(b))[0] + [f"={show(value)}"], value
    if b in ROUND:
        return [f"{header}={show(value)}"], value
    if whole:
        lines = divide_lines(int(a), int(b), places_of(value))
        return lines, value
    scale = 10 ** places_of(b)
    top, bottom = a * scale, int(b * scale)
    shift = places_of(top)
    lines = [] if scale == 1 else [f"{show(top)}/{bottom}"]
    if shift:
        inner = divide_lines(int(top * 10**shift), bottom, places_of(value * 10**shift))
        return [header] + lines + inner + [f"={show(value)}"], value
    inner = divide_lines(int(top), bottom, places_of(value))
    return [header] + inner, value


ROUND = (10, 100, 1000)  # moving the point is one step
PRETTY = {"+": "+", "-": "-", "*": "×", "/": "÷"}
STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2}


def write_tree(tree, leaf=show, symbols: dict | None = None, space: str = "") -> str:
    """An expression tree ``(operator, left, right)`` as text with needed brackets."""
    if not isinstance(tree, tuple):
        return leaf(tree)
    operator, left, right = tree
    first, second = (write_tree(side, leaf, symbols, space) for side in (left, right))
    if isinstance(left, tuple) and STRENGTH[left[0]] < STRENGTH[operator]:
        first = f"({first})"
    if isinstance(right, tuple) and (
        STRENGTH[right[0]] < STRENGTH[operator] or (STRENGTH[right[0]] == STRENGTH[operator] and operator in "-/")
        or (operator == "*" and right[0] == "/")
    ):
        second = f"({second})"
    symbol = (symbols or {}).get(operator, operator)
    return f"{first}{space}{symbol}{space}{second}"


class Work:
    """Evaluates an expression tree one operation at a time, keeping the record."""

    def __init__(self):
        self.lines, self.equations = [], []

    def apply(self, operator: str, a, b) -> Fraction:
        """One operation: its lines and its equation."""
        lines, value = operation_lines(operator, a, b)
        self.lines += lines
        right = f"({show(b)})" if b < 0 else show(b)
        self.equations.append(f"{show(a)} {PRETTY[operator]} {right} = {show(value)}")
        return value

    def evaluate(self, tree) -> Fraction:
        """Write the expression, then reduce it: leftmost ready bracket or product first."""
        if not isinstance(tree, tuple):
            return Fraction(tree)
        while isinstance(tree, tuple):
            if self.operations(tree) > 1:
                self.lines.append(write_tree(tree))
            tree = self.reduce(tree)
        return tree

    def operations(self, tree) -> int:
        """How many operations are left."""
        return 1 + self.operations(tree[1]) + self.operations(tree[2]) if isinstance(tree, tuple) else 0

    def reduce(self, tree):
        """Do the first operation whose two sides are numbers."""
        operator, left, right = tree
        if isinstance(left, tuple):
            return (operator, self.reduce(left), right)
        if isinstance(right, tuple):
            return (operator, left, self.reduce(right))
        return self.apply(operator, left, right)

    def thinking(self) -> str:
        """All lines."""
        return "\n".join(self.lines)

    def prose(self) -> str:
        """The equations as short sentences."""
        if len(self.equations) == 1:
            return f"{self.equations[0]}."
        return f"First, {self.equations[0]}. " + " ".join(f"Then {equation}." for equation in self.equations[1:])


def boxed(work: Work, answer) -> str:
    """The final solution text."""
    answer = answer if isinstance(answer, str) else show(answer)
    return f"{work.prose()} The answer is \\boxed{{{answer}}}."


def parse(text: str, values: dict):
    """A tiny expression parser: names, integers, + - * / and brackets, to a tree."""
    import re

    tokens = re.findall(r"\w+|[-+*/()]", text)

    def atom():
        token = tokens.pop(0)
        if token == "(":
            inner = total()
            tokens.pop(0)
            return inner
        return Fraction(values[token]) if token in values else Fraction(int(token))

    def product():
        left = atom()
        while tokens and tokens[0] in "*/":
            left = (tokens.pop(0), left, atom())
        return left

    def total():
        left = product()
        while tokens and tokens[0] in "+-":
            left = (tokens.pop(0), left, product())
        return left

    return total()


def value_of(tree) -> Fraction:
    """The value of a tree, without writing anything."""
    if not isinstance(tree, tuple):
        return Fraction(tree)
    operator, left, right = tree[0], value_of(tree[1]), value_of(tree[2])
    return {"+": lambda: left + right, "-": lambda: left - right, "*": lambda: left * right, "/": lambda: left / right}[operator]()
