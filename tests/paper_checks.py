"""What tests ask of a PDF: is it accessible, what does it say, which fonts has it."""

import io

import outloud
import pdfplumber
import pdfua
import pikepdf


def assert_accessible(pdf, folder):
    """Assert that two independent checkers of PDF/UA find no error."""
    path = folder / "checked.pdf"
    path.write_bytes(pdf)
    first, second = outloud.check(str(path)), pdfua.validate(str(path))
    assert first.errors == 0, [str(finding) for finding in first.findings]
    assert second.findings == (), [str(finding) for finding in second.findings]


def text_of(pdf):
    """Return what a reader of the PDF reads, on one line."""
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        return " ".join(
            " ".join(page.extract_text() for page in document.pages).split()
        )


def fonts_of(document):
    """Return the names of the fonts, having checked that each is embedded in part."""
    names = set()
    for thing in document.objects:
        if not isinstance(thing, pikepdf.Dictionary):
            continue
        if thing.get("/Type") == "/FontDescriptor":
            assert "/FontFile2" in thing or "/FontFile3" in thing
            tag, name = str(thing.FontName).lstrip("/").split("+")
            assert len(tag) == 6
            names.add(name)
    return names
