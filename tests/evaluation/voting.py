"""Compares votes that stop early with the votes of all samples, problem by problem, from two runs of `ponder eval`.

    python3 tests/evaluation/voting.py FIXED... --adaptive ADAPTIVE...

FIXED are folders of runs of a model with n samples a problem, or of a chain that votes on all n
(`examples/chains/vote-of-32-all.yaml`), ADAPTIVE of a chain that votes on at most n of them and stops
(`examples/chains/vote-of-32.yaml`); several folders are parts of one run. Prints the accuracy of both, the difference
with a 95 % bootstrap interval over problems (10,000 draws, seed 7), how many tokens the chain took of those of all
samples (cancelled ones counted), and the seconds by the clock of the answers of both, added up. These can be compared
where both runs are of chains and one problem was worked on at a time (`--concurrency 1`); the samples of a plain run are
made beside each other. Standard library only; nothing is judged anew.
"""

import argparse
import collections
import json
import pathlib
import random


def answers(folders: list) -> dict:
    """The answers of runs by problem, those that failed left out."""
    by_problem = collections.defaultdict(list)
    for folder in folders:
        with open(folder / "results.jsonl", encoding="utf-8") as lines:
            for line in lines:
                answer = json.loads(line)
                if "mark" in answer:
                    by_problem[answer["problem"]].append(answer)
    return by_problem


def majorities(folders: list) -> dict:
    """Whether what most samples mean is right, by problem, as the reports have it."""
    right = {}
    samples = answers(folders)
    for folder in folders:
        for problem in json.loads((folder / "report.json").read_text(encoding="utf-8"))["problems"]:
            said = [answer["mark"] == "right" for answer in samples[problem["id"]] if answer["answer"] == problem["majority"]]
            right[problem["id"]] = any(said)
    return right


def interval(differences: list) -> tuple:
    """Where the mean of differences is with 95 %, by drawing problems again."""
    generator = random.Random(7)
    means = sorted(sum(generator.choices(differences, k=len(differences))) / len(differences) for _ in range(10_000))
    return means[249], means[9749]


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fixed", nargs="+", type=pathlib.Path)
    parser.add_argument("--adaptive", nargs="+", type=pathlib.Path, required=True)
    options = parser.parse_args()
    fixed, voted, early = answers(options.fixed), majorities(options.fixed), answers(options.adaptive)
    both = sorted(set(fixed) & set(early))
    n = max(len(fixed[problem]) for problem in both)
    one = sum(sum(answer["mark"] == "right" for answer in fixed[problem]) / len(fixed[problem]) for problem in both) / len(both)
    stopped = {problem: early[problem][0]["mark"] == "right" for problem in both}
    differences = [stopped[problem] - voted[problem] for problem in both]
    low, high = interval(differences)
    tokens = [sum(answer["completion_tokens"] for answer in run[problem]) for run in (fixed, early) for problem in both]
    all_samples, taken = sum(tokens[: len(both)]), sum(tokens[len(both) :])
    print(f"problems          {len(both)}, at most {n} samples each")
    print(f"one sample        {one:.1%}")
    print(f"all samples       {sum(voted[problem] for problem in both) / len(both):.1%}")
    print(f"stopped early     {sum(stopped.values()) / len(both):.1%}")
    print(f"difference        {100 * sum(differences) / len(both):+.1f} points ({100 * low:+.1f} to {100 * high:+.1f}, 95 %)")
    print(f"tokens            {taken:,} of {all_samples:,}: {taken / all_samples:.3f}")
    clocks = [[answer.get("seconds") for problem in both for answer in run[problem]] for run in (early, fixed)]
    if None not in clocks[0] + clocks[1]:
        quick, whole = map(sum, clocks)
        print(f"seconds           {quick:,.1f} and {whole:,.1f}, each answer's by the clock, added up")
    print(f"flipped           {sum(d > 0 for d in differences)} to right, {sum(d < 0 for d in differences)} to wrong")


if __name__ == "__main__":
    main()
