"""Asks Math-Verify about every pair and writes its verdict beside it.

    python3 -m venv venv && venv/bin/pip install math-verify==0.9.0 antlr4-python3-runtime==4.13.2
    python tests/equivalence/tools/math_verify_verdicts.py tests/equivalence/data/pairs.tsv tests/equivalence/data/math_verify.tsv

An answer without LaTeX delimiters or a box is wrapped in `$\\boxed{…}$`, as the Math-Verify FAQ
asks for; everything else is the default configuration. Columns of the output: gold, answer,
equal | different | error.
"""

import logging
import sys

from math_verify import parse, verify

logging.disable(logging.CRITICAL)


def wrapped(text):
    if "\\boxed" in text or "$" in text.replace("\\$", "") or "\\(" in text or "\\[" in text:
        return text
    return "$\\boxed{" + text + "}$"


def verdict(gold, answer):
    try:
        return "equal" if verify(parse(wrapped(gold)), parse(wrapped(answer))) else "different"
    except Exception:  # the library's own failures count as its answer
        return "error"


def main():
    pairs, output = sys.argv[1:3]
    with open(pairs, encoding="utf-8") as lines, open(output, "w", encoding="utf-8") as out:
        for line in lines:
            gold, answer = line.rstrip("\n").split("\t")[:2]
            out.write(f"{gold}\t{answer}\t{verdict(gold, answer)}\n")


if __name__ == "__main__":
    main()
