"""
The chart of an alert as PNG: its months as a line, the band of its baseline, and numbered policy events.

Drawn by vl-convert, which needs neither a browser nor a network; the same history gives the same bytes.
"""

from datetime import date
from typing import Any

from tradewatch.digest.model import History

WIDTH, HEIGHT = 588, 190


def png(history: History) -> bytes:
    """A picture of WIDTH points, twice as many pixels, for one history."""
    import vl_convert  # half a second, and 80 MB of memory, for nobody who draws nothing

    return vl_convert.vegalite_to_png(_spec(history), scale=2)


def _spec(history: History) -> dict[str, Any]:
    months = [
        {"month": _day(month), "value": value} for month, value in zip(history.months, history.values_usd, strict=True)
    ]
    policy = [{"month": _day(month), "n": str(n)} for n, (month, _) in enumerate(history.policy, start=1)]
    time = {"field": "month", "type": "temporal"}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": WIDTH - 70,
        "height": HEIGHT - 40,
        "background": "white",
        "padding": 4,
        "config": {"view": {"stroke": None}, "font": "sans-serif", "axis": {"labelColor": "#4a5568", "title": None}},
        "layer": [
            _band(history),
            _line(months, time),
            {"data": {"values": policy}, "mark": {"type": "rule", "color": "#a0aec0", "strokeDash": [2, 3]},
             "encoding": {"x": time}},
            {"data": {"values": policy},
             "mark": {"type": "text", "y": -2, "baseline": "bottom", "fontSize": 10, "color": "#4a5568"},
             "encoding": {"x": time, "text": {"field": "n"}}},
        ],
    }  # fmt: skip


def _band(history: History) -> dict[str, Any]:
    """The middle half of the baseline months, over the whole width, so that newer months are seen against it."""
    return {
        "data": {"values": [{"low": history.low_usd, "high": history.high_usd}]},
        "mark": {"type": "rect", "color": "#cbd5e0", "opacity": 0.6, "x": 0, "x2": "width"},
        "encoding": {"y": {"field": "low", "type": "quantitative"}, "y2": {"field": "high"}},
    }


def _line(months: list[dict[str, Any]], time: dict[str, Any]) -> dict[str, Any]:
    """A line with a dot a month; it breaks where a month is not published."""
    axis = {"format": "$~s", "tickCount": 4, "domain": False, "ticks": False, "gridColor": "#edf2f7"}
    return {
        "data": {"values": months},
        "mark": {"type": "line", "color": "#1a56a0", "strokeWidth": 2, "invalid": "break-paths-show-domains",
                 "point": {"color": "#1a56a0", "size": 16}},
        "encoding": {
            "x": time | {"axis": {"format": "%Y-%m", "tickCount": 7, "grid": False, "domainColor": "#a0aec0"}},
            "y": {"field": "value", "type": "quantitative", "axis": axis, "scale": {"zero": True}},
        },
    }  # fmt: skip


def _day(month: date) -> str:
    """Noon of the day, so that no zone of the machine that draws moves it into another month."""
    return f"{month:%Y-%m-%d}T12:00:00"
