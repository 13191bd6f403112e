import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.corpora.sentences import LONG_ITEM, LONGEST_UNIT, Span, quotable_units

SENTENCES = [
    ["Give oxygen.", "Then reassess."],
    ["Start with 10 mg.", "Then double the dose."],
    ["The half-life is 2.5 h in adults.", "It doubles in CKD."],
    ["Use a macrolide, e.g. Azithromycin, or doxycycline.", "Avoid both in pregnancy."],
    ["Ceftriaxone 1 g i.v. every 24 h.", "Switch early."],
    ["It was given i.v.", "Then orally."],
    ["Apixaban vs. warfarin was compared.", "Bleeding fell."],
    ["Dr. Osler saw him.", "Mrs. Smith did not."],
    ["As shown in Fig. 2 and ref. 14, mortality fell.", "See Eq. 3."],
    ["Described by J. R. Smith in 1998.", "Confirmed later."],
    ["Check for hepatitis B.", "Vaccinate if negative."],
    ["Replete vitamin D.", "Aim for 50 nmol/L."],
    ["Cultures grew E. coli and S. aureus.", "Treat both."],
    ["Seen by Smith et al. in 2010.", "Not since."],
    ["QTc was over 500 ms.", "Stop the drug."],
    ["She died in the ED.", "No cause was found."],
    ["Approved in the U.S. Food and Drug Administration's list.", "Not elsewhere."],
    ["Reassess (is it PE? Heart failure? Pneumonia?) after 48 h.", "Escalate."],
    ["Is it PE?", "Then anticoagulate!", "Now."],
    ["Mortality fell.[12, 13]", "So did stay."],
    ["It binds [Doe (2011) J. Biol. Chem. 286, 38148-38158].", "It inhibits."],
    ["Mortality fell.³,⁴", "So did stay."],
    ["He said “stop.”", "They stopped."],
    ["It was significant (p = .03).", "eGFR fell."],
    ["It fell.", "pH was 7.1.", "20 patients died."],
    ["See no. 5 and p. 12 of the list.", "No more."],
    ["Vasopressors were given.", "≥ 65 mmHg was the goal."],
    ["Wait ... then go.", "Or stay…", "Now."],
    ["No stop at all"],
    ["Ends with a blank. and goes on in lower case."],
    ["Unclosed (bracket.", "Then another."],
]


@pytest.mark.parametrize("sentences", SENTENCES, ids=lambda sentences: sentences[0][:40])
def test_sentences_of_clinical_prose(sentences: list[str]) -> None:
    text = " ".join(sentences)
    units = quotable_units(text)
    assert [text[unit.start : unit.end] for unit in units] == sentences
    assert {unit.kind for unit in units} == {"sentence"}


def described(text: str) -> list[tuple[str, str, str | None]]:
    """Kind, words and lead-in of each unit."""
    return [
        (unit.kind, text[unit.start : unit.end], text[slice(*unit.lead_in)] if unit.lead_in else None)
        for unit in quotable_units(text)
    ]


def test_list_items_keep_the_line_that_introduces_them() -> None:
    text = (
        "Shock is serious. Patients in shock require:\n\n"
        "- Vasopressors to maintain MAP >= 65 mmHg. Norepinephrine first.\n"
        "- One of:\n"
        "  1. lactate > 2 mmol/L\n"
        "  2. oliguria\n"
        "- Fluids\n\n"
        "This is all.\n\n"
        "- Unintroduced item"
    )
    assert described(text) == [
        ("sentence", "Shock is serious.", None),
        ("sentence", "Patients in shock require:", None),
        (
            "item",
            "Vasopressors to maintain MAP >= 65 mmHg. Norepinephrine first.",
            "Patients in shock require:",
        ),
        ("item", "One of:", "Patients in shock require:"),
        ("item", "lactate > 2 mmol/L", "One of:"),
        ("item", "oliguria", "One of:"),
        ("item", "Fluids", "Patients in shock require:"),
        ("sentence", "This is all.", None),
        ("item", "Unintroduced item", None),
    ]


def test_rows_headings_and_trees_are_told_apart() -> None:
    text = (
        "Doses in adults\n\n"
        "• Ceftriaxone — IV Dose: 1-2 g. Slowly\n"
        "• Cefepime — IV Dose: 2 g\n\n"
        "\tShock?\n"
        "\t  -> Give fluids. Now.\n\n"
        "Last words"
    )
    assert described(text) == [
        ("heading", "Doses in adults", None),
        ("row", "Ceftriaxone — IV Dose: 1-2 g. Slowly", "Doses in adults"),
        ("row", "Cefepime — IV Dose: 2 g", "Doses in adults"),
        ("code", "Shock?", "Doses in adults"),
        ("code", "-> Give fluids. Now.", "Doses in adults"),
        ("sentence", "Last words", None),
    ]


def test_two_sentences_are_no_heading() -> None:
    assert described("Give 5 mg. Then wait\n\n- one hour") == [
        ("sentence", "Give 5 mg.", None),
        ("sentence", "Then wait", None),
        ("item", "one hour", None),
    ]


def test_a_continued_item_belongs_to_its_item() -> None:
    assert described("- First item\n\n  It goes on.\n\nA new paragraph.") == [
        ("item", "First item", None),
        ("sentence", "It goes on.", "First item"),
        ("sentence", "A new paragraph.", None),
    ]


def test_a_long_item_is_cut_into_sentences_about_its_first() -> None:
    first, second = "Metformin is first-line.", "It lowers glucose " + "very " * 80 + "much."
    text = f"- {first} {second}"
    assert len(text) > LONG_ITEM
    assert described(text) == [("item", first, None), ("item", second, first)]


def test_no_unit_is_boundless() -> None:
    text = "word " * 3000 + "x" * 5000
    units = quotable_units(text)
    assert max(unit.end - unit.start for unit in units) <= LONGEST_UNIT
    assert "".join(text[unit.start : unit.end] for unit in units).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize("text", ["", "  \n\t\n ", "\u2028"])
def test_nothing_to_quote(text: str) -> None:
    assert quotable_units(text) == ()


LINES = st.text(alphabet=st.sampled_from("ab. Z9():-•\t\n!?\u00a0…'e.g"), max_size=300)
MARK = re.compile(r" *(?:-|\d{1,3}\.) +|• +|\t")


@given(st.one_of(LINES, st.text(max_size=200)))
def test_units_are_ordered_and_cover_everything_but_marks(text: str) -> None:
    units = quotable_units(text)
    left = list(text)
    end = 0
    for unit in units:
        assert end <= unit.start < unit.end
        quote = text[unit.start : unit.end]
        assert quote == quote.strip()
        left[unit.start : unit.end] = "\a" * len(quote)
        end = unit.end
    for line in "".join(left).splitlines():
        before, *_ = line.split("\a")
        assert not before.strip() or MARK.fullmatch(before)
        assert not line.removeprefix(before).replace("\a", "").strip()


@given(LINES)
def test_a_lead_in_is_an_earlier_unit(text: str) -> None:
    earlier: set[Span] = set()
    for unit in quotable_units(text):
        assert unit.lead_in is None or unit.lead_in in earlier
        earlier.add(Span(unit.start, unit.end))


@given(LINES)
def test_splitting_is_stable_on_a_single_sentence(text: str) -> None:
    for unit in quotable_units(text):
        quote = text[unit.start : unit.end]
        if unit.kind == "sentence" and not MARK.match(quote):
            assert quotable_units(quote)[0].start == 0


def test_many_stops_and_brackets_take_linear_time() -> None:
    text = ". " * 50_000 + "(" * 50_000 + "." * 50_000
    assert quotable_units(text)
