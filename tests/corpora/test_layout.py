from wardround.corpora.layout import Layout
from wardround.corpora.records import Section


def test_blocks_are_told_apart_by_their_marks() -> None:
    layout = Layout()
    layout.heading(1, "Sepsis")
    layout.paragraph("Give  within one hour:")
    layout.item("antibiotics")
    layout.item("by vein", depth=1)
    layout.item("fluids", number=3)
    layout.rows(["Drug: A", "Drug: B"])
    layout.preformatted("\nA\n  -> B\n\n")
    text, sections = layout.build()
    assert text == (
        "Sepsis\n\nGive within one hour:\n\n- antibiotics\n  - by vein\n3. fluids\n\n"
        "• Drug: A\n• Drug: B\n\n\tA\n\t  -> B"
    )
    assert sections == (Section(("Sepsis",), 8, len(text)),)


def test_sections_follow_the_levels_of_headings() -> None:
    layout = Layout()
    layout.paragraph("Before any heading.")
    for level, heading in [(1, "A"), (3, "A.0.1"), (2, "A.1"), (1, "B")]:
        layout.heading(level, heading)
        layout.paragraph(f"Body of {heading}.")
    text, sections = layout.build()
    assert [(section.heading, text[section.start : section.end]) for section in sections] == [
        ((), "Before any heading."),
        (("A",), "Body of A."),
        (("A", "A.0.1"), "Body of A.0.1."),
        (("A", "A.1"), "Body of A.1."),
        (("B",), "Body of B."),
    ]


def test_leaving_a_level_returns_to_the_parent() -> None:
    layout = Layout()
    layout.heading(1, "A")
    layout.heading(2, "A.1")
    layout.paragraph("inside")
    layout.leave(2)
    layout.paragraph("after")
    _, sections = layout.build()
    assert [section.heading for section in sections] == [("A", "A.1"), ("A",)]


def test_empty_blocks_and_headings_without_body_leave_no_section() -> None:
    layout = Layout()
    layout.heading(1, "Only a heading")
    layout.paragraph(" \u200b ")
    layout.item("")
    layout.heading(1, "  ")
    assert layout.build() == ("Only a heading", ())


def test_nothing_added_is_an_empty_text() -> None:
    assert Layout().build() == ("", ())


def test_a_paragraph_cannot_pass_for_a_table_row() -> None:
    layout = Layout()
    layout.paragraph("• stray bullet")
    assert layout.build().text == "stray bullet"
