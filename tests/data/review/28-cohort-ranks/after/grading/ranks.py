"""Ranking of students within their cohort."""
from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass


@dataclass(frozen=True)
class Student:
    name: str
    cohort: str
    points: float


@dataclass(frozen=True)
class Standing:
    rank: int
    below: float  # share of the cohort with fewer points


def standings(students):
    """Standing of each student; rank 1 is best, equal points share a rank."""
    by_cohort = defaultdict(list)
    for student in students:
        by_cohort[student.cohort].append(student.points)
    result = {}
    for student in students:
        points = sorted(by_cohort[student.cohort])
        rank = len(points) - bisect_right(points, student.points) + 1
        below = bisect_left(points, student.points) / len(points)
        result[student.name] = Standing(rank, below)
    return result
