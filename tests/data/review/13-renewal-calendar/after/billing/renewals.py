"""Renewal dates of subscriptions."""
import calendar
from datetime import date


def add_months(day, months):
    index = day.year * 12 + day.month - 1 + months
    year, month0 = divmod(index, 12)
    last = calendar.monthrange(year, month0 + 1)[1]
    return date(year, month0 + 1, min(day.day, last))


def renewal_dates(start, period, count, until=None):
    """The first `count` renewals of a contract, `period` months apart.

    For a cancelled contract, `until` is the last day it can be renewed on.
    """
    renewals = []
    current = start
    for _ in range(count):
        current = add_months(current, period)
        if until is not None and current > until:
            break
        renewals.append(current)
    return renewals
