import gzip
from pathlib import Path

import pytest

from wardround.corpora import compressed
from wardround.corpora.compressed import Line, blocks, numbered_lines
from wardround.errors import CorpusError


@pytest.mark.parametrize("block", [1, 3, 1 << 20])
def test_lines_of_plain_and_compressed_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(compressed, "BLOCK", block)
    data = b"one\n\nthree\r\nlast"
    plain, zipped, members = tmp_path / "a", tmp_path / "b", tmp_path / "c"
    plain.write_bytes(data)
    zipped.write_bytes(gzip.compress(data))
    members.write_bytes(gzip.compress(data[:6]) + gzip.compress(data[6:]) + b"\0" * 512)
    expected = [Line(1, b"one", True), Line(2, b"", True), Line(3, b"three\r", True), Line(4, b"last", True)]
    assert [list(numbered_lines(path)) for path in (plain, zipped, members)] == [expected] * 3


def test_a_boundless_line_is_cut_and_the_next_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compressed, "BLOCK", 4)
    monkeypatch.setattr(compressed, "LONGEST_LINE", 10)
    (tmp_path / "a").write_bytes(b"x" * 100 + b"\nnext\n" + b"y" * 11)
    assert list(numbered_lines(tmp_path / "a")) == [
        Line(1, b"x" * 10, False),
        Line(2, b"next", True),
        Line(3, b"y" * 10, False),
    ]


def test_a_damaged_gzip_gives_what_came_before(tmp_path: Path) -> None:
    data = b"".join(b"line %d\n" % number for number in range(100_000))
    (tmp_path / "a").write_bytes(gzip.compress(data)[:-100])
    given = b""
    reading = blocks(tmp_path / "a")
    with pytest.raises(EOFError, match="too early"):  # noqa: PT012  # what came before the error is what matters
        for block in reading:
            given += block
    assert data.startswith(given)
    assert len(given) > len(data) // 2


def test_an_absent_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="cannot be read"):
        next(blocks(tmp_path / "a"))


def test_an_empty_file_has_no_lines(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    assert list(numbered_lines(tmp_path / "a")) == []
