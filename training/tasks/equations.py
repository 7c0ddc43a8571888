"""Linear equations in one variable and small systems."""

from fractions import Fraction

from ..columns import Work, boxed, show
from ..registry import Problem, task

SOLVE = [
    ("解方程:{e}", "Solve the equation: {e}"), ("解方程{e}。", "Solve the equation {e}."), ("求方程{e}的解。", "Find the solution of the equation {e}."), ("已知{e},求{x}。", "Given {e}, find {x}."),
    ("如果{e},那么{x}等于多少?", "If {e}, what is {x}?"), ("若{e},则{x}是多少?", "If {e}, what is {x}?"), ("求{x}的值:{e}", "Find the value of {x}: {e}"), ("方程{e}的解是什么?", "What is the solution of the equation {e}?"),
    ("{e},{x}=?", "{e}, {x} = ?"), ("当{e}时,{x}的值是多少?", "When {e}, what is the value of {x}?"), ("请解出{x}:{e}", "Please solve for {x}: {e}"), ("解{e}", "Solve {e}"), ("未知数{x}满足{e},求{x}。", "The unknown {x} satisfies {e}. Find {x}."),
    ("{x}取什么值时{e}成立?", "For what value of {x} does {e} hold?"), ("求使{e}成立的{x}。", "Find the {x} for which {e} holds."), ("{e}中的{x}是多少?", "What is {x} in {e}?"),
    "Solve for {x}: {e}", "solve {e}", "Solve {e} for {x}.", "Find {x} if {e}.", "What value of {x} satisfies {e}?", "Solve the linear equation {e}.", "{e}. [Find|What is] {x}[.|?]", "Determine {x} such that {e}.", "Given that {e}, what is the value of {x}?",
    "What is {x} when {e}?", "Suppose {e}. What is {x}?", "Find the value of {x} for which {e}.", "Find the solution to {e}.", "For which {x} is {e}?", "If {e}, then {x} = ?", "Let {e}. Compute {x}.", "{e}, {x}=?", "Work out {x} from {e}.", "Solve this equation: {e}",
    "Can you solve {e}?", "The equation {e} has which solution?", "Find the number {x} with {e}.", "Please find {x}: {e}",
]

WORDED = [
    (("x+b", ("一个数加上{b}等于{c},这个数是多少?", "A number plus {b} equals {c}. What is the number?"))),
    (("x-b", ("一个数减去{b}等于{c},这个数是多少?", "A number minus {b} equals {c}. What is the number?"))),
    (("ax", ("一个数的{a}倍是{c},这个数是多少?", "{a} times a number is {c}. What is the number?"))),
    (("ax+b", ("一个数的{a}倍加上{b}等于{c},求这个数。", "{a} times a number plus {b} equals {c}. Find the number."))),
    (("ax-b", ("一个数的{a}倍减去{b}等于{c},求这个数。", "{a} times a number minus {b} equals {c}. Find the number."))),
    (("ax+b", ("某数乘{a}再加{b}得{c},某数是多少?", "A certain number times {a} plus {b} gives {c}. What is the number?"))),
    (("ax-b", ("某数乘{a}再减{b}得{c},某数是多少?", "A certain number times {a} minus {b} gives {c}. What is the number?"))),
    (("a(x+b)", ("一个数加{b}的和乘{a}等于{c},这个数是几?", "The sum of a number and {b}, times {a}, equals {c}. What is the number?"))),
    (("ax+b", "I think of a number, multiply it by {a} and add {b}. The result is {c}. What is my number?")),
    (("ax-b", "I think of a number, multiply it by {a} and subtract {b}. I get {c}. What is the number?")),
    (("x+b", "Which number increased by {b} gives {c}?")), (("x-b", "What number decreased by {b} is {c}?")), (("ax", "If {a} times a number is {c}, what is the number?")),
    (("ax+b", "When {b} is added to {a} times a number, the result is {c}. Find the number.")), (("ax+b", "{b} more than {a} times a number is {c}. What is the number?")),
    (("ax-b", "{b} less than {a} times a number is {c}. What is the number?")), (("x/a", "A number divided by {a} is {c}. What is the number?")), (("x/a", ("一个数除以{a}等于{c},这个数是多少?", "A number divided by {a} equals {c}. What is the number?"))),
]
WORDED_FRAMES = [frame for _, frame in WORDED]
FORMS = ["x+b", "x-b", "b-x", "ax", "ax+b", "ax+b", "ax+b", "ax-b", "ax-b", "a(x+b)", "a(x-b)", "x/a", "x/a+b", "ax+b=dx+c", "ax-b=dx+c", "b+ax", "b-ax"]


class Equation:
    """Draws one equation of a form and solves it line by line."""

    def __init__(self, random, form: str):
        self.form, self.random = form, random
        self.x = random.choice("xxxxxxyznat")
        self.a, self.b = random.randint(2, 12), random.randint(1, random.choice([20, 99]))
        self.solution = random.randint(-9, -1) if random.random() < 0.1 else random.randint(0 if random.random() < 0.1 else 1, random.choice([12, 30, 60]))
        self.d = random.randint(1, self.a - 1)
        self.work, self.steps = Work(), []
        getattr(self, "build_" + {"x+b": "plus", "x-b": "minus", "b-x": "from", "ax": "times", "ax+b": "times_plus", "b+ax": "plus_times", "ax-b": "times_minus", "b-ax": "minus_times",
                                  "a(x+b)": "bracket_plus", "a(x-b)": "bracket_minus", "x/a": "divided", "x/a+b": "divided_plus", "ax+b=dx+c": "both_plus", "ax-b=dx+c": "both_minus"}[form])()

    def line(self, text: str):
        """One line of the derivation, also used in the solution."""
        self.work.lines.append(text)
        self.steps.append(text)

    def compute(self, operator, left, right):
        """An intermediate calculation."""
        return self.work.apply(operator, Fraction(left), Fraction(right))

    def finish_times(self, a, c):
        """a*x = c."""
        if a == 1:
            self.line(f"{self.x}={c}")
            return
        self.line(f"{a}{self.x}={c}")
        self.compute("/", c, a)
        self.line(f"{self.x}={show(Fraction(c, a))}")

    def move(self, side, operator, number, a=1):
        """a*x = side operator number."""
        self.line(f"{'' if a == 1 else a}{self.x}={side}{operator}{number}")
        value = self.compute(operator, side, number)
        self.finish_times(a, int(value))

    def build_plus(self):
        self.c = self.solution + self.b
        self.text = f"{self.x} + {self.b} = {self.c}"
        self.move(self.c, "-", self.b)

    def build_minus(self):
        self.c = self.solution - self.b
        self.text = f"{self.x} - {self.b} = {self.c}"
        self.move(self.c, "+", self.b)

    def build_from(self):
        self.solution = abs(self.solution)
        self.b += self.solution
        self.c = self.b - self.solution
        self.text = f"{self.b} - {self.x} = {self.c}"
        self.move(self.b, "-", self.c)

    def build_times(self):
        self.c = self.a * self.solution
        self.text = f"{self.a}{self.x} = {self.c}"
        self.finish_times(self.a, self.c)

    def build_times_plus(self):
        self.c = self.a * self.solution + self.b
        self.text = f"{self.a}{self.x} + {self.b} = {self.c}"
        self.move(self.c, "-", self.b, self.a)

    def build_plus_times(self):
        self.c = self.a * self.solution + self.b
        self.text = f"{self.b} + {self.a}{self.x} = {self.c}"
        self.move(self.c, "-", self.b, self.a)

    def build_times_minus(self):
        self.c = self.a * self.solution - self.b
        self.text = f"{self.a}{self.x} - {self.b} = {self.c}"
        self.move(self.c, "+", self.b, self.a)

    def build_minus_times(self):
        self.solution = abs(self.solution)
        self.b += self.a * self.solution
        self.c = self.b - self.a * self.solution
        self.text = f"{self.b} - {self.a}{self.x} = {self.c}"
        self.move(self.b, "-", self.c, self.a)

    def build_bracket(self, sign):
        inner = self.solution + self.b if sign == "+" else self.solution - self.b
        self.c = self.a * inner
        self.text = f"{self.a}({self.x} {sign} {self.b}) = {self.c}"
        self.line(f"{self.x}{sign}{self.b}={self.c}/{self.a}")
        self.compute("/", self.c, self.a)
        self.move(inner, "-" if sign == "+" else "+", self.b)

    def build_bracket_plus(self):
        self.build_bracket("+")

    def build_bracket_minus(self):
        self.build_bracket("-")

    def build_divided(self):
        self.c = abs(self.solution) + 1
        self.solution = self.c * self.a
        self.text = f"{self.x}/{self.a} = {self.c}"
        self.move(self.c, "*", self.a)

    def build_divided_plus(self):
        inner = abs(self.solution) + 1
        self.solution = inner * self.a
        self.c = inner + self.b
        self.text = f"{self.x}/{self.a} + {self.b} = {self.c}"
        self.line(f"{self.x}/{self.a}={self.c}-{self.b}")
        self.compute("-", self.c, self.b)
        self.move(inner, "*", self.a)

    def build_both(self, sign):
        self.a += 1
        shift = self.b if sign == "+" else -self.b
        self.c = self.a * self.solution + shift - self.d * self.solution
        dx = self.x if self.d == 1 else f"{self.d}{self.x}"
        tail = f"+ {self.c}" if self.c >= 0 else f"- {-self.c}"
        self.text = f"{self.a}{self.x} {sign} {self.b} = {dx} {tail}"
        self.line(f"{self.a}{self.x}-{dx}={self.c}{'-' if sign == '+' else '+'}{self.b}")
        self.work.lines.append(f"{self.a}-{self.d}={self.a - self.d}")
        value = self.compute("-" if sign == "+" else "+", self.c, self.b)
        self.finish_times(self.a - self.d, int(value))

    def build_both_plus(self):
        self.build_both("+")

    def build_both_minus(self):
        self.build_both("-")

    def problem(self, chinese, english):
        """The finished sample."""
        answer = f"We get {', '.join(self.steps)}. The answer is \\boxed{{{self.solution}}}."
        return Problem(english=english, chinese=chinese, thinking=self.work.thinking(), answer=answer, gold=str(self.solution))


@task("linear_equation", weight=1.9)
def linear(random, phrasing):
    """A written equation."""
    equation = Equation(random, random.choice(FORMS))
    text = equation.text
    style = random.random()
    if style < 0.35:
        text = text.replace(" ", "")
    elif style < 0.45:
        text = f"${text}$"
    elif style < 0.5:
        text = text.replace(f"{equation.a}{equation.x}", f"{equation.a}*{equation.x}")
    chinese, english = phrasing.ask(SOLVE, {"e": text, "x": equation.x})
    problem = equation.problem(chinese, english)
    problem.masked = [text]
    return problem


@task("linear_equation_in_words", weight=0.6)
def worded(random, phrasing):
    """An equation told in words."""
    frame = phrasing.frame(WORDED_FRAMES)
    form = next(form for form, candidate in WORDED if candidate is frame)
    equation = Equation(random, form)
    equation.x = "x"
    equation.__init__(random, form)
    while equation.x != "x" or equation.c < 0 or equation.solution < 0:
        equation = Equation(random, form)
    equation.work.lines.insert(0, equation.text.replace(" ", ""))
    chinese, english = phrasing.say(frame, {"a": equation.a, "b": equation.b, "c": equation.c})
    return equation.problem(chinese, english)


SYSTEM = [
    ("解方程组:{e},{f}", "Solve the system: {e}, {f}"), ("已知{e},{f},求{x}。", "Given {e} and {f}, find {x}."), ("如果{e}且{f},那么{x}等于多少?", "If {e} and {f}, what is {x}?"), ("{e},{f},求{x}的值。", "{e}, {f}. Find the value of {x}."),
    ("若{e}并且{f},则{x}=?", "If {e} and {f}, then {x} = ?"), ("方程组{e}和{f}中,{x}是多少?", "In the system {e} and {f}, what is {x}?"), ("由{e}和{f}求{x}。", "From {e} and {f}, find {x}."),
    "Solve {e} and {f} for {x}.", "Find {x} if {e} and {f}.", "Given that {e} and {f}, what is the value of {x}?", "{e}, {f}. What is {x}?", "Solve for {x}: {e}, {f}.", "Suppose {e} and {f}. Find {x}.",
]
TWO_NUMBERS = [
    ("两个数的和是{s},差是{d},较大的数是多少?", "The sum of two numbers is {s} and their difference is {d}. What is the larger number?"),
    ("甲乙两数之和为{s},甲比乙大{d},甲是多少?", "The sum of numbers A and B is {s}, and A is {d} larger than B. What is A?"),
    ("{s}是两个数的和,这两个数相差{d},求较大的数。", "{s} is the sum of two numbers that differ by {d}. Find the larger number."),
    ("两数相加得{s},相减得{d},大数是几?", "Two numbers add up to {s} and subtract to {d}. What is the larger number?"),
    "Two numbers have sum {s} and difference {d}. Find the larger one.", "The sum of two numbers is {s}; their difference is {d}. What is the bigger number?", "Find the larger of two numbers whose sum is {s} and whose difference is {d}.",
]


@task("small_system", weight=0.45)
def system(random, phrasing):
    """Sum and difference."""
    x, y = random.randint(2, 60), random.randint(1, 40)
    x, y = max(x, y) + 1, min(x, y)
    work = Work()
    total, difference = x + y, x - y
    if random.random() < 0.35:
        chinese, english = phrasing.ask(TWO_NUMBERS, {"s": total, "d": difference})
        wanted = "x"
    else:
        e, f = random.choice([("x + y = {s}", "x - y = {d}"), ("x+y={s}", "x-y={d}"), ("$x + y = {s}$", "$x - y = {d}$")])
        e, f = e.format(s=total), f.format(d=difference)
        wanted = random.choice("xxy")
        chinese, english = phrasing.ask(SYSTEM, {"e": e, "f": f, "x": wanted})
    if wanted == "x":
        work.lines.append(f"2x={total}+{difference}")
        work.apply("/", work.apply("+", Fraction(total), Fraction(difference)), Fraction(2))
    else:
        work.lines.append(f"2y={total}-{difference}")
        work.apply("/", work.apply("-", Fraction(total), Fraction(difference)), Fraction(2))
    return Problem(english=english, chinese=chinese, thinking=work.thinking(), answer=boxed(work, x if wanted == "x" else y), gold=str(x if wanted == "x" else y))
