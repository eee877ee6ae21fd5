"""What is said of words in a note that judge: at the field, or on the next page.

A hint, never a refusal; `judging` finds the words.
"""

from collections.abc import Iterable

from flask import Response, after_this_request, flash, g

from ..dialogue.phrasing import JUDGES


def judged(words: Iterable[str]) -> str:
    """Say that these words judge; empty where there are none."""
    listed = ", ".join(f"“{word}”" for word in words)
    return str(JUDGES) % {"words": listed} if listed else ""


def say_after_saving(words: Iterable[str]) -> None:
    """Point words out on the page that is reached once all is saved."""
    if "judging" not in g:
        g.judging = []
        after_this_request(flash_judged)
    g.judging.extend(words)


def flash_judged(response: Response) -> Response:
    if response.status_code in (302, 303):
        flash(judged(dict.fromkeys(g.judging)), "hint")
    return response
