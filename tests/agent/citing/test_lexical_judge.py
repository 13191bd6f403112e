"""The default judge: what it lets stand, what it refuses, and the words it shows for it."""

import pytest

from tests.agent.citing.material import claim, passage
from wardround.agent.citing.lexical_judge import LexicalJudge
from wardround.agent.records import DraftClaim, Quote
from wardround.corpora.records import Passage

SHOCK = passage(
    "Septic shock is common. For adults with septic shock, we recommend administering antimicrobials within 1 hour of "
    "recognition. Norepinephrine is recommended as the first-line vasopressor. We recommend against using dopamine. "
    "A mean arterial pressure of 65 mmHg is the initial target."
)


async def verdict(text: str, *passages: Passage) -> str:
    return (await LexicalJudge().judge(claim(text, *passages), passages)).verdict


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Adults with septic shock should receive antimicrobials within one hour of recognition.", "supported"),
        ("Norepinephrine is the first-line vasopressor.", "supported"),
        ("The initial target is a mean arterial pressure of 65 mm Hg.", "supported"),
        ("Antimicrobials are administered within 3 hours of recognition of septic shock.", "not_found"),
        ("Antimicrobials are administered within 1 day of recognition of septic shock.", "not_found"),
        ("Vasopressin is recommended as the first-line vasopressor.", "not_found"),
        ("Using dopamine is recommended.", "contradicted"),
        ("Metformin lowers glucose in type 2 diabetes.", "not_found"),
    ],
)
async def test_verdicts(text: str, expected: str) -> None:
    assert await verdict(text, SHOCK) == expected


async def test_the_supporting_sentence_is_quoted_verbatim_at_its_offsets() -> None:
    verified = await LexicalJudge().judge(claim("Norepinephrine is the first-line vasopressor.", SHOCK), [SHOCK])
    assert [quote.text for quote in verified.quotes] == ["Norepinephrine is recommended as the first-line vasopressor."]
    for quote in verified.quotes:
        assert SHOCK.text[quote.start : quote.end] == quote.text
        assert (quote.passage_id, quote.verdict) == (SHOCK.id, "supported")


async def test_one_supporting_passage_is_enough_and_the_other_is_shown_for_what_it_is() -> None:
    against = passage("We recommend against norepinephrine as the first-line vasopressor.", "g:2#0")
    verified = await LexicalJudge().judge(
        claim("Norepinephrine is recommended as the first-line vasopressor.", SHOCK, against), [SHOCK, against]
    )
    assert verified.verdict == "supported"
    assert {(quote.passage_id, quote.verdict) for quote in verified.quotes} == {
        ("g:1#0", "supported"),
        ("g:2#0", "contradicted"),
    }


async def test_two_sentences_may_complete_each_other() -> None:
    both = passage(
        "Hydrocortisone shortens the time in shock. It was given at 200 mg per day for seven days.", title="Trial"
    )
    verified = await LexicalJudge().judge(
        claim("Hydrocortisone given at 200 mg/day for 7 days shortens time in shock.", both), [both]
    )
    assert verified.verdict == "supported"
    assert len(verified.quotes) == 2


async def test_without_passages_nothing_is_found() -> None:
    verified = await LexicalJudge().judge(DraftClaim("Norepinephrine is first-line.", (), "model"), [])
    assert (verified.verdict, verified.quotes) == ("not_found", ())


def quotation(text: str, quote: Quote) -> DraftClaim:
    return DraftClaim(text, (quote.passage_id,), "quotation", (quote,))


async def test_a_quotation_stands_when_its_words_do() -> None:
    words = "Norepinephrine is recommended as the first-line vasopressor."
    start = SHOCK.text.index(words)
    quote = Quote(SHOCK.id, words, start, start + len(words))
    verified = await LexicalJudge().judge(quotation(words, quote), [SHOCK])
    assert (verified.verdict, verified.quotes, verified.origin) == ("supported", (quote,), "quotation")


@pytest.mark.parametrize(
    ("text", "shift", "source"),
    [
        ("Norepinephrine is recommended as the first-line vasopressor.", 1, "g:1#0"),
        ("Norepinephrine is recommended as the first-line vasopressor.", 0, "g:9#0"),
        ("Vasopressin is recommended as the first-line vasopressor.", 0, "g:1#0"),
    ],
)
async def test_a_quotation_that_is_none_gets_no_credit_for_calling_itself_one(
    text: str, shift: int, source: str
) -> None:
    words = "Norepinephrine is recommended as the first-line vasopressor."
    start = SHOCK.text.index(words) + shift
    false = quotation(text, Quote(source, words, start, start + len(words)))
    verified = await LexicalJudge().judge(false, [SHOCK])
    assert false.quotes[0] not in verified.quotes


def test_the_fingerprint_names_the_thresholds() -> None:
    assert LexicalJudge().fingerprint == "lexical-2(0.7,0.5,0.5)"
