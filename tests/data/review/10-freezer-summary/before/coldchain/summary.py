"""Daily summary of one freezer's temperature log."""
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Reading:
    at: datetime
    celsius: float


def summarize(readings, limit):
    """Warmest reading and number of readings above the limit."""
    readings = list(readings)
    if not readings:
        return None
    warmest = max(readings, key=lambda reading: reading.celsius)
    return {
        "peak": warmest.celsius,
        "peak_at": warmest.at,
        "above": sum(reading.celsius > limit for reading in readings),
    }
