"""Fetching from a server with NLM's layout that drops connections, sends wrong bytes and asks for patience."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.corpora.fetching.nlm_server import Fault, Nlm, serving
from tests.corpora.medline_files import citation, pubmed_set
from wardround.commands.app import app
from wardround.corpora.fetching.download import download
from wardround.corpora.fetching.polite_client import Clock, PoliteClient
from wardround.corpora.fetching.pubmed_files import chosen_files, fetch_files, published_files
from wardround.corpora.fetching.pubmed_records import Eutils, fetch_records, pmids_in, search
from wardround.corpora.quarantine import refuse
from wardround.corpora.sources.medline import MedlineFiles
from wardround.errors import BackendError, ConfigError, CorpusError, InputError

NAME = "pubmed26n0001.xml.gz"
PLACE = f"/pubmed/baseline/{NAME}"
DATA = random.Random(7).randbytes(1_000_000)


class FakeTime:
    """Passes only when somebody waits."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.waits: list[float] = []

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.seconds += seconds

    def clock(self) -> Clock:
        return Clock(lambda: self.seconds, self.wait)


@pytest.fixture
def nlm() -> Iterator[Nlm]:
    with serving(Nlm()) as server:
        server.publish("baseline", NAME, DATA)
        yield server


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def client(time: FakeTime) -> PoliteClient:
    return PoliteClient(["127.0.0.1"], requests_a_second=1000, max_retries=3, clock=time.clock())


def fetched(client: PoliteClient, nlm: Nlm, folder: Path) -> list[bool]:
    return [file.is_new for file in fetch_files(client, f"{nlm.url}/pubmed", "baseline", [NAME], folder)]


def ranges(nlm: Nlm) -> list[str | None]:
    return [headers.get("Range") for path, headers in nlm.requests if path == PLACE]


def test_files_arrive_whole_and_are_not_fetched_twice(client: PoliteClient, nlm: Nlm, tmp_path: Path) -> None:
    assert fetched(client, nlm, tmp_path) == [True]
    assert (tmp_path / "baseline" / NAME).read_bytes() == DATA
    assert fetched(client, nlm, tmp_path) == [False]
    assert ranges(nlm) == [None]


def test_a_dropped_connection_is_resumed_where_it_broke(client: PoliteClient, nlm: Nlm, tmp_path: Path) -> None:
    nlm.faults[PLACE] = [Fault(cut_at=300_000), Fault(cut_at=500_000)]
    assert fetched(client, nlm, tmp_path) == [True]
    assert (tmp_path / "baseline" / NAME).read_bytes() == DATA
    assert ranges(nlm) == [None, "bytes=300000-", "bytes=800000-"]


def test_a_later_call_goes_on_with_what_an_earlier_one_left(client: PoliteClient, nlm: Nlm, tmp_path: Path) -> None:
    nlm.faults[PLACE] = [Fault(cut_at=400_000)] + [Fault(status=503)] * 4
    with pytest.raises(BackendError, match="answers 503"):
        fetched(client, nlm, tmp_path)
    assert (tmp_path / "baseline" / f"{NAME}.part").stat().st_size == 400_000
    assert fetched(client, nlm, tmp_path) == [True]
    assert ranges(nlm)[-1] == "bytes=400000-"
    assert (tmp_path / "baseline" / NAME).read_bytes() == DATA


def test_a_server_that_ignores_ranges_sends_all_again(client: PoliteClient, nlm: Nlm, tmp_path: Path) -> None:
    nlm.faults[PLACE] = [Fault(cut_at=300_000), Fault(ignore_range=True)]
    assert fetched(client, nlm, tmp_path) == [True]
    assert (tmp_path / "baseline" / NAME).read_bytes() == DATA


def test_remains_of_another_file_are_noticed_and_replaced(client: PoliteClient, nlm: Nlm, tmp_path: Path) -> None:
    (tmp_path / "baseline").mkdir()
    for remains in (b"x" * 1000, b"x" * 2_000_000):
        (tmp_path / "baseline" / f"{NAME}.part").write_bytes(remains)
        (tmp_path / "baseline" / NAME).unlink(missing_ok=True)
        assert fetched(client, nlm, tmp_path) == [True]
        assert (tmp_path / "baseline" / NAME).read_bytes() == DATA


def test_a_wrong_checksum_is_tried_once_more_and_then_refused(client: PoliteClient, nlm: Nlm, tmp_path: Path) -> None:
    nlm.faults[PLACE] = [Fault(body=DATA[::-1])]
    assert fetched(client, nlm, tmp_path) == [True]
    nlm.publish("baseline", NAME, DATA, md5="0" * 32)
    with pytest.raises(CorpusError, match="does not have the checksum 00000"):
        fetched(client, nlm, tmp_path)
    assert sorted(path.name for path in (tmp_path / "baseline").iterdir()) == [NAME, f"{NAME}.md5"]
    assert (tmp_path / "baseline" / NAME).read_bytes() == DATA


def test_a_busy_server_is_given_the_time_it_asks_for(
    client: PoliteClient, nlm: Nlm, time: FakeTime, tmp_path: Path
) -> None:
    nlm.faults[f"{PLACE}.md5"] = [Fault(status=429, retry_after="7"), Fault(status=429), Fault(status=500)]
    assert fetched(client, nlm, tmp_path) == [True]
    assert [wait for wait in time.waits if wait >= 1] == [7, 2, 4]


def test_patience_ends(client: PoliteClient, nlm: Nlm) -> None:
    nlm.faults[PLACE] = [Fault(status=429)] * 4
    with pytest.raises(BackendError, match="answers 429 Too Many Requests"):
        client.read(f"{nlm.url}{PLACE}")
    assert len(ranges(nlm)) == 4


def test_what_is_not_there_is_asked_for_once(client: PoliteClient, nlm: Nlm) -> None:
    with pytest.raises(BackendError, match="answers 404"):
        client.read(f"{nlm.url}/nothing?api_key=secret")
    assert len(nlm.requests) == 1


def test_requests_keep_the_pace(nlm: Nlm, time: FakeTime) -> None:
    slow = PoliteClient(["127.0.0.1"], requests_a_second=4, clock=time.clock())
    for _ in range(5):
        slow.read(f"{nlm.url}{PLACE}.md5")
    assert time.seconds == 1.0


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("https://example.org/x", r"^example\.org is not among"),
        ("http://nlm.example/x", "only https"),
        ("file:///etc/passwd", "not among"),
    ],
)
def test_only_named_hosts_are_asked_and_only_encrypted(url: str, message: str) -> None:
    client = PoliteClient(["nlm.example"], requests_a_second=1000)
    with pytest.raises(ConfigError, match=message):
        client.read(url)


def test_a_redirection_to_another_host_is_refused(client: PoliteClient, nlm: Nlm) -> None:
    nlm.faults[PLACE] = [Fault(status=302, location="http://169.254.169.254/secrets")]
    with pytest.raises(ConfigError, match=r"169\.254\.169\.254 is not among"):
        client.read(f"{nlm.url}{PLACE}")


def test_a_key_appears_in_no_message(client: PoliteClient, nlm: Nlm) -> None:
    nlm.faults["/eutils/esearch.fcgi"] = [Fault(status=400)]
    with pytest.raises(BackendError) as caught:
        search(Eutils(client, f"{nlm.url}/eutils", "me@example.org", "sesame"), "gout")
    assert "sesame" not in str(caught.value)
    assert nlm.requests[-1][1]["api_key"] == "sesame"
    assert nlm.requests[-1][1]["email"] == "me@example.org"


def test_files_are_chosen_by_number(client: PoliteClient, nlm: Nlm) -> None:
    for number in (2, 3, 1100):
        nlm.publish("baseline", f"pubmed26n{number:04}.xml.gz", b"")
    names = published_files(client, f"{nlm.url}/pubmed", "baseline")
    assert chosen_files(names, None) == names
    assert [name[9:13] for name in chosen_files(names, "2-3, 1100")] == ["0002", "0003", "1100"]
    for wrong in ("0-", "3-2", "a", "7"):
        with pytest.raises(InputError, match="--files"):
            chosen_files(names, wrong)
    with pytest.raises(CorpusError, match="lists no file"):
        published_files(client, f"{nlm.url}/pubmed", "updatefiles")


def test_a_search_of_more_than_is_shown_divides_the_time(client: PoliteClient, nlm: Nlm, tmp_path: Path) -> None:
    nlm.most_ids = 3
    nlm.pmids = {f"2024/0{month}/15": [str(month * 10 + one) for one in range(2)] for month in range(1, 8)}
    eutils = Eutils(client, f"{nlm.url}/eutils")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wardround.corpora.fetching.pubmed_records._MOST_IDS", 3)
        found = search(eutils, "gout", date(2026, 1, 1))
    assert found == [str(month * 10 + one) for month in range(1, 8) for one in range(2)]
    batches = list(fetch_records(eutils, [*found, "99"], tmp_path))
    assert [(batch.done, batch.missing) for batch in batches] == [(15, ("99",))]
    documents = MedlineFiles([batch.path for batch in batches], refuse).documents()
    assert [document.biblio.pmid for document in documents] == found


def test_records_that_are_here_are_not_asked_for_again_and_a_cut_answer_is(
    client: PoliteClient, nlm: Nlm, tmp_path: Path
) -> None:
    nlm.pmids = {"2024/01/01": ["5", "6"]}
    nlm.faults["/eutils/efetch.fcgi"] = [Fault(body=pubmed_set(citation(5)).encode()[:-30]), Fault(cut_at=100)]
    eutils = Eutils(client, f"{nlm.url}/eutils")
    for _ in range(2):
        assert [batch.missing for batch in fetch_records(eutils, ["5", "6"], tmp_path)] == [()]
    assert len(nlm.requests) == 3


def test_a_file_of_pmids_holds_nothing_else() -> None:
    assert pmids_in("30, 4\n4;0005\n") == ["4", "5", "30"]
    for wrong in ("", "12 PMC34", "1234567890"):
        with pytest.raises(InputError, match="is no PMID"):
            pmids_in(wrong)


def test_an_answer_that_is_no_search_result_is_shown(client: PoliteClient, nlm: Nlm) -> None:
    nlm.faults["/eutils/esearch.fcgi"] = [Fault(body=b'{"error":"API key\ninvalid"}')]
    with pytest.raises(BackendError, match=r'something else than a result: \{"error":"API key invalid"\}'):
        search(Eutils(client, f"{nlm.url}/eutils"), "gout")
    nlm.faults["/eutils/esearch.fcgi"] = [Fault(body=b"[" * 3_000)]
    with pytest.raises(BackendError, match=r"something else than a result: \[{200}$"):
        search(Eutils(client, f"{nlm.url}/eutils"), "gout")


def run(nlm: Nlm, *arguments: str) -> tuple[int, str, str]:
    places = {
        "files_url": f"{nlm.url}/pubmed",
        "eutils_url": f"{nlm.url}/eutils",
        "allowed_hosts": "127.0.0.1",
    }
    options = [part for name, value in places.items() for part in ("--set", f"retrieval.pubmed.{name}={value}")]
    result = CliRunner().invoke(app, ["corpus", "fetch", "pubmed", *arguments, *options])
    return result.exit_code, result.stdout, result.stderr


def test_the_command_fetches_files_and_says_what_to_do_next(nlm: Nlm, own_home: Path) -> None:
    data = gzip.compress(pubmed_set(citation(1)).encode())
    nlm.publish("baseline", "pubmed26n0002.xml.gz", data)
    nlm.publish("updatefiles", "pubmed26n1200.xml.gz", data)
    folder = own_home / ".local" / "share" / "wardround" / "pubmed"
    following = f"in {folder}; next: wardround corpus add pubmed {folder}\n"
    assert run(nlm, "--baseline", "--files", "2") == (
        0,
        f"1 files fetched, 0 were here already, {following}",
        "1 of 1: pubmed26n0002.xml.gz\n",
    )
    assert run(nlm, "--updates", "--quiet") == (0, f"1 files fetched, 0 were here already, {following}", "")
    assert run(nlm, "--updates")[2] == "1 of 1: pubmed26n1200.xml.gz is here already\n"
    result = CliRunner().invoke(app, ["corpus", "add", "pubmed", str(folder), "--quiet"])
    assert result.stdout == "pubmed: 1 documents, 1 passages\n"


def test_the_command_fetches_records(nlm: Nlm, tmp_path: Path) -> None:
    nlm.pmids = {"2024/01/01": ["5", "6"]}
    (tmp_path / "pmids.txt").write_text("5 7")
    code, output, errors = run(nlm, "--pmids", str(tmp_path / "pmids.txt"))
    assert (code, output.startswith("1 records, in "), errors) == (0, True, "2 of 2 records\nPubMed has no record 7\n")
    assert run(nlm, "--query", "gout", "--quiet")[1].startswith("2 records, in ")
    assert run(nlm, "--query", "gout", "--baseline")[0] == 4
    assert run(nlm, "--query", "gout", "--files", "1")[0] == 4
    assert run(nlm)[0] == 4


@pytest.mark.shared_data
def test_nlms_own_files_survive_dropped_connections(
    client: PoliteClient, nlm: Nlm, shared_data: Path, tmp_path: Path
) -> None:
    data = (shared_data / "pubmed_xml" / "medline16n0902.xml.gz").read_bytes()
    nlm.publish("baseline", NAME, data)
    nlm.faults[PLACE] = [Fault(cut_at=100_000), Fault(status=429), Fault(cut_at=50_000), Fault(cut_at=0)]
    assert download(client, f"{nlm.url}{PLACE}", tmp_path / NAME, nlm.files[f"{PLACE}.md5"].decode()[-33:-1])
    assert sum(1 for _ in MedlineFiles([tmp_path / NAME]).documents()) == 526
