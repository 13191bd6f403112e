"""The page about the command line says what the program does."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

from wardround.agent.answer import Answer
from wardround.chat.commands import COMMANDS
from wardround.config_layers import PROFILES
from wardround.corpora.evidence_levels import LADDER
from wardround.exit_codes import MEANINGS, epilog
from wardround.retrievers.filters import TYPES, WORDS, parsed_filter
from wardround.retrievers.protocols import EVERYWHERE
from wardround.retrievers.weighting import strength

PAGE = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text(encoding="utf-8")


def test_the_exit_codes_on_the_page_are_those_of_the_program() -> None:
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", PAGE, flags=re.MULTILINE)
    assert [(int(code), meaning) for code, meaning in rows] == list(MEANINGS)


def test_help_names_every_exit_code_once() -> None:
    codes = [code for code, _ in MEANINGS]
    assert codes == sorted(set(codes))
    assert all(f"{code} {meaning}" in epilog() for code, meaning in MEANINGS)


def test_every_command_of_the_chat_and_every_profile_is_on_the_page() -> None:
    assert [word for word in COMMANDS if f"`{word}" not in PAGE] == []
    assert [profile for profile in PROFILES if f"`{profile}`" not in PAGE] == []


def test_the_published_schema_is_that_of_the_program() -> None:
    """Written anew by ``wardround ask --json-schema > docs/answer-v1.schema.json``."""
    published = Path(__file__).parents[2] / "docs" / "answer-v1.schema.json"
    assert json.loads(published.read_text("utf-8")) == Answer.model_json_schema(mode="serialization")


def test_the_levels_of_evidence_on_the_page_are_those_of_the_program() -> None:
    section = PAGE.partition("## Levels of evidence")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+) \| `(.+)` \| (.+) \| (.*?) ?\| (.+) \|$", section, flags=re.MULTILINE)
    assert [(name, word, float(weight)) for name, word, _, _, weight in rows] == [
        (level.name, level.word, strength(sorted(level.publication_types))) for level in LADDER
    ]
    for level, (_, _, types, headings, _) in zip(LADDER, rows, strict=True):
        assert all(one in types.lower() for one in level.publication_types)
        assert sorted(filter(None, headings.lower().split(", "))) == sorted(level.headings)


def test_every_field_and_short_word_of_a_filter_is_on_the_page_and_its_examples_are_understood() -> None:
    section = PAGE.partition("## Filters")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \|", section, flags=re.MULTILINE)
    named = {name for name, _ in rows} | set(re.findall(r"`(year_\w+)=", section))
    assert named == {"year", *WORDS}
    assert [word for word in TYPES if f"`{word}`" not in section] == []
    for name, examples in rows:
        for example in re.findall(r"`(.+?)`", examples):
            assert example.startswith(name)
            assert parsed_filter(shlex.split(example)) != EVERYWHERE
