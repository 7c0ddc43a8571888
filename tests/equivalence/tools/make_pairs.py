"""Builds tests/equivalence/data/pairs.tsv: gold, answer, source, expected.

The expected verdict ("equal" or "different") is a human judgement of whether the answer would be
right if the gold is. It is written here next to each pair or family, never computed by the library
or by Math-Verify. Rounded decimals are not equal to exact values; a unit or a percent sign that
only one side has is forgiven.

A rewriting that Math-Verify is known not to read (Unicode roots, repeating decimals, complex
numbers, ...) occurs once or twice, not once per gold answer, so that the agreement says how often
both agree on ordinary answers and not how often a defect was repeated.

Run from the crate: python3 tools/make_pairs.py EVAL_DIR MATH_VERIFY_TESTS.json
"""

import json
import random
import sys

from families import DIFFERENT, EQUAL, HMMT, ISSUES

rows = []


def add(gold, answer, source, expected):
    assert "\t" not in gold + answer and "\n" not in gold + answer, (gold, answer)
    rows.append((gold, answer, source, expected))


def integer_rewrites(n, rng):
    """Ways in which a model writes the integer n."""
    a = rng.randrange(1, n) if n > 1 else 1
    k = rng.choice([2, 3, 5, 7])
    ways = [
        f"{n}.0", f"\\text{{{n}}}", f"x = {n}", f"{n} \\text{{ ways}}",
        f"\\frac{{{k * n}}}{{{k}}}", f"\\dfrac{{{k * n}}}{{{k}}}", f"{a}+{n - a}", f"{n + a}-{a}",
        f"\\left({n}\\right)", f"\\sqrt{{{n * n}}}", f"{n / 100:g}\\times 10^{{2}}", f"{n}\\,",
        f"\\mathbf{{{n}}}", f"0{n}", f"N = {n}", f"{k * n}/{k}", f"{n}^{{1}}", f"{n}!/{n - 1}!"
        if n < 400 else f"{n}\\cdot 1", f"m+n={n}",
    ]
    return rng.sample(ways, 10)


def integer_errors(n, rng):
    """Plausible wrong answers near the integer n."""
    reverse = int(str(n)[::-1])
    errors = [str(n + 1), str(n - 1), f"-{n}", str(n * 10), str(2 * n), f"\\frac{{{n}}}{{2}}",
              f"\\sqrt{{{n}}}", f"{n}\\pi", f"{n}.5", f"{n}^2", f"{n}x", str(n + 100),
              f"{n}, {n + 1}", f"\\frac{{1}}{{{n}}}", f"({n}, 0)"]
    if reverse != n:
        errors.append(str(reverse))
    return rng.sample(errors, 10)


def main():
    folder, tests = sys.argv[1:3]
    rng = random.Random(2025)
    for name in ("aime24", "hmmt25"):
        for line in open(f"{folder}/{name}.jsonl", encoding="utf-8"):
            record = json.loads(line)
            gold, source = record["answer"], record["id"]
            if gold.lstrip("-").isdigit() and int(gold) > 0:
                n = int(gold)
                for answer in integer_rewrites(n, rng):
                    add(gold, answer, source, "equal")
                for answer in integer_errors(n, rng):
                    add(gold, answer, source, "different")
            else:
                for answer in HMMT[gold][0]:
                    add(gold, answer, source, "equal")
                for answer in HMMT[gold][1]:
                    add(gold, answer, source, "different")
    for file, line, values in json.load(open(tests, encoding="utf-8")):
        key = f"{file}:{line}"
        gold, answer, verdict = values[0], values[1], values[2] if len(values) > 2 else None
        if key in SKIPPED or max(len(gold), len(answer)) > 110 or "\n" in gold + answer:
            continue
        if any(bad in gold + answer for bad in ("\t", "\x0c", "\\\\\\\\")):
            continue
        expected = JUDGED.get(key, "equal" if verdict in (1, True) else "different")
        add(gold, answer, f"math-verify tests/{key}", expected)
    for family, pairs in EQUAL.items():
        for gold, answer in pairs:
            add(gold, answer, f"family:{family}", "equal")
    for family, pairs in DIFFERENT.items():
        for gold, answer in pairs:
            add(gold, answer, f"family:{family}", "different")
    for source, gold, answer, expected in ISSUES:
        add(gold, answer, source, expected)
    seen = set()
    with open("tests/equivalence/data/pairs.tsv", "w", encoding="utf-8") as out:
        for row in rows:
            if row[:2] not in seen:
                seen.add(row[:2])
                out.write("\t".join(row) + "\n")
    print(len(seen), "pairs")


# Prose, malformed LaTeX, or tests of options that are off by default.
SKIPPED = {
    "test_all.py:70", "test_all.py:71", "test_all.py:72", "test_all.py:82", "test_all.py:83",
    "test_all.py:85", "test_all.py:86", "test_all.py:87", "test_all.py:132", "test_all.py:133",
    "test_all.py:135", "test_all.py:136", "test_all.py:138", "test_all.py:452",
    "test_all.py:571", "test_all.py:586", "test_all.py:605", "test_all.py:888", "test_all.py:894",
    "test_all.py:901", "test_all.py:907", "test_all.py:951", "test_boxed.py:8",
    "test_numina_cases.py:24", "test_numina_cases.py:121", "test_numina_cases.py:132",
    "test_open_thoughts.py:79", "test_open_thoughts.py:134", "test_open_thoughts.py:149",
    "test_open_thoughts.py:154", "test_all.py:89", "test_all.py:675", "test_all.py:681",
    "test_all.py:748", "test_all.py:723", "test_all.py:205", "test_all.py:506", "test_all.py:482", "test_all.py:488", "test_all.py:494",
    "test_all.py:500", "test_all.py:746", "test_all.py:512",
}
# Where the expectation of that test is not what a careful person would say.
JUDGED = {
    "test_all.py:565": "different",
    "test_yujianll.py:28": "different",
    "test_strict.py:8": "different",
}

if __name__ == "__main__":
    main()
