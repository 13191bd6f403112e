import pytest

from wardround.corpora.sources.medline_dates import free_date, structured_date


@pytest.mark.parametrize(
    ("words", "year", "date"),
    [
        ("1998 Dec-1999 Jan", 1998, "1998-12"),
        ("2015 Oct-Dec", 2015, "2015-10"),
        ("2000 Spring", 2000, "2000"),
        ("Summer 2001", 2001, "2001"),
        ("1976-1977", 1976, "1976"),
        ("2000-2001 Winter", 2000, "2000"),
        ("1999 Feb 27-Mar 5", 1999, "1999-02-27"),
        ("2011 Sept 3", 2011, "2011-09-03"),
        ("1978 1st Quart", 1978, "1978"),
        ("2009 May.", 2009, "2009-05"),
        ("1st Trimest 1987", 1987, "1987"),
        ("2003 Marathon", 2003, "2003-03"),
        ("about 12345", None, ""),
        ("", None, ""),
    ],
)
def test_the_first_date_in_words(words: str, year: int | None, date: str) -> None:
    assert free_date(words) == (year, date, words)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("2018", "Feb", "3"), (2018, "2018-02-03", "2018 Feb 3")),
        (("2018", "02", "03"), (2018, "2018-02-03", "2018 02 03")),
        (("2018", "Feb"), (2018, "2018-02", "2018 Feb")),
        (("2018",), (2018, "2018", "2018")),
        (("1990", "", "", "Spring"), (1990, "1990", "1990 Spring")),
        (("2001", "", "", "May-Jun"), (2001, "2001", "2001 May-Jun")),
        (("2018", "13", "1"), (2018, "2018", "2018 13 1")),
        (("2018", "Feb", "42"), (2018, "2018-02", "2018 Feb 42")),
        (("199", "Feb"), (None, "", "199 Feb")),
        (("", "Feb"), (None, "", "Feb")),
    ],
)
def test_separate_elements(parts: tuple[str, ...], expected: tuple[int | None, str, str]) -> None:
    assert structured_date(*parts) == expected
