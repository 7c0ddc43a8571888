"""Daily summary of one freezer's temperature log."""
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Reading:
    at: datetime
    celsius: float


def summarize(readings, limit):
    """Warmest reading, and how many readings (in a row) were above the limit."""
    count = above = run = longest_run = 0
    peak, peak_at = 0.0, None
    for reading in readings:
        count += 1
        if reading.celsius > peak:
            peak, peak_at = reading.celsius, reading.at
        if reading.celsius > limit:
            above += 1
            run += 1
            longest_run = max(longest_run, run)
        else:
            run = 0
    if count == 0:
        return None
    return {
        "peak": peak,
        "peak_at": peak_at,
        "above": above,
        "longest_run": longest_run,
    }
