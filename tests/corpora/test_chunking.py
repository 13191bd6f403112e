from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from wardround.corpora.chunking import ChunkSettings, passages_of
from wardround.corpora.layout import Layout
from wardround.corpora.records import Biblio, Document, Passage, Section
from wardround.corpora.sentences import quotable_units


def words(text: str) -> int:
    """A tokenizer of two special tokens and one token for each word."""
    return len(text.split()) + 2


def document(layout: Layout) -> Document:
    text, sections = layout.build()
    return Document("test:a/b", "test", Biblio(title="A title"), text, sections)


def cut(layout: Layout, **settings: int) -> list[Passage]:
    return list(passages_of(document(layout), ChunkSettings(**settings), words))


def test_a_section_that_fits_stays_whole_under_its_heading() -> None:
    layout = Layout()
    for heading in ("Low severity", "High severity"):
        layout.heading(1, heading)
        layout.item("First-line: amoxicillin")
        layout.item("Then reassess.")
    first, second = cut(layout)
    assert (first.id, first.ordinal, first.heading) == ("test:a/b#0", 0, ("Low severity",))
    assert (second.id, second.ordinal, second.heading) == ("test:a/b#1", 1, ("High severity",))
    assert first.text == second.text == "- First-line: amoxicillin\n- Then reassess."
    assert second.contents == "A title > High severity\n- First-line: amoxicillin\n- Then reassess."
    assert (first.document_id, first.corpus, first.biblio) == ("test:a/b", "test", Biblio(title="A title"))


def test_a_long_paragraph_is_cut_into_even_runs_of_sentences() -> None:
    layout = Layout()
    layout.paragraph(" ".join(f"Sentence number {n} has six words." for n in range(10)))
    passages = cut(layout, target_tokens=40)
    assert [passage.text.count(".") for passage in passages] == [5, 5]
    assert passages[0].text.endswith("Sentence number 4 has six words.")


def test_a_list_keeps_its_lead_in_and_is_cut_between_items() -> None:
    layout = Layout()
    layout.paragraph("word " * 14 + "end.")
    layout.paragraph("Patients who need it:")
    for n in range(3):
        layout.item(f"item {n} of four")
    first, second = cut(layout, target_tokens=20)
    assert first.text.endswith("end.")
    assert second.text == "Patients who need it:\n\n- item 0 of four\n- item 1 of four\n- item 2 of four"


def test_a_passage_that_begins_within_a_list_carries_the_lead_in_in_its_heading() -> None:
    layout = Layout()
    layout.heading(1, "Shock")
    layout.paragraph("Patients in shock need:")
    layout.item("Vasopressors such as:")
    for n in range(8):
        layout.item(f"number {n} " + "word " * 5, depth=1)
    passages = cut(layout, target_tokens=32)
    assert passages[0].heading == ("Shock",)
    assert {passage.heading for passage in passages[1:]} == {
        ("Shock", "Patients in shock need:", "Vasopressors such as:")
    }
    assert all(passage.text.startswith("  - number") for passage in passages[1:])
    assert quotable_units(passages[1].text)[0].kind == "item"


def test_a_sentence_longer_than_the_target_is_a_passage_of_its_own() -> None:
    layout = Layout()
    long = "Long " + "word " * 60 + "end."
    layout.paragraph(f"Short before. {long} Short after.")
    assert [passage.text for passage in cut(layout, target_tokens=32)] == ["Short before.", long, "Short after."]


def test_overlap_repeats_whole_sentences() -> None:
    layout = Layout()
    layout.paragraph(" ".join(f"Sentence number {n} has six words." for n in range(10)))
    plain = cut(layout, target_tokens=32)
    overlapping = cut(layout, target_tokens=32, overlap_tokens=7)
    assert plain[1].text.split(". ")[0] not in plain[0].text
    for before, after in pairwise(overlapping):
        assert before.text.endswith(after.text.split(". ")[0] + ".")


def test_a_long_title_leaves_less_room_for_text() -> None:
    layout = Layout()
    layout.heading(1, "Heading " * 150)
    layout.paragraph(" ".join(f"Sentence number {n} has six words." for n in range(30)))
    passages = cut(layout, target_tokens=200, max_tokens=256)
    assert max(words(passage.contents) for passage in passages) <= 256
    assert len(passages) == 2


def test_sections_without_letters_or_digits_give_no_passage() -> None:
    text = "A heading\n\n * \n\nBody."
    sections = (Section(("A heading",), 11, 14), Section(("B",), 16, 21), Section(("C",), 21, 21))
    empty = Document("t:x", "t", Biblio("T"), text, sections)
    assert [(p.id, p.text) for p in passages_of(empty, ChunkSettings(), words)] == [("t:x#0", "Body.")]


def test_fingerprint_changes_with_every_setting() -> None:
    settings = [ChunkSettings(), ChunkSettings(target_tokens=100), ChunkSettings(max_tokens=512)]
    settings.append(ChunkSettings(overlap_tokens=10))
    assert len({one.fingerprint for one in settings}) == 4
    assert ChunkSettings().fingerprint == ChunkSettings(target_tokens=200).fingerprint


@pytest.mark.parametrize("field", ["target_tokens", "max_tokens", "overlap_tokens", "unknown"])
def test_settings_are_bounded(field: str) -> None:
    with pytest.raises(ValidationError, match=field):
        ChunkSettings.model_validate({field: -1})


BLOCKS = st.lists(
    st.tuples(
        st.sampled_from(["heading", "paragraph", "item", "rows", "preformatted"]),
        st.integers(0, 2),
        st.lists(
            st.sampled_from(["One word.", "Two sentences here", "e.g. Three:", "5 mg. Then"]), min_size=1, max_size=9
        ),
    ),
    max_size=12,
)


@given(BLOCKS, st.integers(16, 64), st.integers(0, 40))
def test_passages_are_exact_ordered_and_cut_only_between_units(
    blocks: list[tuple[str, int, list[str]]], target: int, overlap: int
) -> None:
    layout = Layout()
    for kind, depth, parts in blocks:
        match kind:
            case "heading":
                layout.heading(depth + 1, " ".join(parts))
            case "paragraph":
                layout.paragraph(" ".join(parts))
            case "item":
                layout.item(" ".join(parts), depth)
            case "rows":
                layout.rows(parts)
            case _:
                layout.preformatted("\n".join(parts))
    whole = document(layout)
    passages = list(passages_of(whole, ChunkSettings(target_tokens=target, overlap_tokens=overlap), words))
    units = [
        whole.text[section.start + unit.start : section.start + unit.end]
        for section in whole.sections
        for unit in quotable_units(whole.text[section.start : section.end])
    ]
    found: list[str] = []
    end = 0
    for ordinal, passage in enumerate(passages):
        assert passage.ordinal == ordinal
        assert whole.text[passage.start : passage.end] == passage.text
        new = passage.text[max(0, end - passage.start) :]
        assert overlap or passage.start >= end
        found += [new[unit.start : unit.end] for unit in quotable_units(new)]
        end = passage.end
    assert "".join("".join(found).split()) == "".join("".join(units).split())
    if not overlap:
        assert found == units
