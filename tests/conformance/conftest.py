"""What conformance tests of stores share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.passage_stores import MAKERS
from wardround.retrievers.protocols import PassageStore


@pytest.fixture(params=MAKERS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PassageStore]:
    made = MAKERS[request.param](tmp_path)
    yield made
    made.close()
