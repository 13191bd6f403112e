import pytest

from wardround.corpora.markdown import markdown_to_text

GUIDELINE = """# Antibiotics — A Society 2020

Start **within 1 hour**
of *recognition*, see [the bundle](https://example.org/x).

## Regimens

Patients who:
- cannot swallow
  - or vomit

  and are unwell
- have `MRSA`

3. Third step
4. [x] Fourth step

| Agent | IV Dose | Frequency |
|---|---|---|
| **Ceftriaxone** | 1--2 g | Every 24 hours |
| Cefepime<br>(renal) | 10<sup>9</sup> | |

### Tree

```
Shock?
  -> YES --> Give fluids
```

> **OpenMedicine Calculator:** `calculate_sofa` — available via MCP.

> Quoted *note* -- kept.
"""


def test_a_guideline_section_becomes_readable_text() -> None:
    text, sections = markdown_to_text(GUIDELINE, drop=lambda paragraph: paragraph.startswith("OpenMedicine"))
    assert text == (
        "Antibiotics — A Society 2020\n\n"
        "Start within 1 hour of recognition, see the bundle.\n\n"
        "Regimens\n\n"
        "Patients who:\n\n"
        "- cannot swallow\n"
        "  - or vomit\n\n"
        "  and are unwell\n\n"
        "- have MRSA\n"
        "3. Third step\n"
        "4. Fourth step\n\n"
        "• Ceftriaxone — IV Dose: 1–2 g; Frequency: Every 24 hours\n"
        "• Cefepime (renal) — IV Dose: 10⁹\n\n"
        "Tree\n\n"
        "\tShock?\n"
        "\t  -> YES --> Give fluids\n\n"
        "Quoted note – kept."
    )
    assert [section.heading for section in sections] == [
        ("Antibiotics — A Society 2020",),
        ("Antibiotics — A Society 2020", "Regimens"),
        ("Antibiotics — A Society 2020", "Regimens", "Tree"),
    ]
    assert text[sections[2].start :].startswith("\tShock?")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("", ""),
        ("GCS < 15 and <10% of body surface", "GCS < 15 and <10% of body surface"),
        ("H<sub>2</sub>O 10<sup>-3</sup> <b>bold</b>", "H2O 10⁻³ bold"),
        ("open 10<sup>9", "open 109"),
        ("~~40 mg~~ 20 mg", "20 mg"),
        ("Give <del>40 mg</del> 20 mg.", "Give 20 mg."),
        ("Give <S>10<sup>2</sup> mg</S> 20 mg <!-- daily -->once.", "Give 20 mg once."),
        ("Give 20 mg. <strike>Give 40 mg.", "Give 20 mg."),
        ("<div>Give <del>40 mg</del> 20 mg.</div>", "Give 20 mg."),
        ("![flow chart](x.png) shown", "flow chart shown"),
        ("a &amp; b &ge; c", "a & b ≥ c"),
        ("first\\\nsecond", "first second"),
        ("<div>\n<p>boxed <!-- not this --> text</p>\n</div>", "boxed text"),
        ("- \n- item", "- item"),
        ("- ```\n  code\n  ```", "\tcode"),
        ("above\n\n---\n\nbelow", "above\n\nbelow"),
        ("[ref]: https://example.org\n\nsee [ref]", "see ref"),
        ("patient--clinician, 5--10, `--flag` --", "patient–clinician, 5–10, --flag --"),
        ("a\x00b\u202ec", "a\ufffdbc"),
    ],
)
def test_markup_vanishes_and_words_stay(source: str, text: str) -> None:
    assert markdown_to_text(source).text == text


def test_deep_nesting_is_bounded() -> None:
    source = "".join("> " * 5000 + "word\n" for _ in range(3)) + "- " * 5000 + "word"
    assert len(markdown_to_text(source).text) <= len(source)
