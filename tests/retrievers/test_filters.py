"""Filters as they are typed and as programs give them, and a clear word for what does not exist."""

from __future__ import annotations

import pytest

from wardround.errors import InputError
from wardround.retrievers.filters import parsed_filter, told, where_of
from wardround.retrievers.protocols import EVERYWHERE, Where


def test_names_and_values_become_a_filter() -> None:
    given = {"year_from": 2015, "mesh": ["Sepsis", "Shock"], "journals": "BMJ", "retracted": False}
    assert where_of(given) == Where(year_from=2015, mesh=("Sepsis", "Shock"), journals=("BMJ",), retracted=False)
    assert where_of({"type": "Review", "evidence": ["RCT"], "language": "English"}) == Where(
        publication_types=("Review",), evidence=("randomised trial",), languages=("eng",)
    )
    assert where_of({}) == EVERYWHERE


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"journel": "BMJ"}, "there is no filter 'journel': did you mean journal?"),
        ({"colour": "red"}, "there is no filter 'colour': there are corpus, year_from, year_to, type, journal, "),
        ({"year_from": "2015"}, "filter year_from is '2015': it must be a year"),
        ({"year_from": 20150}, "filter year_from is 20150: it must be a year"),
        ({"year_to": True}, "filter year_to is True: it must be a year"),
        ({"year_from": 2020, "year_to": 2018}, "no year is from 2020 on and until 2018: turn the two round"),
        ({"retracted": 1}, "filter retracted is 1: it must be true or false"),
        ({"mesh": [1]}, r"filter mesh is \[1\]: it must be one text or a list of them"),
        ({"mesh": " "}, "filter mesh is ' ': it must be one text or a list of them"),
        ({"journal": "BMJ", "journals": "Gut"}, "filter journals is given twice, under two names: keep one"),
    ],
)
def test_what_cannot_be_filtered_by_is_said(given: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        where_of(given)


@pytest.mark.parametrize(
    ("parts", "where", "words"),
    [
        ([], EVERYWHERE, "everything"),
        (["year>=2018", "year<2021"], Where(year_from=2018, year_to=2020), "published from 2018 until 2020"),
        (["year_from=2018", "year_to=2020"], Where(year_from=2018, year_to=2020), "published from 2018 until 2020"),
        (["mesh=Low Back Pain/therapy"], Where(mesh=("Low Back Pain/therapy",)), "MeSH Low Back Pain/therapy"),
        (
            ["mesh=Diabetes Mellitus, Type 2", "mesh=Sepsis"],
            Where(mesh=("Diabetes Mellitus, Type 2", "Sepsis")),
            "MeSH Diabetes Mellitus, Type 2 or Sepsis",
        ),
        (["mesh = Low \n Back  Pain "], Where(mesh=("Low Back Pain",)), "MeSH Low Back Pain"),
        (["mesh=1,2-Dipalmitoylphosphatidylcholine"], Where(mesh=("1,2-Dipalmitoylphosphatidylcholine",)),
         "MeSH 1,2-Dipalmitoylphosphatidylcholine"),
        (["journal=BMJ", "Language = en,German"], Where(journals=("BMJ",), languages=("eng", "ger")),
         "journal BMJ; language eng or ger"),
        (["evidence=guideline,cohort"], Where(evidence=("guideline", "cohort study")),
         "evidence guideline or cohort study"),
        (["evidence=narrative review or opinion"], Where(evidence=("narrative review or opinion",)),
         "evidence narrative review or opinion"),
        (["type=meta-analysis,rct"], Where(publication_types=("Meta-Analysis", "Randomized Controlled Trial")),
         "type Meta-Analysis or Randomized Controlled Trial"),
        (["type=Clinical Trial, Phase II"], Where(publication_types=("Clinical Trial, Phase II",)),
         "type Clinical Trial, Phase II"),
        (["corpus=pubmed,ward", "retracted=no"], Where(corpora=("pubmed", "ward"), retracted=False),
         "corpus pubmed or ward; not retracted"),
    ],
)  # fmt: skip
def test_a_filter_is_read_as_it_is_typed_and_told_in_words(parts: list[str], where: Where, words: str) -> None:
    assert parsed_filter(parts) == where
    assert told(where) == words


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("recent", "'recent' is no filter: write parts such as year>=2018, "),
        ("mesh=", "'mesh=' is no filter: write parts such as year>=2018, "),
        ("mesh>Sepsis", "'mesh>Sepsis' is no filter: only years have >, write mesh="),
        ("year=20", "'20' is no year: write four digits, as in year>=2018"),
        ("colour=red", "there is no filter 'colour': there are corpus, year_from, year_to, type, journal, language, "),
        ("tipe=rct", "there is no filter 'tipe': did you mean type?"),
        ("evidence=good", "there is no level of evidence 'good': there are guideline, systematic-review, rct, trial, "),
        ("language=Klingon", "'Klingon' is no language: write NLM's three letters, such as eng, or its English name"),
        ("retracted=maybe", "retracted=maybe: write yes or no"),
    ],
)
def test_a_part_that_is_not_understood_says_what_there_is(part: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parsed_filter([part])
    assert str(caught.value).startswith(message)


def test_a_filter_enters_fingerprints_as_it_did_before_there_were_levels_of_evidence() -> None:
    assert EVERYWHERE.identity() == (
        "Where(corpora=(), year_from=None, year_to=None, publication_types=(), retracted=None, journals=(), "
        "languages=(), mesh=(), passage_ids=())"
    )
    assert Where(evidence=("guideline",)).identity().endswith("passage_ids=(), evidence=('guideline',))")
