"""The starter index, built once and kept in pytest's cache folder; an unchanged corpus is not embedded again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from wardround.agent.clinical_agent import ClinicalAgent
from wardround.agent.settings import SessionSettings, Settings
from wardround.corpora.sources.guidelines import GuidelineSummaries
from wardround.retrievers.embedders.choose import choose_embedder
from wardround.retrievers.index.build import Recipe, build_index
from wardround.retrievers.index.targets import FolderTarget
from wardround.retrievers.settings import EmbedderSettings, RetrievalSettings, StoreSettings


@pytest.fixture(scope="session")
def starter_index(pytestconfig: pytest.Config) -> Path:
    """The folder of the starter index under the embedded defaults."""
    folder = pytestconfig.cache.mkdir("starter-index")
    build_index([GuidelineSummaries()], FolderTarget(folder), Recipe(choose_embedder(EmbedderSettings())))
    return folder


@pytest.fixture(scope="session")
def starter_settings(starter_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The embedded defaults over the starter index."""
    store = StoreSettings(folder=starter_index)
    sessions = SessionSettings(folder=tmp_path_factory.mktemp("sessions"))
    return Settings(retrieval=RetrievalSettings(store=store), sessions=sessions)


@pytest.fixture(scope="session")
def starter_agent(starter_settings: Settings) -> Iterator[ClinicalAgent]:
    """An agent of the embedded profile over the starter index."""
    with ClinicalAgent.from_settings(starter_settings) as agent:
        yield agent
