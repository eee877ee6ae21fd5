"""The copy of all that is kept of a person, for that person: on paper, and as JSON.

First the manager goes through every text, as others have rights too; what stands in
the database stays as it is, and nothing of the copy is kept.

Source: GDPR, article 15; its paragraph 4 for the rights of others.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, TextAreaField
from wtforms.validators import ValidationError

from .. import access, i18n, printing
from ..cli import Command, Line, person_called
from ..forms import Choice, Difference, at_most, check_fit, query_page
from ..identity import accounts, throttle
from ..models import LONG, Employee, Manager
from ..printing import PAPERS
from ..rights import blanking, collecting, dossier, notice
from ..rights.dossier import Dossier, Text
from ..texts import tidy

bp = Blueprint("copies", __name__, cli_group=None)

LANGUAGES = {"en": "English", "nl": "Nederlands"}
KINDS = ("pdf", "json")


class Looked(TextAreaField):
    """A text as it goes into the copy: as it is kept, but for what is blanked out.

    What is left out is longer than a short name.
    """

    def __init__(self, text: Text, **kwargs: Any) -> None:
        fits = [check_fit, at_most(LONG * len(blanking.BLANK))]
        super().__init__(label_of(text), fits, filters=[tidy], **kwargs)
        self.kept = tidy(text.words)

    def is_kept(self) -> bool:
        return not self.data or blanking.only_blanked(self.data, self.kept)

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        """Refuse other words than those that are kept: a copy would say they are."""
        if not self.is_kept():
            self.description = gettext("It is kept as: %(words)s", words=self.kept)
            raise ValidationError(
                gettext(
                    "On a copy, words can only be covered with %(blank)s. "
                    "Leave the others as they are kept.",
                    blank=blanking.BLANK,
                )
            )


class CopyForm(FlaskForm):
    """How the copy is to be. Its texts come with the person: see `form_for`."""

    version = HiddenField()
    language = Choice(_("Language of the copy"), LANGUAGES, required=True)
    paper = Choice(
        _("Size of the paper"), {"a4": "A4", "letter": "Letter"}, required=True
    )
    nameless = BooleanField(_("Leave out the names of other managers"))


@bp.route("/people/<id:employee_id>/copy")
@access.fresh
def show(employee_id: int) -> ResponseReturnValue:
    """Show every text, with what names others blanked out, to go through."""
    employee = person_or_404(employee_id)
    part = part_here(parts_of(employee, access.manager()))
    texts = dossier.texts(part)
    form = form_for(texts, proposed(employee, texts))
    form.version.data = shown(employee, part)
    return page(employee, part, form)


@bp.post("/people/<id:employee_id>/copy")
def download(employee_id: int) -> ResponseReturnValue:
    """Hand over the copy as it was gone through; nothing of it is kept."""
    employee = person_or_404(employee_id)
    part = part_here(parts_of(employee, access.manager()))
    texts = dossier.texts(part)
    form = form_for(texts, proposed(employee, texts))
    if form.version.data != shown(employee, part):
        return changed(employee, part, form)
    if not form.validate():
        return page(employee, part, form), 422
    words = {text.key: form[text.key].data or blanking.BLANK for text in texts}
    with i18n.speaking(form.language.data):
        parts = parts_of(employee, access.manager(), names=not form.nameless.data)
        kind = "json" if "json" in request.form else "pdf"
        ready = dossier.with_words(part_here(parts), words)
        return as_file(ready, kind, form.paper.data)


def person_or_404(employee_id: int) -> Employee:
    """Return whose copy it is to be; the owner of the team makes a removed one's too.

    What is hidden is still kept, and can be asked for.
    """
    employee = access.own_or_404(Employee, employee_id, write=True, removed=True)
    if employee.removed_at and not access.owns(employee.team_id):
        abort(404)
    return employee


@access.fresh
def changed(employee: Employee, part: Dossier, form: Any) -> ResponseReturnValue:
    """Show the form again with what was typed, as a text was changed meanwhile.

    Whoever was shown the texts proves it by their version; whoever was not has to have
    signed in a short while ago, as for seeing them.
    """
    texts = dossier.texts(part)
    now = proposed(employee, texts)
    differences = [
        Difference(form[text.key].label.text, form[text.key].data, now[text.key])
        for text in texts
        if text.key in request.form and form[text.key].data != now[text.key]
    ]
    for text in texts:
        if text.key not in request.form or not form[text.key].is_kept():
            form[text.key].data = now[text.key]
    form.version.data = shown(employee, part)
    return page(employee, part, form, differences), 409


def shown(employee: Employee, part: Dossier) -> str:
    """Return the version of these texts, which only whoever was shown them can know."""
    ids = (str(access.manager().id), str(employee.id))
    return throttle.keyed("copy", *ids, dossier.digest(part))


def parts_of(
    employee: Employee, manager: Manager, *, names: bool = True
) -> list[Dossier]:
    return dossier.in_parts(collecting.gather(employee, manager, names=names))


def part_here(parts: Sequence[Dossier]) -> Dossier:
    """Return the part of `?part=`; the last one where there are fewer."""
    return parts[min(query_page("part"), len(parts)) - 1]


def proposed(employee: Employee, texts: Sequence[Text]) -> Mapping[str, str]:
    """Return each text with the names of others blanked out, by key."""
    names = blanking.names_of_others(employee, access.manager())
    return {text.key: blanking.blanked(text.words, names) for text in texts}


def form_for(texts: Sequence[Text], words: Mapping[str, str]) -> Any:
    """Return the form with a field for each text, filled with `words`."""
    fields = {text.key: Looked(text) for text in texts}
    kind = type("CopyOfTexts", (CopyForm,), fields)
    start = {"language": i18n.language(), "paper": "a4"}
    return kind(data={**start, **words})


def label_of(text: Text) -> str:
    """Return what it is and of what; a title of a task names the task."""
    if text.of:
        return f"{text.of}: {text.label}"
    is_title = text.key.startswith("task_")
    return f"{text.label}: {text.words}" if is_title else str(text.label)


def page(employee: Employee, part: Dossier, form: Any, differences: Any = ()) -> str:
    texts = dossier.texts(part)
    fields = [(form[text.key], form[text.key].data != text.words) for text in texts]
    return render_template(
        "copies/show.html",
        employee=employee,
        part=part,
        form=form,
        marked=[field for field, is_marked in fields if is_marked],
        others=[field for field, is_marked in fields if not is_marked],
        blank=blanking.BLANK,
        differences=differences,
        part_url=part_url(employee),
    )


def part_url(employee: Employee) -> Callable[..., str]:
    """Return what gives the address of a part, called as the pages of a list are."""
    return lambda page: url_for(".show", employee_id=employee.id, part=page)


def as_file(part: Dossier, kind: str, size: str) -> Response:
    content = as_json(part) if kind == "json" else as_pdf(part, size)
    rest = i18n.today() if part.parts == 1 else f"{i18n.today()} {part.part}"
    name = printing.file_name(gettext("copy"), part.person.name, rest, kind)
    return printing.as_file(content, name, to_keep=True)


def as_json(part: Dossier) -> bytes:
    made = json.dumps(dossier.as_json(part), ensure_ascii=False, indent=1)
    return made.encode()


def as_pdf(part: Dossier, size: str) -> bytes:
    html = render_template(
        "copies/print.html",
        copy=part,
        points=notice.points(part.keep_months),
        rights=notice.RIGHTS,
        ask=notice.whom_to_ask(current_app.config["PRIVACY_CONTACT"]),
        blank=blanking.BLANK,
        left_out=blanking.left_out(),
    )
    return printing.print_out(html, size)


@bp.cli.command("copy", cls=Command)
@click.argument("employee", type=Line(required=True))
@click.option("--lang", type=click.Choice(i18n.LANGUAGES), default="en")
@click.option("--paper", "size", type=click.Choice(PAPERS), default="a4")
@click.option("--for", "email", type=Line(), help="Whose employee, of more managers.")
@click.option("--whole", is_flag=True, help="Leave the names of others in the texts.")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True
)
def write_copy(
    employee: str, lang: str, size: str, email: str | None, whole: bool, output: Path
) -> None:
    """Write the copy of all that is kept of EMPLOYEE, a name or an id.

    As JSON where OUTPUT ends in .json, else as a PDF; a long one in parts. Names of
    others in texts are blanked out: read the copy before you hand it out.
    """
    manager = accounts.manager_for(email)
    person = person_called(employee, manager, write=True)
    kind = "json" if output.suffix == ".json" else "pdf"
    with i18n.speaking(lang):
        names = set() if whole else blanking.names_of_others(person, manager)
        for part in parts_of(person, manager):
            words = {
                text.key: blanking.blanked(text.words, names)
                for text in dossier.texts(part)
            }
            ready = dossier.with_words(part, words)
            to = part_of(output, part)
            printing.write_private(
                to, as_json(ready) if kind == "json" else as_pdf(ready, size)
            )
            click.echo(f"Wrote {click.format_filename(to)}.")


def part_of(output: Path, part: Dossier) -> Path:
    """Return where this part goes: copy.pdf, or copy-2.pdf where there are more."""
    if part.parts == 1:
        return output
    return output.with_stem(f"{output.stem}-{part.part}")
