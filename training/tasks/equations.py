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
    ("算出方程{e}的解。", "Work out the solution of the equation {e}."), ("方程{e}的根是多少？", "What is the root of the equation {e}?"), ("请解方程{e}。", "Please solve the equation {e}."), ("帮我解一下{e}", "Help me solve {e}"), ("{e}的解是几？", "What is the solution of {e}?"),
    ("由{e}求出{x}的值。", "From {e}, find the value of {x}."), ("根据{e}，{x}是几？", "According to {e}, what is {x}?"), ("要使{e}成立，{x}应该等于多少？", "For {e} to hold, what should {x} be?"), ("字母{x}代表一个数，{e}，这个数是多少？", "The letter {x} stands for a number, {e}. What is the number?"), ("有方程{e}，请求出{x}。", "Here is the equation {e}. Please find {x}."),
    ("假如{e}，{x}是多少？", "If it is true that {e}, what is {x}?"), ("黑板上写着{e}，{x}等于几？", "The blackboard says {e}. What does {x} equal?"), ("小明在本子上写了{e}，他要求出{x}，答案是多少？", "Xiao Ming wrote {e} in his notebook and wants to find {x}. What is the answer?"), ("把{x}算出来：{e}", "Calculate {x}: {e}"), ("试求{x}，其中{e}。", "Try to find {x}, where {e}."),
    ("{x}应该是多少才能满足{e}？", "What must {x} be to satisfy {e}?"), ("满足{e}的{x}是多少？", "What is the {x} that satisfies {e}?"), ("我们知道{e}，那么{x}的值是多少？", "We know that {e}. Then what is the value of {x}?"), ("等式{e}成立，{x}是多少？", "The equality {e} holds. What is {x}?"), ("老师让我解{e}，结果是多少？", "The teacher asked me to solve {e}. What is the result?"),
    ("设{e}，计算{x}。", "Let {e}, calculate {x}."), ("解这个方程，写出{x}：{e}", "Solve this equation and write down {x}: {e}"), ("哪个数代入{x}能使{e}成立？", "Which number put in for {x} makes {e} true?"), "Which number must {x} be so that {e}?", "I know that {e}. Tell me {x}.",
    "{x} is a number with {e}. Which number is it?", "To solve: {e}. {x} = ?", "Help me with {e}. How much is {x}?", "Isolate {x} in {e}.", "My homework has the equation {e}. What is {x}?",
    "What number does {x} stand for in {e}?", "Give the value of {x} when {e}.", "Here is an equation: {e}. What is its solution?", "What should replace {x} to make {e} true?", "Find the root of {e}.",
    "In the equation {e}, how much is {x}?", "The value of {x} is unknown, but {e}. Find it.", "How do I solve {e}? Give me {x}.", "equation {e}, find {x}",
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
    ("x+b", ("比一个数多{b}的数是{c}，求这个数。", "{b} more than a number is {c}. Find the number.")), ("x-b", ("比某数少{b}的数是{c}，某数是多少？", "{b} less than a certain number is {c}. What is the number?")), ("x+b", ("我想了一个数，加上{b}后得到{c}，我想的数是多少？", "I thought of a number. After adding {b} I got {c}. What number did I think of?")), ("x-b", ("从一个数里减掉{b}，还剩{c}，原来的数是多少？", "After taking {b} away from a number, {c} is left. What was the number?")), ("ax", ("{c}是一个数的{a}倍，求这个数。", "{c} is {a} times a number. Find the number.")),
    ("ax+b", ("某数的{a}倍再加{b}就是{c}，求某数。", "{a} times a certain number and then {b} more is {c}. Find the number.")), ("ax-b", ("如果一个数的{a}倍减{b}得{c}，这个数是几？", "If {a} times a number minus {b} gives {c}, what is the number?")), ("a(x+b)", ("先把一个数加{b}，再乘{a}，得到{c}，求这个数。", "First add {b} to a number, then multiply by {a}, and the result is {c}. Find the number.")), ("a(x-b)", ("一个数减{b}的差乘{a}等于{c}，这个数是几？", "The difference of a number and {b}, times {a}, equals {c}. What is the number?")), ("a(x-b)", ("先从一个数减去{b}，再乘{a}，结果是{c}，这个数是多少？", "First subtract {b} from a number, then multiply by {a}, and the result is {c}. What is the number?")),
    ("x/a", ("把一个数平均分成{a}份，每份是{c}，这个数是多少？", "A number is divided into {a} equal parts, and each part is {c}. What is the number?")), ("b-x", ("{b}减去一个数等于{c}，这个数是多少？", "{b} minus a number equals {c}. What is the number?")), ("b-x", ("从{b}里减去某数，还剩{c}，某数是几？", "A certain number is subtracted from {b} and {c} is left. What is the number?")), ("x/a+b", ("一个数除以{a}再加{b}等于{c}，求这个数。", "A number divided by {a} plus {b} equals {c}. Find the number.")), ("x+b", ("小明有一些糖，又得到{b}颗，现在有{c}颗，他原来有多少颗？", "Xiao Ming had some candies. He got {b} more and now has {c}. How many did he have at first?")),
    ("ax", ("{a}支同样的铅笔一共{c}元，一支铅笔多少元？", "{a} of the same pencils cost {c} yuan in total. How many yuan is one pencil?")), ("ax+b", ("每盒糖一样多，{a}盒再加{b}颗一共是{c}颗，一盒有多少颗？", "Every box has the same number of candies. {a} boxes and {b} more candies make {c} candies. How many candies are in one box?")), ("ax+b", "Take a number, multiply by {a}, then add {b}: you get {c}. Which number was it?"), ("ax-b", "What number, multiplied by {a} and reduced by {b}, gives {c}?"), ("x+b", "If you add {b} to my number you get {c}. What is my number?"),
    ("x-b", "Someone takes {b} from a number and {c} remains. Find the number."), ("a(x+b)", "Add {b} to a number and multiply the sum by {a}: the answer is {c}. What is the number?"), ("a(x-b)", "{a} times the difference of a number and {b} is {c}. Find the number."), ("x/a", "What must be divided by {a} to get {c}?"), ("b-x", "What must be taken from {b} to leave {c}?"),
    ("x/a+b", "Divide my number by {a} and add {b}. You get {c}. What is my number?"), ("ax", "The product of {a} and a number is {c}. Which number is it?"), ("ax+b", "A taxi costs {b} dollars to start and {a} dollars per mile. The ride cost {c} dollars. How many miles was it?"), ("ax-b", "{a} equal bags of marbles without {b} lost marbles make {c} marbles. How many marbles are in one bag?"),
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
    ("求方程组{e}，{f}中的{x}。", "Find {x} in the system {e}, {f}."), ("当{e}且{f}时，{x}是多少？", "When {e} and {f}, what is {x}?"), ("两个数满足{e}和{f}，{x}等于几？", "Two numbers satisfy {e} and {f}. What does {x} equal?"), ("有两个方程：{e}和{f}，{x}是几？", "There are two equations: {e} and {f}. What is {x}?"), ("请由{e}与{f}算出{x}。", "Please work out {x} from {e} and {f}."),
    ("同时有{e}和{f}，{x}的值是多少？", "At the same time {e} and {f}. What is the value of {x}?"), ("如果{e}，同时{f}，求{x}。", "If {e} and also {f}, find {x}."), ("根据{e}和{f}，{x}应该是多少？", "According to {e} and {f}, what should {x} be?"), "Both {e} and {f} are true. What is {x}?", "We know {e} and {f}. How much is {x}?",
    "Work out {x} from the two equations {e} and {f}.", "What is {x} if {e} while {f}?", "System: {e}, {f}. {x} = ?", "{e} and {f} hold together. Determine {x}.",
]
TWO_NUMBERS = [
    ("两个数的和是{s},差是{d},较大的数是多少?", "The sum of two numbers is {s} and their difference is {d}. What is the larger number?"),
    ("甲乙两数之和为{s},甲比乙大{d},甲是多少?", "The sum of numbers A and B is {s}, and A is {d} larger than B. What is A?"),
    ("{s}是两个数的和,这两个数相差{d},求较大的数。", "{s} is the sum of two numbers that differ by {d}. Find the larger number."),
    ("两数相加得{s},相减得{d},大数是几?", "Two numbers add up to {s} and subtract to {d}. What is the larger number?"),
    "Two numbers have sum {s} and difference {d}. Find the larger one.", "The sum of two numbers is {s}; their difference is {d}. What is the bigger number?", "Find the larger of two numbers whose sum is {s} and whose difference is {d}.",
    ("两个数一共是{s}，它们的差是{d}，大的那个数是多少？", "Two numbers make {s} in total and their difference is {d}. What is the bigger one?"), ("已知两数的和为{s}、差为{d}，求较大数。", "Given that two numbers have the sum {s} and the difference {d}, find the larger number."), ("如果两个数的差是{d}，和是{s}，那么大数是多少？", "If the difference of two numbers is {d} and the sum is {s}, what is the larger number?"), ("两个盒子里共有{s}个球，第一个盒子比第二个多{d}个，第一个盒子里有多少个球？", "Two boxes have {s} balls in total. The first box has {d} more than the second. How many balls are in the first box?"), ("小明和小红一共有{s}元，小明比小红多{d}元，小明有多少元？", "Xiao Ming and Xiao Hong have {s} yuan in total. Xiao Ming has {d} yuan more than Xiao Hong. How many yuan does Xiao Ming have?"),
    "One number is {d} more than another, and together they make {s}. Which is the larger number?", "Together two numbers give {s}; one is {d} bigger than the other. What is the bigger one?", "Sum {s}, difference {d}: what is the larger number?", "If two numbers differ by {d} and add up to {s}, how big is the larger one?",
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
