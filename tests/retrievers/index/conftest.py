"""Lets the tests of this folder import ``index_fakes``, and builds once the index that many of them begin with."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from index_fakes import CountingEmbedder, ListSource, sentences

from wardround.retrievers.index.build import Recipe, build_index
from wardround.retrievers.index.clone import clone_folder
from wardround.retrievers.index.targets import FolderTarget


@pytest.fixture(scope="session")
def gout_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of one corpus ``c`` of 30 sentences about gout; tests clone it and leave it as it is."""
    folder = tmp_path_factory.mktemp("gout") / "index"
    build_index([ListSource("c", sentences("gout", 30))], FolderTarget(folder), Recipe(CountingEmbedder()))
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def gout_folder(gout_index: Path, folder: Path) -> Path:
    """An index of 30 sentences about gout, in a folder of this test's own."""
    clone_folder(gout_index, folder)
    return folder
