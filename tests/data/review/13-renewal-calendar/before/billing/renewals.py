"""Renewal dates of subscriptions."""
import calendar
from datetime import date


def add_months(day, months):
    index = day.year * 12 + day.month - 1 + months
    year, month0 = divmod(index, 12)
    last = calendar.monthrange(year, month0 + 1)[1]
    return date(year, month0 + 1, min(day.day, last))


def renewal_dates(start, period, count):
    """The first `count` renewals of a contract, `period` months apart."""
    return [add_months(start, period * n) for n in range(1, count + 1)]
