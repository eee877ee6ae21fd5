"""Parts of a page that say the same to everybody: written once, and kept.

A part is a macro that is given codes and numbers only, never what a reader typed, so
that there are few of them and one reader's words cannot reach another's page.
"""

from functools import lru_cache

from flask import Flask, get_template_attribute, request
from markupsafe import Markup

from . import i18n

KEPT = 10_000
"""Most parts that are kept, of a few hundred characters each."""

Code = str | int | bool | None | tuple["Code", ...]


def init_app(app: Flask) -> None:
    """Offer `fragment` to templates; while they are being written nothing is kept."""
    keep = written.__wrapped__ if app.debug else written

    def fragment(template: str, name: str, *codes: Code) -> Markup:
        return keep(i18n.language(), request.script_root, template, name, *codes)

    app.jinja_env.globals["fragment"] = fragment


@lru_cache(maxsize=KEPT)
def written(
    language: str, script_root: str, template: str, name: str, *codes: Code
) -> Markup:
    """Return what the macro `name` of `template` makes of `codes`.

    `language` and `script_root` are those of this request: what the macro's words and
    links depend on beside its codes.
    """
    html: Markup = get_template_attribute(template, name)(*codes)
    return html
