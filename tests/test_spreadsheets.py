"""Reading files and pasted text: cells, columns, and everything that can be wrong."""

import io
import re
import zipfile
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from delegate.sheets import words
from delegate.sheets.batches import leave_out, read_batch
from delegate.sheets.cells import CellFault, Limits, Wanted
from delegate.sheets.columns import FIELDS, KNOWN, Kind
from delegate.sheets.spreadsheets import (
    ENCODINGS,
    TAB,
    Code,
    ImportFault,
    Row,
    as_cell,
    decode,
    reread,
    split,
    to_text,
    unlisted,
    unmarked,
)
from delegate.sheets.uploads import Upload
from delegate.sheets.workbooks import MOST_UNPACKED, read_file

LIMITS = Limits(title=500, text=10_000, hours=168, years=range(2000, 3000))
NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def batch(text, kind="tasks", **wishes):
    return read_batch(Kind(kind), text, wishes, LIMITS)


def values(text, kind="tasks", **wishes):
    return [item.values for item in batch(text, kind, **wishes).items]


def faults(text, kind="tasks", **wishes):
    return [
        (item.row.number, fault.field, str(fault.wanted))
        for item in batch(text, kind, **wishes).items
        for fault in item.faults
    ]


def workbook(*sheets):
    """Return an .xlsx of `sheets`, each a list of rows."""
    book = Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, start=1):
        sheet = book.create_sheet(f"Blad{number}")
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def repack(content, **members):
    """Return the workbook with some members replaced, by a part of their name."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out,
    ):
        for name in source.namelist():
            changed = [text for part, text in members.items() if part in name]
            out.writestr(name, changed[0] if changed else source.read(name))
    return target.getvalue()


# ---- from bytes to text


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("Zoë".encode(), "utf-8"),
        ("Zoë".encode("utf-8-sig"), "utf-8"),
        ("Zoë".encode("cp1252"), "cp1252"),
        ("€ 5 – café".encode("cp1252"), "cp1252"),
        ("Zoë".encode("utf-16"), "utf-16-le"),
        ("Zoë de Boer".encode("utf-16-le"), "utf-16-le"),
        ("Zoë de Boer".encode("utf-16-be"), "utf-16-be"),
    ],
)
def test_the_encoding_is_guessed(content, encoding):
    text, guess = decode(content)

    assert guess == encoding
    assert text in ("Zoë", "Zoë de Boer", "€ 5 – café")


@given(st.binary(max_size=200), st.sampled_from(ENCODINGS))
def test_a_wrong_guess_can_be_taken_back(content, right):
    text, guess = "", ""
    try:
        text, guess = decode(content)
        expected = content.removeprefix(b"\xef\xbb\xbf").decode(right)
    except (ImportFault, UnicodeDecodeError):
        return

    if (
        guess != right
        and right != "cp1252"
        and content[:2] not in (b"\xff\xfe", b"\xfe\xff")
    ):
        assert reread(text, guess, right) == expected


def test_what_does_not_fit_an_encoding_says_so():
    with pytest.raises(ImportFault, match="other_encoding"):
        reread("Zoë", "cp1252", "utf-8")
    with pytest.raises(ImportFault, match="other_encoding"):
        reread("日本", "cp1252", "utf-8")


# ---- from text to rows


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("Ann\r\nBob\n", [["Ann"], ["Bob"]]),
        ("Ann\rBob", [["Ann"], ["Bob"]]),
        ('"two\nlines"\tx', [["two\nlines", "x"]]),
        ('"a ""b""\tc"', [['a "b"\tc']]),
        ('"Good morning" round', [['"Good morning" round']]),
        ('"Good morning"\tx', [['"Good morning"', "x"]]),
        ('"never closed\nBob', [['"never closed'], ["Bob"]]),
        ('5" pipe\n6" pipe', [['5" pipe'], ['6" pipe']]),
        ("=SUM(A1)\n<b>x</b>", [["=SUM(A1)"], ["<b>x</b>"]]),
    ],
)
def test_pasted_text_stays_as_it_was(text, rows):
    assert [row.cells for row in split(text, TAB)] == rows


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("1. Ann\r\n2. Bob\r\n\r\n10. Cas\r\n", "Ann\r\nBob\r\n\r\nCas\r\n"),
        ("1) Ann\n999) Bob", "Ann\nBob"),
        ("- Ann\n* Bob\n • Cas\n–\tDaan", "Ann\nBob\nCas\nDaan"),
        ("1.\tAnn\tplanner\n2.\tBob", "Ann\tplanner\nBob"),
        ("- 1. Ann", "1. Ann"),
        ("- Stock\n- -5 °C check", "Stock\n-5 °C check"),
        ("- 5 °C check\nStock", "- 5 °C check\nStock"),
        ("-5 °C check\n-7 °C check", "-5 °C check\n-7 °C check"),
        ("1. Ann\nBob", "1. Ann\nBob"),
        ("1.5 hours\n2.5 hours", "1.5 hours\n2.5 hours"),
        ("1000. Ann", "1000. Ann"),
        ('"- two\n- lines"\tx', '"- two\n- lines"\tx'),
        ("- \n- Ann", "- \n- Ann"),
        (" \n", " \n"),
        ("", ""),
    ],
)
def test_the_signs_of_a_pasted_list_come_off_where_each_line_has_one(text, bare):
    assert unlisted(text) == bare


def test_a_blank_line_of_a_list_may_be_very_long():
    """Looked for at each place of it, a mark would take hours to find."""
    blank = " " * 3_000_000

    assert unlisted(f"- Ann\n{blank}\n- Bob") == f"Ann\n{blank}\nBob"


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("• Johanna\n- Yusuf\n1. Bram\n2) Ann\nCas", "Johanna\nYusuf\nBram\nAnn\nCas"),
        ("Naam\tRol\n‣ Bram\t- planner\nAnn", "Naam\tRol\nBram\t- planner\nAnn"),
        ("•\tJohanna\nYusuf", "Johanna\nYusuf"),
        ("1.\tAnn\tplanner\n2.\tBob", "Ann\tplanner\nBob"),
        ("Nr\tNaam\n1.\tBram\n-\tAnn", "Nr\tNaam\n1.\tBram\n-\tAnn"),
        ("- 1. Ann\nBob", "Ann\nBob"),
        ("Ann\n\n  * Bob\n", "Ann\n\nBob\n"),
        ("3D-printer\n1e lijn\n-5\n1.5 uur", "3D-printer\n1e lijn\n-5\n1.5 uur"),
        ("Rota\n-5 °C check\n2026 plan", "Rota\n-5 °C check\n2026 plan"),
        ('Rota\t"a\n- b"\n"- two\n- lines"\tx', 'Rota\t"a\n- b"\n"- two\n- lines"\tx'),
        ("- \n-\nAnn", "- \n-\nAnn"),
    ],
)
def test_each_name_or_title_goes_without_the_sign_of_a_list(text, bare):
    assert unmarked(text) == unmarked(bare) == bare


def test_a_file_keeps_the_signs_of_its_lines():
    pasted = Upload(Kind.TASKS, {"tasks": "1. Stock\n2. Rota"})
    from_file = Upload(Kind.TASKS, {})
    from_file.read(b"1. Stock\n2. Rota", LIMITS)
    sent = {"tasks": from_file.text, "tasks-sheets": from_file.kept}

    assert pasted.text == "Stock\nRota"
    assert from_file.text == Upload(Kind.TASKS, sent).text == "1. Stock\n2. Rota"


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r"))))
def test_cells_come_back_from_text_as_they_were(cells):
    text = TAB.join(as_cell(cell) for cell in cells)

    assert [row.cells for row in split(text, TAB)] == (
        [cells] if any(cell.strip() for cell in cells) else []
    )


def test_rows_keep_their_numbers_around_blank_ones():
    rows = [Row(2, ["Ann"]), Row(5, ["two\nlines", "x"]), Row(6, ["Bob"])]

    assert split(to_text(rows), TAB) == rows


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("Ann\tplanner", "tab"),
        ("Naam;Functie\nAnn;planner", "semicolon"),
        ("name,role\nAnn,planner", "comma"),
        ("Ann;planner\nBob;driver", "semicolon"),
        ("Ann,planner\nBob,driver", "comma"),
        ("Verhoeven, Ann\nJansen, Bob", "tab"),
        ("Plan, direct, or lead\nReport to the board", "tab"),
        ("Plan; then direct", "tab"),
        ("Ann", "tab"),
        ("x" * 200_000 + ",y", "tab"),
        ("Naam;Functie\rAnn;planner", "semicolon"),
    ],
)
def test_the_separator_is_guessed_and_never_in_running_text(text, separator):
    assert batch(text, "people").separator == separator


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        (" \n\t\n", "empty"),
        ("Task\tHours", "empty"),
        ("x\n" * 5_001, "too_many_rows"),
        ("x\n" * 6_000, "too_many_rows"),
        ("\t" * 100 + "x", "too_wide"),
    ],
)
def test_a_text_that_does_not_fit_says_why(text, code):
    with pytest.raises(ImportFault, match=code):
        batch(text)


def test_five_thousand_rows_and_their_header_fit():
    assert len(batch("Task\n" + "x\n" * 5_000).items) == 5_000


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ('Task,Hours\n"Plan,3\nMeet,2', 2),
        ('Task,Hours\n"Plan,3"\n"Good morning" round,2', 3),
        ('Task,Hours\n"' + "x" * 200_000, 2),
    ],
)
def test_a_stray_quotation_mark_in_a_file_is_told_at_its_row(text, row):
    with pytest.raises(ImportFault, match="stray_quote") as fault:
        batch(text)

    assert fault.value.row == row


def test_many_quotation_marks_are_a_fault_or_a_cell():
    """Done the slow way, the size of these would hold the tests up for an hour."""
    with pytest.raises(ImportFault):
        split('"a""b\n' * 600_000, TAB)
    split('"' + 'a""' * 1_000_000, TAB)


# ---- workbooks


def test_cells_of_a_workbook_read_as_typed():
    content = workbook(
        [
            ["Taak", "Uren", "Deadline", "Doe ik zelf", "Grenzen"],
            ["Plannen", 4.5, datetime(2026, 11, 23), True, "=1+1"],
            [],
            ["Meten", 3, "1-12-2026", False, "€ 500\nper week"],
        ]
    )

    [sheet] = read_file(content).sheets

    assert values(sheet.text) == [
        {
            "title": "Plannen",
            "hours": 4.5,
            "deadline": date(2026, 11, 23),
            "with_me": True,
            "limits": "",  # a formula that no spreadsheet has worked out yet
        },
        {
            "title": "Meten",
            "hours": 3,
            "deadline": date(2026, 12, 1),
            "with_me": False,
            "limits": "€ 500\nper week",
        },
    ]
    assert [item.row.number for item in batch(sheet.text).items] == [2, 4]


def test_the_result_of_a_formula_is_read():
    sheet_xml = (
        f'<worksheet {NAMESPACE}><sheetData><row r="1"><c r="A1" t="str">'
        '<f>"Pl"&amp;"an"</f><v>Plan</v></c></row></sheetData></worksheet>'
    )
    content = repack(workbook([["x"]]), worksheets=sheet_xml)

    assert read_file(content).sheets[0].text == "Plan"


def test_a_full_sheet_is_read():
    rows = [
        ["Taak", *"abcdefghij"],
        *([f"Taak {n}", *"0123456789"] for n in range(5000)),
    ]
    [sheet] = read_file(workbook(rows)).sheets

    assert len(batch(sheet.text).items) == 5_000


def with_shared_strings(strings):
    """A workbook that keeps its texts in one place, as Excel does."""
    content = workbook([["x"]])
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        types = source.read("[Content_Types].xml").decode()
    part = (
        '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.'
        'openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
    )
    sheet = (
        f'<worksheet {NAMESPACE}><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c>'
        '<c r="B1" t="s"><v>1</v></c></row></sheetData></worksheet>'
    )
    target = io.BytesIO(
        repack(
            content,
            Content_Types=types.replace("</Types>", part),
            worksheets=sheet,
        )
    )
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as out:
        out.writestr("xl/sharedStrings.xml", f"<sst {NAMESPACE}>{strings}</sst>")
    return target.getvalue()


def test_texts_that_cells_share_are_read():
    strings = "<si><t>Ann</t></si><si><r><t>plan</t></r><r><t>ner</t></r></si>"

    [sheet] = read_file(with_shared_strings(strings)).sheets

    assert sheet.text == "Ann\tplanner"


def test_blank_sheets_are_passed_over_and_others_offered():
    content = workbook([], [["Ann"]], [["Bob"]])

    sheets = read_file(content).sheets

    assert [(sheet.name, sheet.text) for sheet in sheets] == [
        ("Blad2", "Ann"),
        ("Blad3", "Bob"),
    ]


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1" t="inlineStr"><is><t>Ann</t></is></c></row>'
        '<row r="1048576"><c r="XFD1048576"/></row>',
        '<row r="1"><c r="A1" t="inlineStr"><is><t>Ann</t></is></c></row>'
        '<row r="99999999999"><c/></row>',
    ],
)
def test_a_sheet_that_claims_to_be_huge_is_read_for_what_it_holds(rows):
    sheet_xml = (
        f'<worksheet {NAMESPACE}><dimension ref="A1:XFD1048576"/>'
        f"<sheetData>{rows}</sheetData></worksheet>"
    )
    [sheet] = read_file(repack(workbook([["x"]]), worksheets=sheet_xml)).sheets

    assert sheet.text == "Ann"


def zip_of(**members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in members.items():
            out.writestr(name, content)
    return file.getvalue()


def bomb():
    return repack(workbook([["x"]]), worksheets=b" " * (MOST_UNPACKED + 1))


def lying_bomb():
    """A member that states a small size and unpacks to a large one."""
    content = bytearray(bomb())
    stated = (MOST_UNPACKED + 1).to_bytes(4, "little")
    return bytes(content).replace(stated, (1000).to_bytes(4, "little"))


def laughs():
    entities = '<!DOCTYPE a [<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)
    )
    sheet = (
        f"{entities}]><worksheet {NAMESPACE}><sheetData><row><c t='inlineStr'>"
        "<is><t>&a9;</t></is></c></row></sheetData></worksheet>"
    )
    return repack(workbook([["x"]]), worksheets=sheet)


def outside():
    sheet = (
        '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
        f"<worksheet {NAMESPACE}><sheetData><row><c t='inlineStr'>"
        "<is><t>&a;</t></is></c></row></sheetData></worksheet>"
    )
    return repack(workbook([["x"]]), worksheets=sheet)


def locked_member():
    """A workbook with a member that a zip password locks."""
    content = bytearray(workbook([["x"]]))
    for start in re.finditer(b"PK\x01\x02", bytes(content)):
        content[start.start() + 8] |= 1
    return bytes(content)


def crowded(**parts):
    """A workbook that is small to send and to unpack, and takes minutes to read."""
    return repack(workbook([["x"]]), **parts)


COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (workbook([]), "empty"),
        (COMPOUND, "old_excel"),
        (COMPOUND + "EncryptedPackage".encode("utf-16-le"), "password"),
        (locked_member(), "password"),
        (b"%PDF-1.7 and more", "pdf"),
        (zip_of(**{"mimetype": "x", "content.xml": "<x/>"}), "open_document"),
        (zip_of(**{"word/document.xml": "<x/>"}), "not_a_workbook"),
        (b"PK\x03\x04 and nothing else", "broken"),
        (workbook([["Ann"]])[:-40], "broken"),
        (repack(workbook([["x"]]), workbook="<not xml"), "broken"),
        (repack(workbook([["x"]]), worksheets="<not xml"), "broken"),
        (laughs(), "broken"),
        (outside(), "broken"),
        (bomb(), "unpacks_too_big"),
        (lying_bomb(), "broken"),
        (crowded(worksheets="<row>" + "<c/>" * 4_000_000), "unpacks_too_big"),
        (crowded(worksheets="<row/>" * 3_000_000), "unpacks_too_big"),
        (with_shared_strings("<si><t/></si>" * 300_000), "unpacks_too_big"),
        (with_shared_strings("<si><t>&undefined;</t></si>"), "broken"),
        (with_shared_strings(""), "broken"),
        (crowded(styles="<font/>" * 2_000_000), "unpacks_too_big"),
        (zip_of(**{f"{n}.xml": "" for n in range(201)}), "unpacks_too_big"),
        (workbook([["x"]] * 5_002), "too_many_rows"),
        (workbook([["x"] * 101]), "too_wide"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\1\2\3\4\5\6\7\1\2\3", "not_text"),
        (b"x" * 4_100_000, "too_big"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content, code):
    with pytest.raises(ImportFault) as fault:
        read_file(content)

    assert fault.value.code == code


SOME = workbook([["Taak", "Uren"], ["Plannen", 3]])


@settings(deadline=None, max_examples=150)
@given(
    st.one_of(
        st.binary(max_size=400),
        st.text(max_size=200).map(str.encode),
        st.tuples(st.integers(0, len(SOME) - 1), st.binary(min_size=1, max_size=4)).map(
            lambda cut: SOME[: cut[0]] + cut[1] + SOME[cut[0] + len(cut[1]) :]
        ),
        st.binary(max_size=200).map(
            lambda xml: repack(SOME, worksheets=xml, sharedStrings=xml)
        ),
    ),
    st.sampled_from(list(Kind)),
)
def test_any_bytes_give_rows_or_a_fault_that_has_words(content, kind):
    upload = Upload(kind, {})

    upload.read(content, LIMITS)

    if upload.fault:
        assert words.FILE[upload.fault.code]
    elif upload.batch:
        assert upload.batch.items


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            [
                "tasks",
                *("tasks-separator", "tasks-header", "tasks-shown", "tasks-column-0"),
                *("tasks-sheets", "tasks-sheet", "tasks-sheet-was"),
                *("tasks-encoding", "tasks-encoding-was"),
            ]
        ),
        st.one_of(
            st.text(max_size=40),
            st.sampled_from(
                ["tab", "comma no", "comma", "yes", "0", "1", "[]", '[["a","b"]]']
            ),
            st.sampled_from([*ENCODINGS, "Taak;Uren\nx;y", "[" * 5000, "title", "[1]"]),
        ),
    )
)
def test_any_form_gives_rows_or_a_fault_that_has_words(form):
    upload = Upload(Kind.TASKS, form)

    upload.read(None, LIMITS)

    assert upload.fault is None or words.FILE[upload.fault.code]
    assert upload.kept
    for item in upload.batch.items if upload.batch else []:
        for fault in item.faults:
            assert words.CELL.get(fault.wanted) or fault.most


# ---- columns and cells


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        ("Naam\tFunctie\tUren vrij", ["name", "role", "hours_free"]),
        ("ROLE\tname", ["role", "name"]),
        ("Name\tBirthday\tName", ["name", "", ""]),
        ("Wie het is\tRol", ["name", "role"]),
        ("Voornaam\tTussenvoegsel\tAchternaam", ["first_name", "infix", "name"]),
        ("Last name\tFirst name\tHours", ["name", "first_name", ""]),
        ("Voornaam\tFunctie", ["name", "role"]),
        ("Naam\tUren", ["name", ""]),
    ],
)
def test_columns_of_people_are_recognised(header, fields):
    found = batch(f"{header}\nx\ty\tz", "people")

    assert found.fields == fields + [""] * (3 - len(fields))
    assert found.header == "yes"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Voornaam\tTussenvoegsel\tAchternaam\nJan\tde\tBoer", "Jan de Boer"),
        ("Achternaam\tVoornaam\tTussenvoegsel\nVos\tAnn\t", "Ann Vos"),
        ("First name\tLast name\nAnn\t", "Ann"),
        ("Medewerker\tVoornaam\tTussenvoegsel\nJan de Boer\tJan\tde", "Jan de Boer"),
    ],
)
def test_the_parts_of_a_name_become_one(text, name):
    [item] = batch(text, "people").items

    assert (item.values, item.faults) == ({"name": name}, [])


@pytest.mark.parametrize("language", ["en", "nl"])
def test_columns_by_the_names_on_screen_are_recognised(app, language):
    from delegate import i18n

    with app.test_request_context(), i18n.speaking(language):
        for kind in Kind:
            names = [str(words.FIELDS[field]) for field in FIELDS[kind]]
            found = batch(TAB.join(names) + "\nx", kind)
            assert found.fields == list(FIELDS[kind]), names


def test_no_two_fields_share_a_name():
    for kind, fields in FIELDS.items():
        written = [
            name for column in fields.values() for name in column.names.split(",")
        ]
        assert len(KNOWN[kind]) == len(written)


def test_people_without_a_header_may_have_a_role_or_hours():
    assert values("Ann\tplanner\nBob\t", "people") == [
        {"name": "Ann", "role": "planner"},
        {"name": "Bob", "role": ""},
    ]
    assert values("Ann\t4,5\nBob\t", "people") == [
        {"name": "Ann", "hours_free": 4.5},
        {"name": "Bob", "hours_free": None},
    ]


@pytest.mark.parametrize(
    ("field", "cell", "value"),
    [
        ("stakes", "laag", "low"),
        ("stakes", "A lot", "high"),
        ("stakes", "Weinig (overdoen)", "low"),
        ("stakes", "wat", "medium"),
        ("stakes", "?", None),
        ("stakes", "", None),
        ("undo", "Met moeite", "effort"),
        ("undo", "easily", "easy"),
        ("undo", "niet", "no"),
        ("outcome_clear", "deels", "partly"),
        ("limits_clear", "Onduidelijk.", "unclear"),
        ("hours", "4,5", 4.5),
        ("hours", "4.5 uur", 4.5),
        ("hours", "0", 0),
        ("hours", "168", 168),
        ("hours", "-", None),
        ("deadline", "2026-11-23", date(2026, 11, 23)),
        ("deadline", "23-11-2026", date(2026, 11, 23)),
        ("deadline", "23/11/26", date(2026, 11, 23)),
        ("deadline", "1 maart 2027", date(2027, 3, 1)),
        ("deadline", "1 Oct 2027", date(2027, 10, 1)),
        ("deadline", "46349", date(2026, 11, 23)),
        ("deadline", "2026-11-23 09:30", date(2026, 11, 23)),
        ("deadline", "", None),
        ("reserved", "x", True),
        ("reserved", "✓", True),
        ("with_me", "Nee", False),
        ("with_me", "", False),
        ("outcome", " <b>=1+1</b> ", "<b>=1+1</b>"),
        ("title", "two\nlines", "two lines"),
        ("title", "\u202etwo\u200b", "two\u200b"),
        ("title", "\u00ad", ""),
        ("title", "x" * 500, "x" * 500),
        ("limits", "x" * 10_000, "x" * 10_000),
    ],
)
def test_a_cell_is_understood(field, cell, value):
    assert FIELDS[Kind.TASKS][field].read(cell, LIMITS) == value


@pytest.mark.parametrize(
    ("field", "cell", "wanted"),
    [
        ("stakes", "huge", Wanted.STAKES),
        ("undo", "ja", Wanted.UNDO),
        ("limits_clear", "?!", Wanted.CLARITY),
        ("reserved", "maybe", Wanted.YES_OR_NO),
        ("hours", "veel", Wanted.HOURS),
        ("hours", "168,01", Wanted.HOURS),
        ("hours", "-1", Wanted.HOURS),
        ("hours", "nan", Wanted.HOURS),
        ("hours", "٣", Wanted.HOURS),
        ("deadline", "soon", Wanted.DAY),
        ("deadline", "31-02-2026", Wanted.DAY),
        ("deadline", "0001-01-01", Wanted.DAY),
        ("deadline", "20000", Wanted.DAY),
        ("deadline", "11/23/2026", Wanted.DAY),
        ("title", "x" * 501, Wanted.FEWER),
        ("limits", "x" * 10_001, Wanted.FEWER),
    ],
)
def test_a_cell_that_cannot_be_understood_says_what_it_should_hold(field, cell, wanted):
    with pytest.raises(CellFault) as fault:
        FIELDS[Kind.TASKS][field].read(cell, LIMITS)

    assert fault.value.wanted == wanted


def test_every_fault_stands_at_its_row_and_column():
    text = "Taak\tUren\tBelang\n\nPlannen\tveel\thoog\n\t3\tenorm\nMeten\t1\t"

    assert faults(text) == [
        (3, "hours", "hours"),
        (4, "stakes", "stakes"),
        (4, "title", "text"),
    ]


def test_brackets_that_never_close_are_a_fault():
    """Looked for from each bracket on, an end would take hours to be missed."""
    rows = ["title\tstakes", f"Report\t{'(' * 2_000_000}", f"Plan\t{'(' * 9_999}"]

    assert faults("\n".join(rows)) == [(2, "stakes", "stakes"), (3, "stakes", "stakes")]


@pytest.mark.parametrize("lost", ["\0", "\ufffd", "\x07", "\x81"])
def test_a_lost_character_is_a_fault(lost):
    upload = Upload(Kind.PEOPLE, {"people": f"Ann\nB{lost}b"})
    upload.read(None, LIMITS)

    [item] = upload.batch.faulty

    assert (item.row.number, item.faults[0].wanted) == (2, Wanted.LEGIBLE)


def test_half_a_character_out_of_a_kept_sheet_is_a_fault():
    form = {"people": "x", "people-sheets": '[["a", ""], ["b", "\\ud800"]]'}
    upload = Upload(Kind.PEOPLE, {**form, "people-sheet": "1", "people-sheet-was": "0"})
    upload.read(None, LIMITS)

    assert upload.text == "\ufffd"
    assert upload.batch.faulty


# ---- what the reader wishes


def test_columns_are_as_the_reader_chose_them():
    text = "Plannen\tAnn\nMeten\tBob"
    chosen = {"shown": "tab no", "column-0": "", "column-1": "title"}

    assert values(text, **chosen) == [{"title": "Ann"}, {"title": "Bob"}]
    assert batch(text, **chosen).as_shown


def test_another_separator_asks_anew_what_the_columns_are():
    chosen = {"shown": "tab no", "separator": "comma", "column-0": "outcome"}

    found = batch("Task,Hours\nPlan,3", **chosen)

    assert found.fields == ["title", "hours"]
    assert not found.as_shown


def test_the_first_row_can_be_one_of_them():
    assert values("Taak", shown="tab yes", header="no") == [{"title": "Taak"}]


def test_two_columns_for_one_field_and_none_for_the_name_are_told():
    twice = batch("a\tb", shown="tab no", **{"column-0": "title", "column-1": "title"})
    none = batch("a\tb", shown="tab no", **{"column-0": "outcome", "column-1": ""})

    assert (twice.twice, twice.is_clear) == (["title"], False)
    assert (none.lacks_first, none.is_clear) == (True, False)


# ---- the same one twice


def test_the_same_one_is_left_out_and_much_the_same_is_asked_about():
    found = batch("Ann\nAnn \nANN\nÁnn\nBob\nCas", "people")

    leave_out(found, ["bob", "C.A.S."], [], [])

    assert [item.twin for item in found.items] == [
        None,
        (1, True),
        (1, True),
        (1, False),
        (None, True),
        (None, False),
    ]
    assert [item.values["name"] for item in found.adding] == ["Ann", "Ánn", "Cas"]


def test_the_same_one_is_added_once_the_reader_wants_it():
    found = batch("Ann\nAnn\nAnn", "people")
    _, second, third = (item.key for item in found.items)

    leave_out(found, [], [third], [second, third])

    assert [item.row.number for item in found.adding] == [1, 2]


def test_a_row_left_out_stays_out_when_rows_above_it_change():
    ticked = batch("Ann\nBob", "people").items[1].key
    found = batch("Zoe\n\nAnn\nBob", "people")

    leave_out(found, [], [ticked], [])

    assert [item.values["name"] for item in found.adding] == ["Zoe", "Ann"]


def test_asides_tell_names_apart():
    found = batch("Plannen (week)\nPlannen (maand)")

    leave_out(found, [], [], [])

    assert not found.has_doubts


# ---- words


def test_every_code_and_field_has_words():
    assert words.FILE.keys() == set(Code)
    assert words.CELL.keys() == set(Wanted) - {Wanted.FEWER}
    assert words.ENCODINGS.keys() == set(ENCODINGS)
    assert words.KINDS.keys() == set(Kind)
    assert {field for fields in FIELDS.values() for field in fields} == set(
        words.FIELDS
    )


# ---- real data


def test_real_task_statements_are_read(data):
    source = read_file((data / "onet_manager_tasks.csv").read_bytes())

    found = batch(source.sheets[0].text)
    leave_out(found, [], [], [])

    assert (source.encoding, found.separator) == ("utf-8", "comma")
    assert found.fields == ["", "", "", "title", ""]
    assert (len(found.items), len(found.left_out), len(found.faulty)) == (1674, 11, 0)


def test_a_file_of_dutch_excel_is_read(data):
    source = read_file((data / "onet_few_tasks.csv").read_bytes())

    found = batch(source.sheets[0].text)

    assert (source.encoding, found.separator) == ("cp1252", "semicolon")
    assert [field for field in FIELDS[Kind.TASKS] if field in found.fields] == [
        "title",
        "stakes",
        "undo",
        "outcome_clear",
        "limits_clear",
        "hours",
        "deadline",
        "reserved",
        "with_me",
    ]
    assert found.is_clear
    assert found.items[0].values["hours"] == 4.5
    assert found.items[3].values["deadline"] == date(2027, 3, 1)
