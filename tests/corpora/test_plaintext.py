import pytest

from wardround.corpora.plaintext import lines, one_line, superscript, visible


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("plain words", "plain words"),
        ("two  blanks\tand\nlines", "two blanks and lines"),
        ("5\u00a0mg\u2009daily", "5 mg daily"),
        ("met\u200bfor\u00admin", "metformin"),
        ("\ufeffstart", "start"),
        ("safe \u202egnirts\u202c", "safe gnirts"),
        ("bell\x07 null\x00 escape\x1b[31m", "bell null escape[31m"),
        ("half \ud800 a pair", "half a pair"),
        ("cafe\u0301", "café"),
        ("µg ≥ 5 – “quoted”", "µg ≥ 5 – “quoted”"),
        ("", ""),
    ],
)
def test_one_line_keeps_what_can_be_read(raw: str, read: str) -> None:
    assert one_line(raw) == read


def test_visible_keeps_blanks_and_line_ends() -> None:
    assert visible("a\u200b  b\n\tc") == "a  b\n\tc"


def test_lines_keep_their_indentation() -> None:
    assert lines("a\r\n  b\n\tc \n") == ["a", "  b", "    c", ""]


@pytest.mark.parametrize(
    ("raised", "read"), [("9", "⁹"), ("-1", "⁻¹"), ("+", "⁺"), ("1,2", "^(1,2)"), ("th", "th"), (" 3 ", "³"), ("", "")]
)
def test_raised_digits_never_join_the_number_before_them(raised: str, read: str) -> None:
    assert superscript(raised) == read
