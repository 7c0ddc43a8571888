"""Summaries for one graded quiz."""
from dataclasses import dataclass
from statistics import mean, median

LATE_FACTOR = 0.9


@dataclass(frozen=True)
class Submission:
    student: str
    points: float
    late: bool = False


def adjusted(sub: Submission) -> float:
    return sub.points * LATE_FACTOR if sub.late else sub.points


def class_report(
    subs: list[Submission],
    max_points: float,
    withdrawn: frozenset[str] = frozenset(),
) -> dict:
    """Count, mean, median and pass rate over the students still enrolled."""
    if not subs:
        return {"count": 0, "mean": None, "median": None, "pass_rate": None}
    scores = [adjusted(s) for s in subs if s.student not in withdrawn]
    pass_mark = max_points / 2
    passed = sum(score >= pass_mark for score in scores)
    return {
        "count": len(scores),
        "mean": mean(scores),
        "median": median(scores),
        "pass_rate": passed / len(scores),
    }
