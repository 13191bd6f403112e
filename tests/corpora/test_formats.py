import io
import zipfile

import pypdf
import pytest

from tests.corpora.office_files import docx, pdf, word_paragraph
from wardround.corpora.formats import docx as docx_format
from wardround.corpora.formats.docx import docx_to_text
from wardround.corpora.formats.html import html_to_text
from wardround.corpora.formats.pdf import pdf_to_text

PAGE = """<!DOCTYPE html><html><head><title>T</title><style>p {}</style></head><body>
<nav>Home | About</nav><h1>Sepsis</h1>Loose <b>bold</b> <i>words</i> and 10<sup>9</sup>.
<p>First <del>40 mg</del> 20&nbsp;mg<br>next.</p><script>alert(1)</script>
<ol><li>one<ul><li>inner</li></ul></li><li><p>two</p></li></ol>
<div><span><div>deep</div></span> tail</div>
<table><caption>Doses</caption><tr><th>Drug</th><th>Dose</th></tr><tr><td>A</td><td>1 mg</td></tr></table>
<pre>Shock?
  -> yes</pre><h2>End</h2><p>Done.</p><footer>(c)</footer></body></html>"""


def test_html() -> None:
    text, sections = html_to_text(PAGE.encode())
    assert text == (
        "Sepsis\n\nLoose bold words and 10⁹.\n\nFirst 20 mg next.\n\n1. one\n  - inner\n2. two\n\ndeep\n\ntail\n\n"
        "Doses:\n\n• A — Dose: 1 mg\n\n\tShock?\n\t  -> yes\n\nEnd\n\nDone."
    )
    assert [section.heading for section in sections] == [("Sepsis",), ("Sepsis", "End")]


def test_html_in_another_encoding_follows_its_own_words() -> None:
    page = '<html><head><meta charset="iso-8859-1"></head><body><p>caf\xe9</p></body></html>'
    assert html_to_text(page.encode("latin-1")).text == "café"
    assert html_to_text(b"<p>caf\xc3\xa9</p>").text == "café"


@pytest.mark.parametrize("data", [b"", b"   "])
def test_html_without_anything_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="not readable as HTML"):
        html_to_text(data)


def test_docx() -> None:
    body = (
        word_paragraph("Sepsis", "berschrift1")
        + word_paragraph("Give fluids.")
        + word_paragraph("saline", level=0)
        + word_paragraph("warm", level=1)
        + word_paragraph("Doses", "berschrift2")
        + '<w:p><w:r><w:t xml:space="preserve">10</w:t></w:r><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'
        "<w:t>9</w:t></w:r><w:r><w:tab/><w:t>cells</w:t></w:r><w:del><w:r><w:delText>old</w:delText></w:r></w:del></w:p>"
        + "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Drug</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Dose</w:t></w:r></w:p>"
        "</w:tc></w:tr><w:tr><w:tc><w:p><w:r><w:t>A</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>1 mg</w:t></w:r></w:p>"
        "<w:p><w:r><w:t>daily</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    )
    text, sections = docx_to_text(docx(body))
    assert text == "Sepsis\n\nGive fluids.\n\n- saline\n  - warm\n\nDoses\n\n10⁹ cells\n\n• A — Dose: 1 mg; daily"
    assert [section.heading for section in sections] == [("Sepsis",), ("Sepsis", "Doses")]


def test_docx_without_styles_has_no_headings() -> None:
    assert docx_to_text(docx(word_paragraph("Text", "Heading1"), None)).sections[0].heading == ()


def bomb() -> bytes:
    return docx(word_paragraph("x" * 1_000_000))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "damaged or no .docx"),
        (b"PK\x03\x04 cut", "damaged or no .docx"),
        (docx("")[:200], "damaged or no .docx"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "encrypted, or of Word before 2007"),
        (docx("<w:p>"), "not well-formed XML"),
        (docx("").replace(b"word/document.xml", b"word/elsewhere.x"), "damaged or no .docx"),
    ],
    ids=range(6),
)
def test_a_bad_docx_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        docx_to_text(data)


def test_a_docx_that_swells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docx_format, "LARGEST_PART", 100_000)
    with pytest.raises(ValueError, match="more than 100000 bytes"):
        docx_to_text(bomb())


def test_a_docx_with_a_password_is_refused() -> None:
    data = bytearray(docx(word_paragraph("secret")))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        start = archive.infolist()[0].header_offset
    for offset in (start + 6, data.rindex(b"PK\x01\x02") + 8, data.index(b"PK\x01\x02") + 8):
        data[offset] |= 1
    with pytest.raises(ValueError, match="encrypted"):
        docx_to_text(bytes(data))


def test_pdf_pages_are_sections_without_running_heads() -> None:
    pages = [
        ["Ward handbook 2024", "Give fluids early.", f"More about shock, part {number}.", f"Page {number} of 4"]
        for number in range(1, 5)
    ]
    text, sections = pdf_to_text(pdf(*pages))
    assert [section.heading for section in sections] == [(f"Page {number}",) for number in range(1, 5)]
    assert text[sections[2].start : sections[2].end] == "Give fluids early.\n\nMore about shock, part 3."


def test_a_pdf_keeps_lines_that_only_some_pages_share() -> None:
    text, _ = pdf_to_text(pdf(["Title", "Sentence one."], ["Other", "Sentence two."]))
    assert text == "Page 1\n\nTitle\n\nSentence one.\n\nPage 2\n\nOther\n\nSentence two."


def encrypted() -> bytes:
    writer = pypdf.PdfWriter()
    writer.append(io.BytesIO(pdf(["secret"])))
    writer.encrypt("password", algorithm="RC4-128")
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "damaged PDF"),
        (b"%PDF-1.7 nothing", "damaged PDF"),
        (pdf(["text"])[:120], "damaged PDF"),
        (pdf([]), "only pictures perhaps"),
        (encrypted(), "encrypted with a password"),
    ],
    ids=range(5),
)
def test_a_bad_pdf_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        pdf_to_text(data)
