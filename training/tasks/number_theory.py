"""Remainders, greatest common divisors, least common multiples, primes, factors."""

import math
from fractions import Fraction

from ..columns import Work, divide_lines
from ..registry import Problem, task

REMAINDER = [
    ("{a}除以{b}的余数是多少?", "What is the remainder when {a} is divided by {b}?"), ("求{a}除以{b}的余数。", "Find the remainder when {a} is divided by {b}."), ("{a}÷{b}的余数是几?", "What is the remainder of {a} ÷ {b}?"),
    ("{a}除以{b},余几?", "{a} divided by {b} leaves what remainder?"), ("用{b}去除{a},余数是多少?", "Dividing {a} by {b}, what is the remainder?"), ("计算{a}被{b}除的余数。", "Compute the remainder of {a} divided by {b}."), ("{a}模{b}等于多少?", "What is {a} modulo {b}?"),
    ("把{a}个糖平均分给{b}个人,还剩几个?", "{a} sweets are shared equally among {b} people. How many are left over?"), ("{a}个球每{b}个装一盒,最后剩下几个?", "{a} balls are packed {b} to a box. How many are left over at the end?"), ("求{a}对{b}取余的结果。", "Find the result of {a} mod {b}."),
    "What is {a} mod {b}?", "[Find|Compute|Calculate] {a} mod {b}.", "Find the remainder of {a} divided by {b}.", "When {a} is divided by {b}, what is the remainder?", "What remains when {a} is divided by {b}?", "{a} % {b} = ?", "Compute {a} modulo {b}.", "If you divide {a} by {b}, what is the remainder?",
    "What is left over when {a} is divided by {b}?", "Determine the remainder when {a} is divided by {b}.", "{a} mod {b}", "Divide {a} by {b} and give the remainder.", "{a} apples are packed into bags of {b}. How many apples are left over?",
]
GCD = [
    ("求{a}和{b}的最大公约数。", "Find the greatest common divisor of {a} and {b}."), ("{a}和{b}的最大公因数是多少?", "What is the greatest common factor of {a} and {b}?"), ("{a}与{b}的最大公约数是多少?", "What is the greatest common divisor of {a} and {b}?"), ("计算{a}与{b}的最大公因数。", "Compute the greatest common factor of {a} and {b}."),
    ("能同时整除{a}和{b}的最大的数是几?", "What is the largest number that divides both {a} and {b}?"), ("找出{a}、{b}的最大公约数。", "Find the greatest common divisor of {a}, {b}."), ("{a}和{b}的公约数中最大的是几?", "Which is the largest of the common divisors of {a} and {b}?"),
    "What is the [gcd|GCD|greatest common divisor|greatest common factor] of {a} and {b}?", "[Find|Compute|Calculate|Determine] the [gcd|GCD|greatest common divisor] of {a} and {b}.", "gcd({a}, {b})", "What is gcd({a}, {b})?", "Compute gcd({a},{b}).", "Find the largest number that divides both {a} and {b}.",
    "What is the greatest number that divides {a} and {b}?", "{a} and {b} have which greatest common divisor?", "Give the greatest common factor of {a} and {b}.", "What is the highest common factor of {a} and {b}?", "gcd of {a} and {b}", "Find the GCF of {a} and {b}.", "$\\gcd({a}, {b})$ = ?",
]
LCM = [
    ("求{a}和{b}的最小公倍数。", "Find the least common multiple of {a} and {b}."), ("{a}和{b}的最小公倍数是多少?", "What is the least common multiple of {a} and {b}?"), ("计算{a}与{b}的最小公倍数。", "Compute the least common multiple of {a} and {b}."), ("{a}与{b}的最小公倍数是几?", "What is the least common multiple of {a} and {b}?"),
    ("既是{a}的倍数又是{b}的倍数的最小正整数是多少?", "What is the smallest positive integer that is a multiple of both {a} and {b}?"), ("找出{a}、{b}的最小公倍数。", "Find the least common multiple of {a}, {b}."), ("{a}和{b}的公倍数中最小的是多少?", "Which is the smallest of the common multiples of {a} and {b}?"),
    "What is the [lcm|LCM|least common multiple] of {a} and {b}?", "[Find|Compute|Calculate|Determine] the [lcm|LCM|least common multiple] of {a} and {b}.", "lcm({a}, {b})", "What is lcm({a}, {b})?", "Compute lcm({a},{b}).", "Find the smallest number divisible by both {a} and {b}.", "What is the smallest positive number that is a multiple of both {a} and {b}?",
    "What is the lowest common multiple of {a} and {b}?", "lcm of {a} and {b}", "Give the least common multiple of {a} and {b}.", "{a} and {b} have which least common multiple?",
]
IS_PRIME = [
    ("{a}是质数吗?", "Is {a} a prime number?"), ("{a}是不是质数?", "Is {a} prime or not?"), ("判断{a}是否为素数。", "Determine whether {a} is prime."), ("请判断{a}是不是素数。", "Please determine whether {a} is prime or not."), ("{a}是素数还是合数?", "Is {a} prime or composite?"), ("数{a}是质数吗?", "Is the number {a} a prime?"),
    "Is {a} prime?", "is {a} prime", "Is {a} a prime?", "Check whether {a} is [a prime number|prime].", "Tell me if {a} is prime.", "Decide whether {a} is a prime number.", "Is the number {a} prime?", "Would you say {a} is prime?", "Test {a} for primality.",
]
SMALLEST = [
    ("{a}的最小质因数是多少?", "What is the smallest prime factor of {a}?"), ("求{a}的最小质因数。", "Find the smallest prime factor of {a}."), ("能整除{a}的最小质数是几?", "What is the smallest prime that divides {a}?"), ("找出{a}最小的素因数。", "Find the smallest prime factor of {a}."), ("{a}的质因数中最小的是几?", "Which of the prime factors of {a} is the smallest?"),
    "What is the smallest prime factor of {a}?", "Find the smallest prime dividing {a}.", "What is the least prime factor of {a}?", "Which is the smallest prime that divides {a}?", "Determine the smallest prime divisor of {a}.", "Give the smallest prime factor of {a}.",
]
FACTORISE = [
    ("把{a}分解质因数。", "Factorize {a} into primes."), ("将{a}分解质因数。", "Factorize {a} into prime factors."), ("{a}的质因数分解是什么?", "What is the prime factorization of {a}?"), ("求{a}的质因数分解。", "Find the prime factorization of {a}."), ("对{a}进行质因数分解。", "Carry out the prime factorization of {a}."),
    "What is the prime factorization of {a}?", "Factor {a} into primes.", "Find the prime factorization of {a}.", "Write {a} as a product of primes.", "Factorize {a}.", "Give the prime factors of {a} as a product.",
]
DIVISIBLE = [
    ("{a}能被{b}整除吗?", "Is {a} divisible by {b}?"), ("{b}能整除{a}吗?", "Does {b} divide {a}?"), ("判断{a}是否是{b}的倍数。", "Determine whether {a} is a multiple of {b}."), ("{a}是{b}的倍数吗?", "Is {a} a multiple of {b}?"), ("{b}是不是{a}的因数?", "Is {b} a factor of {a}?"),
    "Is {a} divisible by {b}?", "Does {b} divide {a}?", "Does {b} go evenly into {a}?", "Is {b} a factor of {a}?", "Can {a} be divided by {b} without remainder?", "Check whether {a} is divisible by {b}.",
]


@task("remainder", weight=0.8)
def remainder(random, phrasing):
    """Long division, answer is the rest."""
    b = random.randint(2, 12) if random.random() < 0.8 else random.randint(13, 25)
    a = random.randint(b + 1, random.choice([99, 999, 2000]))
    chinese, english = phrasing.ask(REMAINDER, {"a": a, "b": b})
    lines = divide_lines(a, b)
    quotient, rest = divmod(a, b)
    return Problem(english=english, chinese=chinese, thinking="\n".join(lines), answer=f"{a} ÷ {b} = {quotient} with remainder {rest}. The answer is \\boxed{{{rest}}}.", gold=str(rest))


def euclid(a: int, b: int) -> list:
    """Euclid's algorithm, one division after the other."""
    a, b = max(a, b), min(a, b)
    lines = []
    while b:
        lines += divide_lines(a, b)
        a, b = b, a % b
    return lines


@task("greatest_common_divisor", weight=0.7)
def gcd(random, phrasing):
    """Euclid."""
    g = random.randint(1, 15)
    a, b = g * random.randint(1, 12), g * random.randint(1, 12)
    while a == b:
        b = g * random.randint(1, 12)
    chinese, english = phrasing.ask(GCD, {"a": a, "b": b})
    value = math.gcd(a, b)
    return Problem(english=english, chinese=chinese, thinking="\n".join(euclid(a, b) + [f"gcd={value}"]), answer=f"The greatest common divisor of {a} and {b} is {value}. The answer is \\boxed{{{value}}}.", gold=str(value))


@task("least_common_multiple", weight=0.7)
def lcm(random, phrasing):
    """Euclid, then divide and multiply."""
    g = random.randint(1, 9)
    a, b = g * random.randint(1, 9), g * random.randint(1, 9)
    while a == b or min(a, b) < 2:
        a, b = g * random.randint(1, 9), g * random.randint(2, 9)
    chinese, english = phrasing.ask(LCM, {"a": a, "b": b})
    value, common = math.lcm(a, b), math.gcd(a, b)
    work = Work()
    work.lines = euclid(a, b) + [f"gcd={common}"]
    work.apply("*", work.apply("/", Fraction(a), Fraction(common)), Fraction(b))
    return Problem(english=english, chinese=chinese, thinking=work.thinking(), answer=f"The greatest common divisor of {a} and {b} is {common}. {work.prose()} The answer is \\boxed{{{value}}}.", gold=str(value))


def trial(n: int) -> tuple[list, int]:
    """Divide by the primes up to the square root; returns the lines and the smallest factor."""
    lines = []
    for prime in (2, 3, 5, 7, 11, 13):
        if prime * prime > n:
            break
        lines += divide_lines(n, prime)
        if n % prime == 0:
            return lines, prime
    return lines, n


@task("primality", weight=0.4)
def primality(random, phrasing):
    """Yes or no."""
    n = random.randint(2, 250)
    if random.random() < 0.6:
        n = n | 1
    n = min(n, 287)
    chinese, english = phrasing.ask(IS_PRIME, {"a": n})
    lines, factor = trial(n)
    if factor == n:
        answer = f"{n} has no smaller prime factor, so it is prime. The answer is \\boxed{{\\text{{yes}}}}."
        if "composite" in english or "合数" in chinese:
            answer = f"{n} has no smaller prime factor. The answer is \\boxed{{\\text{{prime}}}}."
    else:
        answer = f"{n} = {factor} × {n // factor}, so it is not prime. The answer is \\boxed{{\\text{{no}}}}."
        if "composite" in english or "合数" in chinese:
            answer = f"{n} = {factor} × {n // factor}. The answer is \\boxed{{\\text{{composite}}}}."
    return Problem(english=english, chinese=chinese, thinking="\n".join(lines + [f"factor {factor}"]), answer=answer, gold=answer.split("\\text{")[1].split("}")[0])


@task("smallest_prime_factor", weight=0.25)
def smallest(random, phrasing):
    """The first prime that divides."""
    n = random.randint(4, 250)
    chinese, english = phrasing.ask(SMALLEST, {"a": n})
    lines, factor = trial(n)
    return Problem(english=english, chinese=chinese, thinking="\n".join(lines + [f"factor {factor}"]), answer=f"The smallest prime factor of {n} is {factor}. The answer is \\boxed{{{factor}}}.", gold=str(factor))


@task("factorisation", weight=0.25)
def factorise(random, phrasing):
    """Product of primes."""
    n = 1
    while not 6 <= n <= 300:
        n = 1
        for _ in range(random.randint(2, 5)):
            n *= random.choice([2, 2, 2, 3, 3, 5, 5, 7, 11])
    chinese, english = phrasing.ask(FACTORISE, {"a": n})
    lines, factors, rest = [], [], n
    for prime in (2, 3, 5, 7, 11, 13):
        while prime * prime <= rest:
            lines += divide_lines(rest, prime)
            if rest % prime:
                break
            factors.append(prime)
            rest //= prime
    if rest > 1:
        factors.append(rest)
    lines.append("*".join(map(str, factors)))
    product = " × ".join(map(str, factors))
    return Problem(english=english, chinese=chinese, thinking="\n".join(lines), answer=f"{n} = {product}. The answer is \\boxed{{" + " \\times ".join(map(str, factors)) + "}.", gold=" \\times ".join(map(str, factors)))


@task("divisibility", weight=0.25)
def divisible(random, phrasing):
    """Yes or no."""
    b = random.randint(2, 12)
    a = b * random.randint(2, 60) if random.random() < 0.5 else random.randint(b + 1, 500)
    chinese, english = phrasing.ask(DIVISIBLE, {"a": a, "b": b})
    quotient, rest = divmod(a, b)
    verdict = "no" if rest else "yes"
    return Problem(english=english, chinese=chinese, thinking="\n".join(divide_lines(a, b) + [f"rest {rest}"]), answer=f"{a} ÷ {b} = {quotient} with remainder {rest}. The answer is \\boxed{{\\text{{{verdict}}}}}.", gold=verdict)
