"""Reading the warehouse for people and programs: free SQL, saved questions, views described, status, the demo."""

from tradewatch.answers.asking import about_views, alerts, as_pairs, ask, ask_saved, questions
from tradewatch.answers.sample import demo
from tradewatch.answers.standing import status, status_shown
from tradewatch.answers.writing import as_json, guarded, write

__all__ = [
    "about_views",
    "alerts",
    "as_json",
    "as_pairs",
    "ask",
    "ask_saved",
    "demo",
    "guarded",
    "questions",
    "status",
    "status_shown",
    "write",
]
