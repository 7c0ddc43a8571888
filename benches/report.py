"""A table of what benches/run.sh measured: lines of JSON in, Markdown out.

    python3 benches/report.py FOLDER
"""

import json
import pathlib
import statistics
import sys
from collections import defaultdict

WHO = ["ponder", "langchain-core", "langgraph"]
SHAPES = ["model", "line", "parallel", "map"]

# A case: its shape, whether it is streamed, and how many run at once.
Case = tuple[str, bool, int]


def read(folder: pathlib.Path) -> tuple[dict, dict, dict]:
    """Times by case, who and round; memory by case and who; versions by who."""
    times: dict[Case, dict[str, dict[str, list[float]]]] = defaultdict(lambda: defaultdict(dict))
    memory: dict[Case, dict[str, dict[str, float]]] = defaultdict(dict)
    versions: dict[str, str] = {}
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text().splitlines():
            found = json.loads(line)
            case = (found["shape"], found["streamed"], found["at_once"])
            versions[found["who"]] = found["version"] + (f" (Python {found['python']})" if "python" in found else "")
            if "microseconds" in found:
                times[case][found["who"]][file.stem.rsplit("-", 1)[-1]] = found["microseconds"]
            if "allocations" in found:
                memory[case][found["who"]] = found
    return times, memory, versions


def quantile(values: list[float], share: float) -> float:
    """The value that this share of the values does not exceed."""
    return sorted(values)[round((len(values) - 1) * share)]


def shown(value: float) -> str:
    """Three digits are enough."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def cell(rounds: dict[str, list[float]] | None) -> str:
    """The median of all rounds, and from where to where 80 % of the samples are."""
    if not rounds:
        return "–"
    samples = [sample for round_ in rounds.values() for sample in round_]
    if len(samples) == 1:
        return shown(samples[0])
    low, high = quantile(samples, 0.1), quantile(samples, 0.9)
    return f"{shown(statistics.median(samples))} ({shown(low)}–{shown(high)})"


def ratio(ours: dict[str, list[float]], theirs: dict[str, list[float]] | None) -> str:
    """How many times as long they take: the median of the rounds' ratios, the least and the greatest."""
    if not theirs:
        return "–"
    both = [name for name in ours if name in theirs]
    ratios = sorted(statistics.median(theirs[name]) / statistics.median(ours[name]) for name in both)
    if len(ratios) == 1:
        return shown(ratios[0])
    return f"{shown(statistics.median(ratios))} ({shown(ratios[0])}–{shown(ratios[-1])})"


def name_of(case: Case) -> str:
    shape, streamed, _ = case
    return f"{shape}, {'streamed' if streamed else 'whole'}"


def main() -> None:
    times, memory, versions = read(pathlib.Path(sys.argv[1]))
    cases = sorted(times, key=lambda case: (SHAPES.index(case[0]), case[1], case[2]))
    rounds = max(len(found) for case in times.values() for found in case.values())
    print("# Overhead of the chain runtime")
    print()
    print("Measured as `benches/run.sh` does it; what is measured stands in [README.md](README.md). ", end="")
    print(f"{rounds} rounds, taken in turns: " + ", ".join(f"{who} {versions[who]}" for who in WHO if who in versions) + ".")
    print()
    print("## Microseconds per step")
    print()
    print("Medians; in brackets where the middle 80 % of the samples are, and of ratios the rounds' least and greatest.")
    print("Without brackets it was measured once.")
    print()
    print("| | at once | ponder | langchain-core | times ponder's | langgraph | times ponder's |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for case in cases:
        found = times[case]
        ours = found.get("ponder", {})
        columns = [name_of(case), f"{case[2]:,}", cell(ours)]
        for who in WHO[1:]:
            columns += [cell(found.get(who)), ratio(ours, found.get(who))]
        print("| " + " | ".join(columns) + " |")
    print()
    print("## Memory per step")
    print()
    print("Of one chain at a time: allocations (bytes), both whether freed or not.")
    print()
    print("| | ponder | langchain-core | langgraph |")
    print("|---|--:|--:|--:|")
    for case in cases:
        if case[2] != 1:
            continue
        columns = [name_of(case)]
        for who in WHO:
            counted = memory[case].get(who)
            columns.append(f"{shown(counted['allocations'])} ({counted['bytes']:,.0f})" if counted else "–")
        print("| " + " | ".join(columns) + " |")
    peaks = [case for case in cases if case[2] >= 1000 and "ponder" in memory[case]]
    if peaks:
        print()
        print("The most memory that ponder's chains had at one time, for each of those that ran at once:")
        print()
        for case in peaks:
            print(f"- {name_of(case)}, {case[2]:,} at once: {memory[case]['ponder']['peak'] / 1024:.1f} KiB a chain")


if __name__ == "__main__":
    main()
