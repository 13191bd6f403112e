import io
import zipfile

import pypdf
import pytest

from tests.corpora.office_files import STYLES, WORD, docx, pdf, word_paragraph
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


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def words_of(paragraph: str, styles: str | None = STYLES) -> str:
    return (
        docx_to_text(docx(f"{paragraph}<w:p><w:r><w:t>End.</w:t></w:r></w:p>", styles))
        .text.removesuffix("End.")
        .strip()
    )


@pytest.mark.parametrize("mark", ["<w:strike/>", "<w:dstrike/>", '<w:strike w:val="true"/>', '<w:strike w:val="1"/>'])
def test_a_dose_struck_out_in_a_docx_is_not_quoted(mark: str) -> None:
    paragraph = f"<w:p>{run('Give')}{run(' 500 mg daily. Give ', mark)}{run('250 mg daily.')}</w:p>"
    assert words_of(paragraph) == "Give 250 mg daily."


@pytest.mark.parametrize("off", ["0", "false", "off"])
def test_a_strike_that_is_switched_off_strikes_nothing(off: str) -> None:
    change = "<w:rPrChange><w:rPr><w:strike/></w:rPr></w:rPrChange>"
    properties = f'<w:rStyle w:val="old"/><w:strike w:val="{off}"/>{change}'
    assert words_of(f"<w:p>{run('250 mg', properties)}</w:p>", WITHDRAWN) == "250 mg"


WITHDRAWN = (
    f'<w:styles xmlns:w="{WORD}"><w:style w:styleId="old"><w:rPr><w:strike/></w:rPr></w:style>'
    '<w:style w:styleId="older"><w:basedOn w:val="old"/></w:style>'
    '<w:style w:styleId="circle"><w:basedOn w:val="circle"/></w:style></w:styles>'
)


@pytest.mark.parametrize(
    ("of_paragraph", "of_characters", "words"),
    [
        ("", "", "500 mg"),
        ("", "older", ""),
        ("older", "", ""),
        ("old", "old", "500 mg"),
        ("circle", "absent", "500 mg"),
    ],
)
def test_styles_of_a_docx_strike_out_too(of_paragraph: str, of_characters: str, words: str) -> None:
    struck = run("500 mg", f'<w:rStyle w:val="{of_characters}"/>')
    paragraph = f'<w:p><w:pPr><w:pStyle w:val="{of_paragraph}"/></w:pPr>{struck}</w:p>'
    assert words_of(paragraph, WITHDRAWN) == words


def test_what_was_moved_or_deleted_in_a_docx_is_read_only_where_it_stands_now() -> None:
    body = (
        f"<w:p>{run('First ')}<w:moveFrom>{run('Give fluids. ')}</w:moveFrom>{run('assess.')}"
        f"<w:del>{run(' Give 500 mg.')}<w:r><w:tab/></w:r></w:del></w:p>"
        f"<w:p><w:moveTo>{run('Give fluids. ')}</w:moveTo><w:ins>{run('Reassess.')}</w:ins></w:p>"
        f"<w:tbl><w:tr><w:tc><w:p>{run('Drug')}</w:p></w:tc></w:tr>"
        f"<w:tr><w:trPr><w:del/></w:trPr><w:tc><w:p>{run('Old')}</w:p></w:tc></w:tr>"
        f"<w:tr><w:tc><w:p>{run('New')}<w:moveFrom>{run(' once')}</w:moveFrom></w:p></w:tc></w:tr></w:tbl>"
    )
    assert docx_to_text(docx(body)).text == "First assess.\n\nGive fluids. Reassess.\n\n• New"


def text_box(content: str) -> str:
    """A text box as Word writes it: for itself, and once more for versions before 2010."""
    box = f"<w:txbxContent>{content}</w:txbxContent>"
    return (
        '<w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f'<mc:Choice Requires="wps"><w:drawing>{box}</w:drawing></mc:Choice>'
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )


def test_a_text_box_is_read_once_behind_its_paragraph() -> None:
    box = text_box(word_paragraph("Not in pregnancy.") + word_paragraph("renal failure", level=0))
    body = f"<w:p>{run('Give')}{box}{run(' 250 mg.')}</w:p>{word_paragraph('Then stop.')}"
    assert docx_to_text(docx(body)).text == "Give 250 mg.\n\nNot in pregnancy.\n\n- renal failure\n\nThen stop."


def test_a_text_box_in_a_cell_is_read_once() -> None:
    cell = f"<w:p>{run('250 mg')}{text_box(word_paragraph('with food'))}</w:p>"
    body = f"<w:tbl><w:tr><w:tc><w:p>{run('Dose')}</w:p></w:tc></w:tr><w:tr><w:tc>{cell}</w:tc></w:tr></w:tbl>"
    assert docx_to_text(docx(body)).text == "• Dose: 250 mg; with food"


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
