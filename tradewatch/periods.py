"""Months and years as the sources write them; a period is always the first day of its month or year."""

from datetime import date, datetime
from zoneinfo import ZoneInfo


def month(year: int, number: int) -> date:
    """The first day of a month; raises ValueError when there is no such month."""
    return date(year, number, 1)


def month_from_digits(text: str) -> date:
    """`202401` or `2024-01` as a month; raises ValueError otherwise."""
    digits = text.replace("-", "", 1)
    if len(digits) != 6 or not digits.isascii() or not digits.isdigit():
        raise ValueError(f"{text!r} is not a month such as 202401 or 2024-01")
    return month(int(digits[:4]), int(digits[4:]))


def months_between(first: date, last: date) -> list[date]:
    """Every month from the first to the last, both included."""
    span = (last.year - first.year) * 12 + last.month - first.month
    return [shift(first, step) for step in range(span + 1)]


def shift(day: date, months: int) -> date:
    """The first day of the month that lies so many months after (or, if negative, before) that of `day`."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def utc(moment: datetime, zone: str) -> datetime:
    """A local time of a source, as naive UTC: the warehouse keeps all times in UTC without a zone."""
    return moment.replace(tzinfo=ZoneInfo(zone)).astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
