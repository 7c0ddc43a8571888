"""Checks the data: every answer passes its own grader, every translation keeps its numbers.

    python -m training.check --count 3000
"""

import argparse
import json
from collections import Counter

from .generate import Maker
from .grading import closeness, grade, numbers_and_placeholders
from .tasks.exercises import SENTENCES
from .tasks.phrases import PAIRS, near_held_out
from .tool_faults import faults
from .tool_plain import near_held_out as near_held_out_frames
from .tools_in_words import differing


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=3000)
    options = parser.parse_args()
    wrong, seen = Counter(), Counter()
    for held_out in (False, True):
        maker = Maker("check", held_out, varied=not held_out)
        for _ in range(options.count):
            task, problem, spoken, chinese, english = maker.problem()
            seen[task.name] += 1
            if problem.kind == "glossary" or problem.kind == "code" and maker.random.random() > 0.05:
                continue  # running code is slow; a sample is enough
            entry = {"kind": problem.kind, "gold": problem.gold, "tests": problem.tests, "function": problem.function, "solution": problem.inserted.get("solution", ""), "question": english if spoken == "en" else chinese}
            if problem.kind == "tools":
                entry |= {"says": problem.gold} if problem.after else {"call": json.loads(problem.gold)}
            for fault in faults(problem, english + chinese):
                wrong[task.name] += 1
                print("tools", task.name, fault, english, chinese, problem.tools)
            if not grade(entry, f"<think>\n{problem.thinking}\n</think>\n\n{problem.answer}"):
                wrong[task.name] += 1
                print("answer", task.name, problem.answer, problem.gold)
            if spoken == "pair" and problem.kind in ("math", "code"):
                chinese_digits, english_digits = (numbers_and_placeholders(text)[0] for text in (chinese, english))
                if chinese_digits != english_digits and not any(numeral in chinese for numeral in "一二两三四五六七八九十"):
                    wrong[task.name] += 1
                    print("numbers", task.name, chinese, english)
            if "{" in english.replace("\\frac{1}{x}", "").replace("\\sqrt{x}", "").replace("e^{-x^2}", "") and problem.kind == "math" or "[" in english and problem.kind == "math":
                print("left over", task.name, english)
    for folder, sources in (("phrases", PAIRS), ("exercises", SENTENCES)):
        for file, line, frame in near_held_out(sources=sources):
            wrong[folder] += 1
            print(f"{folder}/{file}.txt is near a held-out frame: {line}   ({frame})")
    for request in near_held_out_frames():
        wrong["tool_call_plain"] += 1
        print(f"tools/plain.txt has the form of a held-out frame: {request}")
    for name in differing():
        wrong["tools_in_words"] += 1
        print("other words than the server's:", name)
    assert closeness("a b c", "a b c") == 1.0
    print({name: (wrong[name], count) for name, count in sorted(seen.items())})


if __name__ == "__main__":
    main()
