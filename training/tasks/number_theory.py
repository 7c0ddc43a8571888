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
    ("如果用{a}除以{b}，会余下多少？", "If {a} is divided by {b}, how much is left over?"), ("{a}被{b}除，余数等于多少？", "When {a} is divided by {b}, what does the remainder equal?"), ("{a}支铅笔每{b}支捆成一捆，还剩几支？", "{a} pencils are tied in groups of {b}. How many pencils are left?"),
    ("{a}名学生每{b}人一组，最后余下几人？", "{a} students form groups of {b}. How many students are left at the end?"), ("从{a}里不断减去{b}，直到不够减，最后剩多少？", "{b} is subtracted from {a} again and again until too little is left. What is left at the end?"),
    ("有{a}朵花，每{b}朵插一瓶，余几朵？", "There are {a} flowers, and {b} are put in each bottle. How many flowers remain?"), ("被除数是{a}，除数是{b}，余数是几？", "The dividend is {a} and the divisor is {b}. What is the remainder?"),
    ("{a}元买{b}元一本的本子，买得尽量多，还剩多少元？", "With {a} yuan as many notebooks as possible are bought for {b} yuan each. How many yuan are left?"), ("请写出{a}÷{b}的余数。", "Please write the remainder of {a} ÷ {b}."),
    ("一根绳子长{a}米，每{b}米剪一段，最后剩几米？", "A rope of {a} metres is cut into pieces of {b} metres. How many metres are left at the end?"), ("{a}个鸡蛋每盒装{b}个，尽量装满，还多几个？", "{a} eggs are put into boxes of {b}, filling as many as possible. How many eggs are left over?"),
    ("算出{a}除以{b}余多少。", "Work out what remains when {a} is divided by {b}."), ("{a}除以{b}后剩下的余数是多少？", "What is the remainder left after {a} is divided by {b}?"), ("我想知道{a}除以{b}的余数。", "I want to know the remainder when {a} is divided by {b}."), "[Give|State] the remainder of {a} divided by {b}.",
    "{a} divided by {b}: remainder?", "{a} pencils go into full packs of {b}. How many pencils remain?", "How many are left when {a} things are put in groups of {b}?", "Remainder of {a} by {b}", "What does {a} leave when it is divided by {b}?",
    "Share {a} coins equally among {b} people. How many coins are left?", "The number {a} is divided by {b}. Find the remainder.", "Take {b} away from {a} as often as you can. What is left?",
]
GCD = [
    ("求{a}和{b}的最大公约数。", "Find the greatest common divisor of {a} and {b}."), ("{a}和{b}的最大公因数是多少?", "What is the greatest common factor of {a} and {b}?"), ("{a}与{b}的最大公约数是多少?", "What is the greatest common divisor of {a} and {b}?"), ("计算{a}与{b}的最大公因数。", "Compute the greatest common factor of {a} and {b}."),
    ("能同时整除{a}和{b}的最大的数是几?", "What is the largest number that divides both {a} and {b}?"), ("找出{a}、{b}的最大公约数。", "Find the greatest common divisor of {a}, {b}."), ("{a}和{b}的公约数中最大的是几?", "Which is the largest of the common divisors of {a} and {b}?"),
    "What is the [gcd|GCD|greatest common divisor|greatest common factor] of {a} and {b}?", "[Find|Compute|Calculate|Determine] the [gcd|GCD|greatest common divisor] of {a} and {b}.", "gcd({a}, {b})", "What is gcd({a}, {b})?", "Compute gcd({a},{b}).", "Find the largest number that divides both {a} and {b}.",
    "What is the greatest number that divides {a} and {b}?", "{a} and {b} have which greatest common divisor?", "Give the greatest common factor of {a} and {b}.", "What is the highest common factor of {a} and {b}?", "gcd of {a} and {b}", "Find the GCF of {a} and {b}.", "$\\gcd({a}, {b})$ = ?",
    ("如果一个数同时是{a}和{b}的因数，它最大是多少？", "If a number is a factor of both {a} and {b}, what is the largest it can be?"), ("{a}和{b}都能被同一个数整除，这个数最大是几？", "{a} and {b} are both divisible by the same number. What is the largest it can be?"),
    ("两根绳子长{a}米和{b}米，剪成一样长的小段而没有剩余，每段最长多少米？", "Two ropes are {a} metres and {b} metres long. They are cut into equal pieces with nothing left. How many metres long is a piece at most?"),
    ("一张纸长{a}厘米，宽{b}厘米，剪成同样大的正方形而没有剩余，正方形的边长最大是多少厘米？", "A sheet of paper is {a} centimetres long and {b} centimetres wide. It is cut into equal squares with nothing left. What is the largest possible side of a square in centimetres?"),
    ("把{a}个苹果和{b}个梨分别平均分给几个同学，都正好分完，最多有几个同学？", "{a} apples and {b} pears are each shared equally among some students with none left. What is the largest possible number of students?"), ("数{a}与数{b}的最大公因数等于几？", "How much is the greatest common factor of the number {a} and the number {b}?"),
    ("请找出{a}和{b}最大的公因数。", "Please find the greatest common factor of {a} and {b}."), ("两个数是{a}和{b}，它们的最大公约数是多少？", "Two numbers are {a} and {b}. What is their greatest common divisor?"), ("用辗转相除法求{a}和{b}的最大公约数。", "Use repeated division to find the greatest common divisor of {a} and {b}."),
    ("求最大的整数，使{a}和{b}都是它的倍数。", "Find the largest integer such that {a} and {b} are both multiples of it."), ("男生{a}人，女生{b}人，分别分组，每组人数都相同，每组最多几人？", "{a} boys and {b} girls form separate groups, all of the same size. How many people are in a group at most?"),
    ("告诉我{a}和{b}的最大公约数。", "Tell me the greatest common divisor of {a} and {b}."), "Work out the [greatest common divisor|gcd|GCF] of {a} and {b}.", "Of all numbers that divide both {a} and {b}, which is the largest?", "Two numbers are {a} and {b}. Find their gcd.",
    "What is the biggest factor that {a} and {b} share?", "{a} and {b}: greatest common divisor?", "If {a} and {b} are both multiples of a number, what is the largest it can be?", "Which is the largest integer that goes evenly into {a} and {b}?",
    "Ropes of {a} metres and {b} metres are cut into equal pieces, as long as possible, with nothing left. How long is each piece?",
]
LCM = [
    ("求{a}和{b}的最小公倍数。", "Find the least common multiple of {a} and {b}."), ("{a}和{b}的最小公倍数是多少?", "What is the least common multiple of {a} and {b}?"), ("计算{a}与{b}的最小公倍数。", "Compute the least common multiple of {a} and {b}."), ("{a}与{b}的最小公倍数是几?", "What is the least common multiple of {a} and {b}?"),
    ("既是{a}的倍数又是{b}的倍数的最小正整数是多少?", "What is the smallest positive integer that is a multiple of both {a} and {b}?"), ("找出{a}、{b}的最小公倍数。", "Find the least common multiple of {a}, {b}."), ("{a}和{b}的公倍数中最小的是多少?", "Which is the smallest of the common multiples of {a} and {b}?"),
    "What is the [lcm|LCM|least common multiple] of {a} and {b}?", "[Find|Compute|Calculate|Determine] the [lcm|LCM|least common multiple] of {a} and {b}.", "lcm({a}, {b})", "What is lcm({a}, {b})?", "Compute lcm({a},{b}).", "Find the smallest number divisible by both {a} and {b}.", "What is the smallest positive number that is a multiple of both {a} and {b}?",
    "What is the lowest common multiple of {a} and {b}?", "lcm of {a} and {b}", "Give the least common multiple of {a} and {b}.", "{a} and {b} have which least common multiple?",
    ("如果一个正整数同时是{a}和{b}的倍数，它最小是多少？", "If a positive integer is a multiple of both {a} and {b}, what is the smallest it can be?"),
    ("甲每{a}天去一次图书馆，乙每{b}天去一次，今天两人都去了，最少过多少天两人又同时去？", "One student goes to the library every {a} days and another every {b} days. Both go today. After how many days do both first go again on the same day?"),
    ("两个铃分别每{a}分钟和每{b}分钟响一次，现在同时响，最少过多少分钟再次同时响？", "Two bells ring every {a} minutes and every {b} minutes. They ring together now. After how many minutes do they first ring together again?"), ("能同时被{a}和{b}整除的最小正整数是几？", "What is the smallest positive integer divisible by both {a} and {b}?"),
    ("两个数是{a}和{b}，它们的最小公倍数是多少？", "Two numbers are {a} and {b}. What is their least common multiple?"), ("一些糖每{a}块一份或每{b}块一份都正好分完，这些糖最少有多少块？", "Some sweets can be put in groups of {a} or in groups of {b} with none left. What is the smallest possible number of sweets?"),
    ("请找出{a}和{b}最小的公倍数。", "Please find the least common multiple of {a} and {b}."), ("数{a}与数{b}的最小公倍数等于几？", "How much is the least common multiple of the number {a} and the number {b}?"),
    ("求最小的正整数，使它是{a}的倍数，也是{b}的倍数。", "Find the smallest positive integer that is a multiple of {a} and also a multiple of {b}."), ("告诉我{a}和{b}的最小公倍数。", "Tell me the least common multiple of {a} and {b}."), "Work out the [least common multiple|lcm] of {a} and {b}.",
    "{a} and {b}: least common multiple?", "Which positive number is the first to be a multiple of both {a} and {b}?", "One bus leaves every {a} minutes and another every {b} minutes. Both leave now. After how many minutes do they next leave together?",
    "Of all positive numbers divisible by both {a} and {b}, which is the smallest?", "Two numbers are {a} and {b}. Find their lcm.", "Some eggs fit exactly into boxes of {a} and also exactly into boxes of {b}. What is the smallest possible number of eggs?",
]
IS_PRIME = [
    ("{a}是质数吗?", "Is {a} a prime number?"), ("{a}是不是质数?", "Is {a} prime or not?"), ("判断{a}是否为素数。", "Determine whether {a} is prime."), ("请判断{a}是不是素数。", "Please determine whether {a} is prime or not."), ("{a}是素数还是合数?", "Is {a} prime or composite?"), ("数{a}是质数吗?", "Is the number {a} a prime?"),
    "Is {a} prime?", "is {a} prime", "Is {a} a prime?", "Check whether {a} is [a prime number|prime].", "Tell me if {a} is prime.", "Decide whether {a} is a prime number.", "Is the number {a} prime?", "Would you say {a} is prime?", "Test {a} for primality.",
    ("数{a}是素数吗？", "Is the number {a} prime?"), ("{a}属于质数吗？", "Does {a} belong to the prime numbers?"), ("{a}是质数还是合数？", "Is {a} a prime or a composite number?"), ("请说明{a}是素数还是合数。", "Please say whether {a} is prime or composite."), ("检查{a}是不是质数。", "Check whether {a} is a prime number."),
    ("一个数是{a}，它是质数吗？", "A number is {a}. Is it prime?"), ("小明说{a}是质数，他说得对吗？", "Xiao Ming says that {a} is prime. Is he right?"), ("能说{a}是素数吗？", "Can we say that {a} is prime?"), ("{a}是不是只能被一和它本身整除？", "Is {a} divisible only by one and itself?"),
    ("在质数表里能找到{a}吗？", "Can {a} be found in the list of prime numbers?"), "Does {a} count as a prime number?", "prime or not: {a}", "Prime or composite: {a}?", "A student says {a} is prime. Is this true?", "Find out whether {a} is prime.", "Is it true that {a} is a prime number?",
    "Has {a} only the factors one and itself?",
]
SMALLEST = [
    ("{a}的最小质因数是多少?", "What is the smallest prime factor of {a}?"), ("求{a}的最小质因数。", "Find the smallest prime factor of {a}."), ("能整除{a}的最小质数是几?", "What is the smallest prime that divides {a}?"), ("找出{a}最小的素因数。", "Find the smallest prime factor of {a}."), ("{a}的质因数中最小的是几?", "Which of the prime factors of {a} is the smallest?"),
    "What is the smallest prime factor of {a}?", "Find the smallest prime dividing {a}.", "What is the least prime factor of {a}?", "Which is the smallest prime that divides {a}?", "Determine the smallest prime divisor of {a}.", "Give the smallest prime factor of {a}.",
    ("{a}最小的质因数等于多少？", "What does the smallest prime factor of {a} equal?"), ("如果一个质数能整除{a}，它最小是几？", "If a prime divides {a}, what is the smallest it can be?"), ("哪个最小的质数是{a}的因数？", "Which smallest prime is a factor of {a}?"),
    ("除了一以外，{a}最小的因数是多少？", "Apart from one, what is the smallest factor of {a}?"), ("把{a}分解质因数，最小的质因数是几？", "Factorize {a} into primes. Which prime factor is the smallest?"),
    ("从小到大用质数去除{a}，第一个能整除它的质数是几？", "Divide {a} by the primes from small to large. Which is the first prime that divides it?"), ("请写出{a}的最小质因数。", "Please write the smallest prime factor of {a}."), "{a}: smallest prime factor?", "By which smallest prime can {a} be divided?",
    "Work out the smallest prime factor of {a}.", "Going through the primes in order, which is the first to divide {a}?",
]
FACTORISE = [
    ("把{a}分解质因数。", "Factorize {a} into primes."), ("将{a}分解质因数。", "Factorize {a} into prime factors."), ("{a}的质因数分解是什么?", "What is the prime factorization of {a}?"), ("求{a}的质因数分解。", "Find the prime factorization of {a}."), ("对{a}进行质因数分解。", "Carry out the prime factorization of {a}."),
    "What is the prime factorization of {a}?", "Factor {a} into primes.", "Find the prime factorization of {a}.", "Write {a} as a product of primes.", "Factorize {a}.", "Give the prime factors of {a} as a product.",
    ("{a}可以写成哪些质数的乘积？", "As a product of which primes can {a} be written?"), ("把{a}写成质数相乘的形式。", "Write {a} as primes multiplied together."), ("请将{a}表示为质数的积。", "Please express {a} as a product of primes."),
    ("如果把{a}分解成质因数的积，结果是什么？", "If {a} is written as a product of prime factors, what is the result?"), ("用短除法把{a}分解质因数。", "Use short division to factorize {a} into primes."), ("写出{a}的质因数分解式。", "Write the prime factorization of {a}."),
    ("哪些质数相乘等于{a}？", "Which primes multiplied together equal {a}?"), "[Show|Give] {a} as a product of prime numbers.", "{a} as a product of primes", "Break {a} down into prime factors.", "Which prime numbers multiply to {a}?",
]
DIVISIBLE = [
    ("{a}能被{b}整除吗?", "Is {a} divisible by {b}?"), ("{b}能整除{a}吗?", "Does {b} divide {a}?"), ("判断{a}是否是{b}的倍数。", "Determine whether {a} is a multiple of {b}."), ("{a}是{b}的倍数吗?", "Is {a} a multiple of {b}?"), ("{b}是不是{a}的因数?", "Is {b} a factor of {a}?"),
    "Is {a} divisible by {b}?", "Does {b} divide {a}?", "Does {b} go evenly into {a}?", "Is {b} a factor of {a}?", "Can {a} be divided by {b} without remainder?", "Check whether {a} is divisible by {b}.",
    ("{a}除以{b}没有余数，对吗？", "{a} divided by {b} has no remainder. Is this right?"), ("{a}能不能被{b}整除？", "Is {a} divisible by {b} or not?"), ("{b}是{a}的约数吗？", "Is {b} a divisor of {a}?"), ("{a}个苹果平均分给{b}个人，能正好分完吗？", "{a} apples are shared equally among {b} people. Can this be done with none left?"),
    ("{a}名学生每{b}人一组，能正好分完吗？", "Can {a} students form groups of {b} with none left?"), ("请判断{a}能否被{b}整除。", "Please determine whether {a} is divisible by {b}."), ("如果用{a}除以{b}，余数是零吗？", "If {a} is divided by {b}, is the remainder zero?"), "Counting from zero in steps of {b}, do we come to {a}?",
    "Do we get a whole number when {a} is divided by {b}?", "Can {a} cards be shared equally among {b} players with none left over?", "Is it true that {b} divides {a}?",
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
