"""``wardround corpus`` and ``wardround doctor``: what is in the index, and what is missing."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest
from typer.testing import CliRunner

from wardround import index_building
from wardround.agent.models.local_packages import require_local_packages
from wardround.agent.settings import Settings
from wardround.commands.app import app
from wardround.commands.build_progress import build_progress
from wardround.config import load_settings, load_with_origins
from wardround.corpora.kinds import KINDS, CorpusEntry, Kind
from wardround.corpora.records import Biblio, CorpusInfo, Document, Section
from wardround.corpora_catalogue import CATALOGUE, STARTER, Offer
from wardround.diagnosis import Finding, diagnose
from wardround.errors import PrerequisiteError
from wardround.exit_codes import NOT_READY

TEXT = "Start antibiotics within one hour of recognition."


class OneDocument:
    def describe(self) -> CorpusInfo:
        return CorpusInfo("guidelines", "1", "MIT", "one document")

    def documents(self) -> Iterator[Document]:
        yield Document("guidelines:ssc/timing", "guidelines", Biblio("Sepsis"), TEXT, (Section((), 0, len(TEXT)),))


@pytest.fixture(autouse=True)
def small_starter(monkeypatch: pytest.MonkeyPatch) -> None:
    offers = (Offer(CorpusEntry(kind=STARTER, name=STARTER), "one document"),)
    monkeypatch.setattr("wardround.corpora_catalogue.CATALOGUE", offers)
    monkeypatch.setitem(KINDS, STARTER, Kind("one document", "none", lambda entry, on_bad: OneDocument()))  # type: ignore[misc]


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.stdout, result.stderr


def finding(subject: str, **overrides: object) -> Finding:
    found = diagnose(load_with_origins(overrides=overrides), None)
    return next(one for one in found if one.subject == subject)


def test_a_corpus_is_built_listed_and_described() -> None:
    assert run("corpus", "list") == (0, "guidelines  one document  [not in the index]\n", "")
    code, output, errors = run("corpus", "build")
    assert (code, output) == (0, "guidelines: 1 documents, 1 passages\n")
    assert errors == "reading documents\nembedding passages\nputting the index into use\n"
    assert run("corpus", "build")[2] == "nothing has changed\n"
    assert run("corpus", "list") == (0, "guidelines  one document  [1 passages]\n", "")
    assert json.loads(run("corpus", "list", "--json")[1]) == [
        {"name": "guidelines", "description": "one document", "passages": 1}
    ]
    assert run("corpus", "stats")[1].startswith("guidelines: 1 documents, 1 passages; version 1, MIT\nbuilt ")
    assert json.loads(run("corpus", "stats", "--json")[1])["passages"] == 1


def test_an_unknown_corpus_is_named_with_those_there_are() -> None:
    code, output, errors = run("corpus", "build", "pubmad")
    assert (code, output) == (4, "")
    assert errors.startswith("wardround: there is no corpus 'pubmad'; there is guidelines (`wardround corpus list`)")


def test_statistics_of_no_index_say_how_to_build_one() -> None:
    code, output, errors = run("corpus", "stats")
    assert (code, output, errors) == (5, "", "wardround: there is no index yet: run `wardround corpus build`\n")


def test_the_first_question_builds_the_starter_index_and_the_second_does_not() -> None:
    settings, first, second = load_settings(), io.StringIO(), io.StringIO()
    index_building.ensure_index(settings, first)
    index_building.ensure_index(settings, second)
    assert first.getvalue().startswith("Building the starter index in ")
    assert second.getvalue() == ""


def test_a_folder_that_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    folder = f"retrieval.store.folder={tmp_path / 'file' / 'index'}"
    code, output, errors = run("corpus", "build", "--set", folder)
    assert code != 0
    assert output == ""
    assert errors.splitlines()[-1].startswith("wardround: ")
    assert "Traceback" not in errors


def test_a_build_shows_a_bar_at_a_terminal(tmp_path: Path) -> None:
    script = tmp_path / "bar.py"
    script.write_text(
        "import sys\n"
        "from wardround.commands.build_progress import build_progress\n"
        "with build_progress(sys.stderr, quiet=False) as tell:\n"
        "    tell(3, 4, 'embed')\n"
        "    tell(4, 4, 'embed')\n"
    )
    child = pexpect.spawn(
        sys.executable, [str(script)], env=os.environ | {"TERM": "xterm"}, encoding="utf-8", timeout=30
    )
    child.expect("embedding passages")
    child.expect("4/4")
    child.expect(pexpect.EOF)


def test_a_quiet_build_says_nothing() -> None:
    stream = io.StringIO()
    with build_progress(stream, quiet=True) as tell:
        tell(1, 2, "embed")
    assert stream.getvalue() == ""


def test_the_catalogue_names_each_corpus_once() -> None:
    names = [offer.entry.name for offer in CATALOGUE]
    assert len(set(names)) == len(names)
    assert STARTER in names


def test_doctor_is_content_with_the_embedded_profile() -> None:
    code, output, _ = run("doctor")
    assert code == 0
    assert output.startswith("profile            ok      embedded (built in); settings file: none\n")
    states = {one["subject"]: one["state"] for one in json.loads(run("doctor", "--json")[1])}
    assert states["privacy"] == states["embedder"] == "ok"
    assert states["index"] == states["language model"] == "note"


def test_doctor_sees_the_index() -> None:
    run("corpus", "build")
    found = finding("index")
    assert found.state == "ok"
    assert found.finding.endswith(": 1 passages of guidelines")


def test_doctor_tells_what_a_profile_lacks_and_exits_so() -> None:
    arguments = ("doctor", "--profile", "workstation", "--set", "model.base_url=http://127.0.0.1:9/v1")
    code, output, _ = run(*arguments, "--set", "retrieval.store.url=http://127.0.0.1:9")
    assert code == NOT_READY
    missing = {line.split("MISSING")[0].strip() for line in output.splitlines() if "MISSING" in line}
    assert missing >= {"index", "language model"}


def test_doctor_says_where_questions_go_and_keeps_passwords_to_itself() -> None:
    found = finding("privacy", **{"model.kind": "server", "model.base_url": "http://me:secret@gpu.example:8000/v1"})
    assert (found.state, found.finding) == ("note", "questions or passages are sent to http://gpu.example:8000/v1")
    store = {"retrieval.store.kind": "server", "retrieval.store.url": "http://me:s@cret@127.0.0.1:9"}
    assert finding("index", **store).finding == "nothing answers for wardround at http://127.0.0.1:9"


def test_doctor_contacts_no_host_that_is_not_allowed() -> None:
    found = finding("language model", **{"model.kind": "server", "model.base_url": "http://gpu.example:8000/v1"})
    assert found.state == "missing"
    assert "model.allowed_hosts" in found.finding


def test_doctor_wants_a_name_for_a_model_in_process() -> None:
    found = finding("language model", **{"model.kind": "transformers"})
    assert (found.state, found.action) == ("missing", "set model.name")


def test_doctor_misses_just_the_packages_that_a_model_in_process_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wardround.agent.models.local_packages.LOCAL_PACKAGES", ("json", "no_such_package"))
    found = finding("models in process", **{"model.kind": "transformers"})
    assert (found.state, found.finding) == ("missing", "no_such_package not installed")
    with pytest.raises(PrerequisiteError, match="a language model in this process needs no_such_package; run:"):
        require_local_packages()


def test_doctor_knows_models_that_vllm_runs_in_this_process() -> None:
    assert finding("language model", **{"model.kind": "vllm"}).action == "set model.name"
    found = finding("language model", **{"model.kind": "vllm", "model.name": "org/med-7b"})
    assert (found.state, found.finding) == ("ok", "org/med-7b in this process, by vLLM")


def test_doctor_warns_of_a_model_that_is_not_fit_for_answers() -> None:
    found = finding("language model", **{"model.kind": "transformers", "model.name": "smollm2"})
    assert found.state == "note"
    assert "too small" in found.finding


def test_doctor_misses_a_gpu_that_the_settings_ask_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert finding("GPU").state == "ok"
    asked = {"model.kind": "transformers", "model.name": "x", "model.device": "cuda"}
    assert (finding("GPU", **asked).state, finding("GPU", **asked).action) == ("missing", "set the device to cpu")


def test_config_show_tells_value_and_origin_and_no_password() -> None:
    code, output, _ = run("config", "show", "--set", "retrieval.store.url=http://me:s@cret@host:6333")
    lines = {line.split()[0]: line for line in output.splitlines()}
    assert code == 0
    assert lines["retrieval.store.url"].split(maxsplit=2)[1:] == ['"http://host:6333"', "command line"]
    shown = json.loads(run("config", "show", "--json")[1])
    assert shown["agent.k"] == {"value": Settings().agent.k, "origin": "built in"}
