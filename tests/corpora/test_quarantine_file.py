"""What could not be read is kept in a file that no other build of the same corpus takes away."""

import json
from pathlib import Path

import pytest

from wardround.corpora.quarantine import BadRecord
from wardround.corpora.quarantine_file import QuarantineFile, records_in

FIRST, SECOND = BadRecord("a.xml", "record 3", "no text"), BadRecord("ü.xml", "the file", "cut off")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "quarantine" / "ward.jsonl"


def test_each_record_is_kept_once_and_in_order(path: Path) -> None:
    quarantine = QuarantineFile(path)
    for bad in (FIRST, SECOND, FIRST):
        quarantine(bad)
    assert (quarantine.records, records_in(path)) == (2, 0)
    quarantine.keep()
    assert [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] == [
        {"source": "a.xml", "place": "record 3", "reason": "no text"},
        {"source": "ü.xml", "place": "the file", "reason": "cut off"},
    ]
    assert [one.name for one in path.parent.iterdir()] == ["ward.jsonl"]


def test_a_second_build_that_has_to_wait_leaves_the_first_ones_records_alone(path: Path) -> None:
    first = QuarantineFile(path)
    first(FIRST)
    second = QuarantineFile(path)
    second(SECOND)
    second.discard()
    first.keep()
    assert json.loads(path.read_text(encoding="utf-8"))["source"] == "a.xml"


def test_a_reading_without_bad_records_removes_the_file_and_one_given_up_does_not(path: Path) -> None:
    QuarantineFile(path).keep()
    for bad, records in ((FIRST, 1), (None, 0)):
        quarantine = QuarantineFile(path)
        if bad:
            quarantine(bad)
        quarantine.keep()
        QuarantineFile(path).discard()
        assert records_in(path) == records
