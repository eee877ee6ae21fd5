"""Files that mean harm: each gets words, writes nothing, and takes little room."""

import io
import subprocess
import sys
import zipfile

import pytest
from openpyxl import Workbook
from test_importing import file, looked, rows, says
from test_spreadsheets import NAMESPACE, bomb, laughs, lying_bomb, repack, workbook

from delegate.models import Employee


def with_members(**members):
    """Return a good workbook with these members added, by name."""
    content = io.BytesIO(workbook([["Name"], ["Ann"]]))
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as out:
        for name, text in members.items():
            out.writestr(name, text)
    return content.getvalue()


def wide():
    book = Workbook(write_only=True)
    book.create_sheet().append(["x"] * 16_384)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def nested():
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("big.xml", b" " * 100_000_000)
    return with_members(**{"xl/embeddings/inner.xlsx": inner.getvalue()})


STRINGS = f"<sst {NAMESPACE}>" + "<si><t/></si>" * 1_500_000

REFUSED = {
    "a zip bomb": (bomb(), "too large inside"),
    "a bomb that lies": (lying_bomb(), "damaged"),
    "many shared strings": (
        with_members(**{"xl/sharedStrings.xml": STRINGS}),
        "too large inside",
    ),
    "many members": (
        with_members(**{f"{number}.xml": "" for number in range(200)}),
        "too large inside",
    ),
    "entities": (laughs(), "damaged"),
    "16,384 columns": (wide(), "more than 100 columns"),
    "5,002 rows": (b"Name\n" + b"Ann\n" * 5_001, "At most 5,000 rows"),
    "a quote never closed": (b'Name;Role\n"Ann;x\nBob;y', "quotation mark"),
    "many NULs": (b"a\0\0\0b" * 100, "neither a text file"),
    "half a workbook": (workbook([["Ann"]])[:-60], "damaged"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_file_gets_words_and_writes_nothing(app, alice, name):
    content, words = REFUSED[name]
    page = looked(alice, 422, **{"people-file": file(content)})

    assert words in says(page)
    assert rows(app, Employee) == []


def test_a_lost_character_is_told_at_its_row(app, alice):
    page = looked(alice, 422, **{"people-file": file(b"Name\nA\0nn Verhoeven\n")})

    assert "A character got lost here" in page.text
    assert rows(app, Employee) == []


def test_one_cell_that_is_too_long_is_told_at_its_row(app, alice):
    page = looked(alice, 422, **{"people-file": file(b"x" * 300_000)})

    assert "At most 500 characters" in page.text
    assert rows(app, Employee) == []


ODD = {
    "UTF-16 without a mark": "Name\nAnn\n".encode("utf-16-le"),
    "names that lead elsewhere": with_members(
        **{"/tmp/evil.xml": "<a/>", "../../evil.xml": "<a/>", "C:\\evil.xml": "<a/>"}
    ),
    "macros and links to elsewhere": with_members(
        **{
            "xl/vbaProject.bin": b"\0" * 1000,
            "xl/externalLinks/externalLink1.xml": f"<externalLink {NAMESPACE}/>",
            "xl/externalLinks/_rels/externalLink1.xml.rels": "<Relationships/>",
        }
    ),
    "a workbook in it": nested(),
    "a formula with its result": repack(
        workbook([["x"]]),
        worksheets=f"<worksheet {NAMESPACE}><sheetData>"
        '<row r="1"><c r="A1" t="str"><f>WEBSERVICE("http://x")</f><v>Name</v></c></row>'
        '<row r="2"><c r="A2" t="str"><f>1+1</f><v>Ann</v></c></row>'
        "</sheetData></worksheet>",
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_file_is_read_for_its_cells_only(alice, name):
    page = looked(alice, **{"people-file": file(ODD[name])})

    assert page.select_one("textarea[name=people]").text.split() == ["Name", "Ann"]


@pytest.mark.parametrize("name", ["../../x.xlsx", "a\0b.csv", "🙂.xlsx", "x" * 5000])
def test_the_name_of_a_file_says_nothing(alice, name):
    sent = {"people-file": file(workbook([["Name"], ["Ann"]]), name)}

    assert looked(alice, **sent).select_one("textarea[name=people]")


IN_LITTLE_ROOM = """
import resource, sys
from delegate.sheets.spreadsheets import ImportFault
from delegate.sheets.workbooks import read_file
import openpyxl
resource.setrlimit(resource.RLIMIT_AS, (500_000_000, 500_000_000))
try:
    read_file(sys.stdin.buffer.read())
except ImportFault as fault:
    print(fault.code)
"""


@pytest.mark.parametrize(
    ("stated", "code"), [(None, "unpacks_too_big"), (1000, "broken")]
)
def test_600_megabytes_in_a_small_file_is_refused_in_little_room(stated, code):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as out:
        for name in ("[Content_Types].xml", "xl/workbook.xml"):
            out.writestr(name, "<a/>")
        with out.open("xl/sharedStrings.xml", "w", force_zip64=True) as member:
            for _ in range(600):
                member.write(b" " * 1_000_000)
    sent = content.getvalue()
    if stated:
        sent = sent.replace(
            (600_000_000).to_bytes(4, "little"), stated.to_bytes(4, "little")
        )
    done = subprocess.run(
        [sys.executable, "-c", IN_LITTLE_ROOM], input=sent, capture_output=True
    )

    assert (done.stdout.decode().strip(), done.stderr) == (code, b"")
