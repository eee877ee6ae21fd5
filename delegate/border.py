"""What comes in by a form or an address: text that every page can show again.

A sign that no page can show becomes a visible mark before anything reads it. So no
field, no hidden one either, gives it back raw; the fields refuse the mark in words, and
what stood around it is kept.
"""

from collections.abc import Iterable
from typing import IO, Any
from urllib.parse import parse_qsl

from flask import Flask, Request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.formparser import FormDataParser

from .texts import marked


def fit(value: Any) -> Any:
    """Return `value`, marked where it is a text; an uploaded file is none."""
    return marked(value) if isinstance(value, str) else value


class Fit(ImmutableMultiDict[str, Any]):
    """Names and values as they were sent, fit to be shown."""

    def __init__(self, sent: Iterable[tuple[str, Any]] = ()) -> None:
        super().__init__([(fit(name), fit(value)) for name, value in sent])


class FitParser(FormDataParser):
    """Reads bytes that are no text as lost signs, rather than keep them as `%ED%A0`."""

    def parse(
        self, stream: IO[bytes], mimetype: str, *args: Any, **kwargs: Any
    ) -> tuple[IO[bytes], Any, Any]:
        if mimetype != "application/x-www-form-urlencoded":
            return super().parse(stream, mimetype, *args, **kwargs)
        text = stream.read().decode(errors="replace")
        return stream, self.cls(parse_qsl(text, keep_blank_values=True)), self.cls()


class FitRequest(Request):
    parameter_storage_class = Fit
    form_data_parser_class = FitParser


def init_app(app: Flask) -> None:
    """Let every request come in by this way."""
    app.request_class = FitRequest
