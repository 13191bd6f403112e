"""Filters, numbers, attachments, exports and completion: the pieces a chat is put together from."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from tests.agent.ward import library
from tests.wardround.fake_agent import QUOTE, TEXT, an_answer
from wardround.agent.answer import Answer
from wardround.chat.attachments import NOTE, read_in, with_quotes_only
from wardround.chat.completion import PATHS, CommandCompleter
from wardround.chat.exporting import exported, written_new
from wardround.chat.filters import parse_filter
from wardround.chat.numbering import Numbering
from wardround.errors import CorpusError, InputError
from wardround.retrievers.filters import told
from wardround.retrievers.protocols import EVERYWHERE, Where


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("", EVERYWHERE, "everything"),
        ("year>=2018", Where(year_from=2018), "published from 2018"),
        ("year>2018 year<2021", Where(year_from=2019, year_to=2020), "published from 2019 until 2020"),
        ("year=2020", Where(year_from=2020, year_to=2020), "published from 2020 until 2020"),
        ("type=rct", Where(publication_types=("Randomized Controlled Trial",)), "type Randomized Controlled Trial"),
        ('type="Observational Study"', Where(publication_types=("Observational Study",)), "type Observational Study"),
        ("corpus=pubmed,guidelines retracted=no", Where(corpora=("pubmed", "guidelines"), retracted=False),
         "corpus pubmed or guidelines; not retracted"),
    ],
)  # fmt: skip
def test_a_filter_is_read_and_told(text: str, where: Where, words: str) -> None:
    assert parse_filter(text) == where
    assert told(where) == words


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("recent", "'recent' is no filter: write parts such as year>=2018"),
        ("year>=now", "'now' is no year"),
        ("type>rct", "'type>rct' is no filter"),
        ("retracted=maybe", "retracted=maybe: write yes or no"),
        ('type="rct', "a quotation mark is not closed"),
    ],
)
def test_a_filter_that_is_not_understood_says_what_can_be_written(text: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint.replace("(", r"\(")):
        parse_filter(text)


def with_references(*ids: str) -> Answer:
    answer = an_answer("How soon?")
    references = tuple(
        answer.references[0].model_copy(update={"passage_id": one, "number": number})
        for number, one in enumerate(ids, start=1)
    )
    return answer.model_copy(update={"references": references, "claims": ()})


def test_a_passage_keeps_its_number_and_a_new_one_gets_the_next() -> None:
    numbering = Numbering([with_references("a", "b")])
    assert [one.number for one in numbering.applied_to(with_references("c", "b")).references] == [3, 2]
    assert numbering.marks(["b", "d", "b"]) == "[2][4]"


def test_files_are_read_into_passages_and_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("# Ward 7\n\n## Sepsis\n\nCall bleep 4471.\n")
    (tmp_path / "scan.png").write_bytes(b"\x89PNG")
    found = read_in(tmp_path, library().embedder, "1")
    (passage,) = found.passages
    assert (passage.id, passage.corpus, passage.text) == ("attached:1:notes.md#0", "attached", "Call bleep 4471.")
    assert passage.biblio.note == NOTE
    assert found.problems[0].startswith("scan.png: not a kind of file that is read")
    assert [one.text for one in read_in(tmp_path / "notes.md", library().embedder, "2").passages] == [passage.text]


def test_what_cannot_be_attached_is_said(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no such folder or file"):
        read_in(tmp_path / "absent", library().embedder, "1")
    (tmp_path / "scan.png").write_bytes(b"\x89PNG")
    with pytest.raises(InputError, match=r"nothing in it can be read: scan\.png"):
        read_in(tmp_path / "scan.png", library().embedder, "1")


def test_of_attached_documents_only_quoted_words_are_kept_at_their_offsets() -> None:
    answer = an_answer("How soon?")
    own = answer.model_copy(update={"references": (answer.references[0].model_copy(update={"corpus": "attached"}),)})
    kept = with_quotes_only(own).references[0].text
    assert kept == QUOTE + "·" * (len(TEXT) - len(QUOTE))
    assert with_quotes_only(answer) == answer


@pytest.mark.parametrize(
    ("form", "part"),
    [
        ("md", "## How \\<soon\\>?\n\n1. “Give antibiotics"),
        ("html", "<h2>How &lt;soon&gt;?</h2>"),
        ("bib", "@misc{ref1,"),
    ],
)
def test_a_conversation_is_written_in_every_form(form: str, part: str) -> None:
    assert part in exported([an_answer("How <soon>?")], form, "sepsis")


def test_exported_json_is_the_published_contract() -> None:
    answers = [an_answer("How soon?"), an_answer("How long?")]
    assert [Answer.model_validate(one) for one in json.loads(exported(answers, "json", "s"))] == answers


def test_an_export_is_for_its_owner_and_replaces_nothing(tmp_path: Path) -> None:
    written_new(tmp_path / "a.md", "text")
    assert stat.S_IMODE((tmp_path / "a.md").stat().st_mode) == 0o600
    with pytest.raises(InputError, match="exists already"):
        written_new(tmp_path / "a.md", "other")
    assert (tmp_path / "a.md").read_text() == "text"


def completions(text: str, tmp_path: Path) -> list[str]:
    completer = CommandCompleter({"/mode": lambda: ["agent", "rag"], "/model": list, "/attach": PATHS, "/quit": list})
    return [one.text for one in completer.get_completions(Document(text, len(text)), CompleteEvent())]


def test_tab_completes_commands_then_what_may_follow(tmp_path: Path) -> None:
    (tmp_path / "notes.md").touch()
    assert completions("/mo", tmp_path) == ["/mode", "/model"]
    assert completions("/mode r", tmp_path) == ["rag"]
    assert completions(f"/attach {tmp_path}/no", tmp_path) == ["tes.md"]
    assert completions("what of /mo", tmp_path) == []
