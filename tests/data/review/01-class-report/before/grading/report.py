"""Summaries for one graded quiz."""
from dataclasses import dataclass

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
    """Count, mean and pass rate over the students still enrolled."""
    scores = [adjusted(s) for s in subs if s.student not in withdrawn]
    if not scores:
        return {"count": 0, "mean": None, "pass_rate": None}
    pass_mark = max_points / 2
    passed = sum(score >= pass_mark for score in scores)
    return {
        "count": len(scores),
        "mean": sum(scores) / len(scores),
        "pass_rate": passed / len(scores),
    }
