"""Ranking of students within their cohort."""
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass


@dataclass(frozen=True)
class Student:
    name: str
    cohort: str
    points: float


def ranks(students):
    """Rank of each student; 1 is best, equal points share a rank."""
    by_cohort = defaultdict(list)
    for student in students:
        by_cohort[student.cohort].append(student.points)
    for points in by_cohort.values():
        points.sort()
    result = {}
    for student in students:
        points = by_cohort[student.cohort]
        result[student.name] = len(points) - bisect_right(points, student.points) + 1
    return result
