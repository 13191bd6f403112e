import pytest

from wardround.corpora.layout import Layout
from wardround.corpora.prose import add_prose


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("", ""),
        ("One line.", "One line."),
        ("A paragraph that was wrapped at a margin and goes\non in the next line.", None),
        ("A paragraph that was wrapped within a long hyphen-\nated word of the line.", None),
        ("Heading\nA sentence below it.", "Heading\n\nA sentence below it."),
        ("First.\n\n\nSecond.", "First.\n\nSecond."),
        ("Needs:\n• oxygen\n  * by mask\n2) fluids\n- calm", "Needs:\n\n- oxygen\n  - by mask\n2. fluids\n- calm"),
        ("-5 to 3 mmol/L", "-5 to 3 mmol/L"),
        ("a\r\nb\x0cc", "a\n\nb\n\nc"),
    ],
)
def test_lines_become_paragraphs_and_items(source: str, text: str | None) -> None:
    layout = Layout()
    add_prose(layout, source)
    expected = source.replace("hyphen-\nated", "hyphenated").replace("\n", " ") if text is None else text
    assert layout.build().text == expected
