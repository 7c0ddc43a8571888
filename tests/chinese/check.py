"""Checks problems.jsonl: answers, tests, kept strings and numbers. Python 3, standard library only.

    python3 check.py [FILE]

To measure a translation: `faults(record, translation)` is a list of what is wrong with it, empty if nothing is.

How numbers are counted, outside the kept strings:
- digits, number words and Chinese numerals count alike: "two" = 两 = "2", "twice" = 2, "third" = 3, "12 billion" = 一百二十亿;
- a fraction is one number ("1/3" = "one third" = 三分之一), a percentage is its number, 八折 is 80, 3月 = "March" is 3;
- one written as a word (一, 第一, one, first, once) and halves (半, half) are not counted, in neither language:
  they are mostly articles. The digit 1 is counted.
"""

import datetime
import itertools
import json
import math
import pathlib
import re
import sys
import unicodedata
from collections import Counter
from fractions import Fraction

# ---------------------------------------------------------------- numbers in a text

SMALL = dict(zip("two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
                 "seventeen eighteen nineteen".split(), range(2, 20)), one=1, zero=0)
SMALL.update(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10)))
SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
ORDINALS = dict(zip("second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(), range(2, 13)))
TIMES = {"twice": 2, "double": 2, "doubled": 2, "doubles": 2, "thrice": 3, "triple": 3, "tripled": 3, "triples": 3}
MONTHS = {month: number for number, month in enumerate(
    "January February March April May June July August September October November December".split(), 1)}


def step(word):
    """What a number must be divisible by for `word` to go on with it: twenty + one, hundred + twenty."""
    return 10 if SMALL[word] < 10 else 100


def numbers_in_english(text):
    tokens = re.findall(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?(?:/\d+)?|[A-Za-z]+", text)
    numeric = [token[0].isdigit() for token in tokens] + [False]
    found, at = [], 0
    while at < len(tokens):
        token, word = tokens[at], tokens[at].lower()
        before = tokens[at - 1].lower() if at else ""
        at += 1
        if numeric[at - 1] or word in SMALL:
            digits, total = numeric[at - 1], 0
            value = Fraction(token.replace(",", "")) if digits else Fraction(SMALL[word])
            while at < len(tokens):
                following = tokens[at].lower()
                if following in SCALES:
                    value *= SCALES[following]
                    if following != "hundred":
                        total, value = total + value, Fraction(0)
                elif following in SMALL and not digits and value % step(following) == 0:
                    value += SMALL[following]
                elif (following == "and" and not digits and before != "and" and tokens[at - 1].lower() in SCALES
                      and at + 1 < len(tokens) and tokens[at + 1].lower() in SMALL):
                    pass
                else:
                    break
                at += 1
            value += total
            part = tokens[at].lower() if at < len(tokens) else ""
            single = part[:-1] if part.endswith("s") else part
            if part in ("half", "halves") and not digits:
                at += 1
            elif not digits and (single in ORDINALS or single == "quarter") and (part != single or value == 1) and part != "second":
                found.append(value / ORDINALS.get(single, 4))
                at += 1
            elif digits or value != 1:
                found.append(value)
        elif word in ORDINALS and before != "per":
            found.append(Fraction(ORDINALS[word]))
        elif word in TIMES:
            found.append(Fraction(TIMES[word]))
        elif token in MONTHS and (numeric[at] or (at > 1 and numeric[at - 2])):
            found.append(Fraction(MONTHS[token]))
    return found


NOT_NUMBERS = re.compile(r"千克|千米|千瓦|零件|四舍五入|[三四五六七八]角形|[四五六七八]边形|[二十]进制|(?:星期|周)[一二三四五六日天]")
CHINESE = "[零〇一二两三四五六七八九十百千万亿]"
NUMERAL = rf"(?:\d+(?:\.\d+)?[百千万亿]*|{CHINESE}+(?:点{CHINESE}+)?)"
VALUES = dict(zip("零〇一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9)))
UNITS = {"十": 10, "百": 100, "千": 1000}


def chinese_value(text):
    written = re.match(r"\d+(?:\.\d+)?", text)
    if written:
        value = Fraction(written[0])
        for unit in text[written.end():]:
            value *= {**UNITS, "万": 10**4, "亿": 10**8}[unit]
        return value
    if "点" in text:
        whole, part = text.split("点")
        return chinese_value(whole) + Fraction(int("".join(str(VALUES[c]) for c in part)), 10 ** len(part))
    if len(text) > 1 and all(c in VALUES for c in text):
        return Fraction("".join(str(VALUES[c]) for c in text))
    total = section = digit = 0
    for c in text:
        if c in VALUES:
            digit = VALUES[c]
        elif c in UNITS:
            section, digit = section + (digit or 1) * UNITS[c], 0
        else:
            total, section, digit = (total + section + digit) * (10**4 if c == "万" else 10**8), 0, 0
    return Fraction(total + section + digit)


def numbers_in_chinese(text):
    text = NOT_NUMBERS.sub(" ", unicodedata.normalize("NFKC", text))
    found = []
    for match in re.finditer(rf"百分之({NUMERAL})|({NUMERAL})分之({NUMERAL})|(\d+)/(\d+)|({NUMERAL})([折成]?)", text):
        percent, below, above, over, under, plain, discount = match.groups()
        if percent:
            found.append(chinese_value(percent))
        elif below:
            found.append(chinese_value(above) / chinese_value(below))
        elif over:
            found.append(Fraction(int(over), int(under)))
        elif discount:
            value = chinese_value(plain)
            found.append(value if value >= 10 else value * 10)
        elif plain != "一":
            found.append(chinese_value(plain))
    return found


# ---------------------------------------------------------------- one translation

def without(text, keep):
    for string in sorted(keep, key=len, reverse=True):
        text = text.replace(string, " ; ")
    return text


def faults(record, translation):
    found = [f"lost: {string!r}" for string in record["keep"] if string not in translation]
    rest = without(translation, record["keep"])
    wanted, got = Counter(map(Fraction, record["numbers"])), Counter(numbers_in_english(rest))
    found += [f"number missing: {number}" for number in (wanted - got).elements()]
    found += [f"number too many: {number}" for number in (got - wanted).elements()]
    left = "".join(re.findall(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]", rest))
    return found + ([f"Chinese left: {left}"] if left else [])


# ---------------------------------------------------------------- mathematics: every answer again, by another way

def only(values):
    values = list(values)
    assert len(values) == 1, f"{len(values)} solutions"
    return values[0]


def choose(items, count, good):
    return sum(1 for chosen in itertools.combinations(items, count) if good(chosen))


def arrange(items, count, good):
    return sum(1 for order in itertools.permutations(items, count) if good(order))


def primes(limit):
    return [n for n in range(2, limit + 1) if all(n % d for d in range(2, n))]


def search(low, high, good):
    return only(x for x in range(low, high) if good(x))


def inscribed_radius():
    """The incentre is on the axis of symmetry: as far from the base as from a leg."""
    a, b, c = (0, 12), (-5, 0), (5, 0)
    low, high = 0.0, 12.0
    for _ in range(100):
        y = (low + high) / 2
        to_leg = abs((c[0] - a[0]) * (a[1] - y) - a[0] * (c[1] - a[1])) / math.dist(a, c)
        low, high = (y, high) if y < to_leg else (low, y)
    assert math.dist(a, b) == math.dist(a, c) == 13 and math.dist(b, c) == 10
    return low


def tosses(count, chance, good):
    total = Fraction(0)
    for hits in itertools.product((0, 1), repeat=count):
        weight = Fraction(1)
        for hit in hits:
            weight *= chance if hit else 1 - chance
        total += weight if good(sum(hits)) else 0
    return total


def beside(order, x, y):
    return abs(order.index(x) - order.index(y)) == 1


def most_without_four(counts):
    return max(sum(drawn) for drawn in itertools.product(*(range(n + 1) for n in counts)) if max(drawn) < 4)


MATH = {
    "zh-001": lambda: 24 - 9 + 15,
    "zh-002": lambda: search(-99, 99, lambda x: 4 * x - 7 == 29),
    "zh-003": lambda: sum([128] * 7) - 96,
    "zh-004": lambda: 45 * Fraction(80, 100),
    "zh-005": lambda: 2025 % 11,
    "zh-006": lambda: max(d for d in range(1, 85) if 84 % d == 126 % d == 0),
    "zh-007": lambda: min(n for n in range(1, 999) if n % 12 == n % 18 == 0),
    "zh-008": lambda: 30000 + 30000 * Fraction(20, 100),
    "zh-009": lambda: 120 - 45,
    "zh-010": lambda: search(-999, 999, lambda x: Fraction(70 + x, 5) == 18),
    "zh-011": lambda: list(range(2, 999, 3))[19],
    "zh-012": lambda: Fraction("3.6") + Fraction("2.75"),
    "zh-013": lambda: search(-99, 99, lambda b: (b + 8) + b == 50),
    "zh-014": lambda: Fraction(18) / 2 - 3,
    "zh-015": lambda: 50 - 3 * 8,
    "zh-016": lambda: search(-99, 99, lambda x: 3 * x - 4 == 17),
    "zh-017": lambda: 120 * Fraction(3, 4),
    "zh-018": lambda: sum(360 % p == 0 for p in primes(360)),
    "zh-019": lambda: sum(range(1, 40, 2)),
    "zh-020": lambda: Fraction(195, 3) * 5,
    "zh-021": lambda: 40 - 40 * Fraction(55, 100),
    "zh-022": lambda: math.prod([2] * 10),
    "zh-023": lambda: search(0, 999, lambda ducks: ducks + 12 == 4 * ducks),
    "zh-024": lambda: search(-99, 99, lambda x: 2 * (x - 3) == x + 9),
    "zh-025": lambda: search(0, 999, lambda x: Fraction(58 + 65 + x, 3) == 60),
    "zh-026": lambda: len(primes(20)),
    "zh-027": lambda: 2050 - 870,
    "zh-041": lambda: only(r for c in range(43) for r in range(43) if c + r == 42 and 2 * c + 4 * r == 118),
    "zh-042": lambda: Fraction(5 * 12) / math.isqrt(5 * 5 + 12 * 12),
    "zh-043": lambda: search(0, 999, lambda p: p * Fraction(110, 100) * Fraction(90, 100) == 198),
    "zh-044": lambda: 400 * Fraction("1.5") * Fraction(120, 100),
    "zh-045": lambda: 12000 + 2 * 12000,
    "zh-046": lambda: most_without_four((8, 6, 5)) + 1,
    "zh-047": lambda: tosses(4, Fraction(sum(face > 4 for face in range(1, 7)), 6), lambda hits: hits == 2),
    "zh-048": lambda: choose(range(1, 10), 3, lambda s: sum(x % 2 == 0 for x in s) <= 1),
    "zh-049": lambda: arrange(range(5), 4, lambda d: d[0] != 0 and d[-1] % 5 != 0),
    "zh-050": lambda: min(n for n in range(1, 999) if (n % 4, n % 5, n % 7) == (3, 2, 4)),
    "zh-051": lambda: (lambda sums: max(sums) - min(sums))(
        [x + y for y in range(1, 99) for x in range(1, y + 1) if 6 * (x + y) == x * y]),
    "zh-052": lambda: max(m for m in range(-999, 999) if 6 * 6 - 4 * m > 0),
    "zh-053": lambda: sum(((5 + sign * math.sqrt(5 * 5 - 8)) / 4) ** 2 for sign in (1, -1)),
    "zh-054": inscribed_radius,
    "zh-055": lambda: search(0, 5, lambda d: d * d + 4 * 4 == 5 * 5),
    "zh-056": lambda: math.pi * 5**2 * (2 * math.pi * 3) / (2 * math.pi * 5),  # a sector of radius 5
    "zh-057": lambda: min(t for t in range(99) if abs(480 - 70 * t - 50 * t) == 120),
    "zh-058": lambda: search(0, 99, lambda t: Fraction(2 + t, 12) + Fraction(t, 18) == 1),
    "zh-059": lambda: only(4 * s for s in range(99) if 4 * s + 6 == Fraction("2.5") * (s + 6) + 3),
    "zh-060": lambda: search(0, 999, lambda w: Fraction(300 * 20, 100) == Fraction(15, 100) * (300 + w)),
    "zh-061": lambda: (datetime.date(2024, 5, 6) - datetime.date(2024, 2, 20)).days + 1,
    "zh-062": lambda: search(23, 999, lambda n: n - 15 + 1 == 23),
    "zh-063": lambda: choose(range(1, 31), 2, lambda pair: pair[0] * pair[1] % sum(pair) == 0),
    "zh-064": lambda: sum(n % 4 != 0 and n % 6 != 0 for n in range(1, 1001)),
    "zh-065": lambda: (lambda y: max(y) - min(y))([x * x - 4 * x + 1 for x in (Fraction(i, 100) for i in range(301))]),
    "zh-066": lambda: tosses(3, Fraction(8, 10), lambda hits: hits >= 2),
    "zh-067": lambda: arrange("ABCDE", 5, lambda o: "A" not in (o[0], o[-1]) and beside(o, "B", "C")),
    "zh-068": lambda: search(1, 999, lambda x: x * Fraction(2, 3) * Fraction(3, 5) == 24),
    "zh-069": lambda: Fraction(120 * 10**8) / Fraction(120, 100),
    "zh-070": lambda: only(pears - (210 - pears) for pears in range(211) if pears == 2 * (210 - pears) - 15),
    "zh-071": lambda: sum(sum(map(int, str(n))) == 9 for n in range(1, 2001)),
    "zh-072": lambda: math.degrees(math.acos((5**2 + 3**2 - 7**2) / (2 * 5 * 3))),
    "zh-073": lambda: sum(Fraction(1, n * (n + 2)) for n in range(1, 50, 2)),
    "zh-074": lambda: only(x + y for x in range(-50, 50) for y in range(-50, 50) if 2 * x + y == 11 and x - 3 * y == -12),
}


def answer_value(answer):
    """The value of an answer in \\boxed{…}: exact where it is rational."""
    fraction = re.fullmatch(r"\\frac\{(\d+)\}\{(\d+)\}", answer)
    if fraction:
        value = Fraction(int(fraction[1]), int(fraction[2]))
        assert math.gcd(int(fraction[1]), int(fraction[2])) == 1, "not in lowest terms"
        return value
    if answer.endswith("\\pi"):
        return float(answer[:-3] or 1) * math.pi
    return Fraction(answer)


def same(answer, computed):
    value = answer_value(answer)
    if isinstance(value, float) or isinstance(computed, float):
        return math.isclose(value, computed, rel_tol=1e-12)
    return value == computed


# ---------------------------------------------------------------- programs: one reference for each

def longest_run(s):
    return max(len(list(group)) for _, group in itertools.groupby(s))


def is_prime(n):
    return n in primes(n)


def segment(text):
    numbers = list(map(int, text.split()[1:]))
    return str(max(sum(numbers[i:j]) for j in range(len(numbers) + 1) for i in range(j)))


def merge(intervals):
    done = []
    for left, right in sorted(intervals):
        if done and left <= done[-1][1]:
            done[-1][1] = max(done[-1][1], right)
        else:
            done.append([left, right])
    return done


def days_apart(a, b):
    return abs((datetime.date.fromisoformat(a) - datetime.date.fromisoformat(b)).days)


def balanced(s):
    while (shorter := s.replace("()", "").replace("[]", "").replace("{}", "")) != s:
        s = shorter
    return s == ""


def parking_fee(minutes):
    if minutes <= 30:
        return 0
    fee, paid_until = 5, 120
    while paid_until < minutes:
        fee, paid_until = fee + 3, paid_until + 60
    return min(fee, 20)


def term(n):
    terms = [1, 3]
    while len(terms) < n:
        terms.append(2 * terms[-1] + terms[-2])
    return terms[n - 1] % (10**9 + 7)


def shift(s, k):
    letters = "abcdefghijklmnopqrstuvwxyz"
    return "".join(letters[(letters.index(c) + k) % 26] if c in letters else c for c in s)


def top_word(text):
    counts = Counter(text.lower().split())
    return min(word for word in counts if counts[word] == max(counts.values()))


def paths(grid, row=0, column=0):
    if row == len(grid) or column == len(grid[0]) or grid[row][column] == 1:
        return 0
    if (row, column) == (len(grid) - 1, len(grid[0]) - 1):
        return 1
    return paths(grid, row + 1, column) + paths(grid, row, column + 1)


def count_at_least(text):
    first, second = text.strip().split("\n")
    return sum(int(number) >= int(first.split()[1]) for number in second.split())


def to_celsius(f):
    return float(math.floor(Fraction(5, 9) * (Fraction(str(f)) - 32) * 10 + Fraction(1, 2)) / 10)


CODE = {
    "zh-028": lambda nums: sum(n for n in nums if n % 2 == 0),
    "zh-029": lambda s: sum(s.count(vowel) for vowel in "aeiou"),
    "zh-030": lambda s: " ".join(s.split(" ")[::-1]),
    "zh-031": is_prime,
    "zh-032": lambda a: max(a) - min(a),
    "zh-033": lambda n: math.prod(range(1, n + 1)),
    "zh-034": lambda lst: [x for i, x in enumerate(lst) if x not in lst[:i]],
    "zh-035": lambda n: sum(map(int, str(n))),
    "zh-036": lambda s: s == s[::-1],
    "zh-037": lambda nums: sum(nums) / len(nums) if nums else 0,
    "zh-038": lambda nums: sorted(set(nums))[-2],
    "zh-039": lambda n: ["Fizz" if i % 3 == 0 else i for i in range(1, n + 1)],
    "zh-040": lambda nums, k: sum(x > k for x in nums),
    "zh-075": lambda nums, target: choose(nums, 2, lambda pair: sum(pair) == target),
    "zh-076": segment,
    "zh-077": longest_run,
    "zh-078": lambda score: "优秀" if score >= 90 else "及格" if score >= 60 else "不及格",
    "zh-079": merge,
    "zh-080": days_apart,
    "zh-081": lambda limit: [n for n in range(1, limit + 1) if sum(d for d in range(1, n) if n % d == 0) == n],
    "zh-082": lambda matrix: [list(row) for row in zip(*matrix[::-1])],
    "zh-083": balanced,
    "zh-084": parking_fee,
    "zh-085": term,
    "zh-086": shift,
    "zh-087": top_word,
    "zh-088": paths,
    "zh-089": count_at_least,
    "zh-090": to_celsius,
}

# ---------------------------------------------------------------- the file

MUST_KEEP = (r"```.*?```", r"`[^`\n]+`", r"\$\$.*?\$\$", r"\\\[.*?\\\]", r"\$[^$\n]+\$", r"\\\(.*?\\\)", r'"[^"\n]*"')


def alike(a, b):
    """Equal as Python values, and a truth value is no number."""
    return a == b and isinstance(a, bool) == isinstance(b, bool)


def check(record):
    name, keep, wrong = record["id"], record["keep"], []
    fields = {"id", "set", "kind", "zh", "en", "keep", "numbers", "answer" if record["kind"] == "math" else "tests"}
    if set(record) != fields or record["set"] not in ("demonstration", "general") or record["kind"] not in ("math", "code"):
        wrong.append("fields")
    wrong += faults(record, record["en"])
    rest = record["zh"]
    for pattern in MUST_KEEP:
        wrong += [f"not in keep: {string!r}" for string in re.findall(pattern, rest, re.S) if string not in keep]
        rest = re.sub(pattern, " ", rest, flags=re.S)
    for string in keep:
        if not 0 < record["zh"].count(string) == record["en"].count(string):
            wrong.append(f"{string!r}: {record['zh'].count(string)} times in zh, {record['en'].count(string)} in en")
        if re.fullmatch(r"\w|[\d.]+", string):
            wrong.append(f"too short to keep: {string!r}")
    if len(set(keep)) != len(keep):
        wrong.append("keep repeats")
    if any(not re.fullmatch(r"\d+(\.\d+)?(/\d+)?", number) for number in record["numbers"]):
        wrong.append("numbers are not plain")
    found = numbers_in_chinese(without(record["zh"], keep))
    if Counter(found) != Counter(map(Fraction, record["numbers"])):
        wrong.append(f"numbers in zh: {[str(number) for number in found]}")
    if re.search("[\u4e00-\u9fff]", without(record["zh"], keep)) is None:
        wrong.append("zh is not Chinese")
    if record["kind"] == "math":
        if not same(record["answer"], MATH[name]()):
            wrong.append(f"answer {record['answer']}, computed {MATH[name]()}")
        return wrong
    if len(record["tests"]) < 4:
        wrong.append("fewer than 4 tests")
    for test in record["tests"]:
        function = test["call"].split("(")[0]
        if not re.fullmatch(r"\w+\(.*\)", test["call"], re.S) or any(
                not re.search(rf"\b{function}\(", record[text]) for text in ("zh", "en")):
            wrong.append(f"{test['call']}: not the named function")
        value = eval(test["call"], {function: CODE[name]})  # the file is ours
        if not alike(value, test["value"]):
            wrong.append(f"{test['call']} gives {value!r}, not {test['value']!r}")
    return wrong


def self_check():
    for text, numbers in {"一百二十和3万、1.2亿": (120, 30000, 120000000), "百分之二十,三分之一,八五折,8折": (20, Fraction(1, 3), 85, 80),
                          "二千零五十千克,第二个,一个,一半": (2050, 2), "三点五,两人": (Fraction(7, 2), 2)}.items():
        assert Counter(numbers_in_chinese(text)) == Counter(map(Fraction, numbers)), (text, numbers_in_chinese(text))
    for text, numbers in {"one hundred and twenty, 30,000 and 12 million": (120, 30000, 12000000), "one third, two fifths, 3/4, half": (
            Fraction(1, 3), Fraction(2, 5), Fraction(3, 4)), "twenty-one twice, the second of March 3, first": (21, 2, 2, 3, 3),
            "two and three; 5 meters per second; one": (2, 3, 5), "two thousand and fifty": (2050,), "two, three, four": (2, 3, 4)}.items():
        assert Counter(numbers_in_english(text)) == Counter(map(Fraction, numbers)), (text, numbers_in_english(text))


def main():
    path = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).with_name("problems.jsonl"))
    self_check()
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    bad = 0
    for record in records:
        for fault in check(record):
            bad += 1
            print(f"{record['id']}: {fault}")
    if [record["id"] for record in records] != [f"zh-{n:03d}" for n in range(1, 91)]:
        bad += 1
        print("ids are not zh-001 to zh-090, each once and in order")
    for field in ("zh", "en"):
        if len({record[field] for record in records}) != len(records):
            bad += 1
            print(f"two problems have the same {field}")
    latex = sum(bool(re.search(r"\$|\\\(|\\\[", record["zh"])) for record in records)
    if latex < 45:
        bad += 1
        print("fewer than 45 with LaTeX")
    for (group, kind), count in sorted(Counter((record["set"], record["kind"]) for record in records).items()):
        print(f"{group} {kind}: {count}")
    print(f"{len(records)} problems, {latex} with LaTeX, {sum(len(r.get('tests', ())) for r in records)} tests, {bad} faults")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
