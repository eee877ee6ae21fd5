"""What is said of words pointed out in a note: at the field, or on the next page.

A hint, never a refusal; `judging` finds the words.
"""

from collections.abc import Iterable

from flask import Response, after_this_request, flash, g

from ..dialogue.phrasing import POINTED_OUT


def pointed_out(name: str, words: Iterable[str]) -> str:
    """Say what these words of list `name` are; empty where there are none."""
    listed = ", ".join(f"“{word}”" for word in words)
    return str(POINTED_OUT[name]) % {"words": listed} if listed else ""


def say_after_saving(name: str, words: Iterable[str]) -> None:
    """Point words out on the page that is reached once all is saved."""
    if "pointed_out" not in g:
        g.pointed_out = {}
        after_this_request(flash_pointed_out)
    g.pointed_out.setdefault(name, []).extend(words)


def flash_pointed_out(response: Response) -> Response:
    if response.status_code in (302, 303):
        for name, words in g.pointed_out.items():
            flash(pointed_out(name, dict.fromkeys(words)), "hint")
    return response
