"""What every test gets: a home of its own, and the judged data sets where they lie beside the checkout."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.offline import stay_on_this_machine

if TYPE_CHECKING:
    from wardround.agent.models.transformers_local import TransformersModel

stay_on_this_machine()

SHARED_DATA = Path(os.environ.get("WARDROUND_SHARED_DATA") or Path(__file__).parents[2] / "shared" / "data")


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or writes the user's files or settings: HOME and the XDG folders are empty and temporary."""
    home = tmp_path / "home"
    for name in [name for name in os.environ if name.startswith("WARDROUND_")]:
        monkeypatch.delenv(name)
    places = {
        "HOME": home,
        "XDG_CONFIG_HOME": home / ".config",
        "XDG_DATA_HOME": home / ".local" / "share",
        "XDG_STATE_HOME": home / ".local" / "state",
        "XDG_CACHE_HOME": home / ".cache",
        "WARDROUND_RETRIEVAL__STORE__FOLDER": home / ".local" / "share" / "wardround" / "index",
        "WARDROUND_SESSIONS__FOLDER": home / ".local" / "state" / "wardround",
    }
    for name, place in places.items():
        monkeypatch.setenv(name, str(place))
    for name in ("COLUMNS", "LINES"):  # of the terminal that pytest runs in, or of none
        monkeypatch.delenv(name, raising=False)
    home.mkdir()
    return home


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of judged data sets; the test is skipped only where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the judged data sets are not beside this checkout (set WARDROUND_SHARED_DATA)")
    return SHARED_DATA


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Tests marked local_models run wherever torch is installed (make setup-local), and are skipped elsewhere."""
    if item.get_closest_marker("local_models") and find_spec("torch") is None:
        pytest.skip("torch is not installed (make setup-local)")


@contextmanager
def one_process_at_a_time(folder: Path) -> Iterator[None]:
    """Tests run in several processes: one of them makes what they share, the others wait for it."""
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def starter_index(pytestconfig: pytest.Config) -> Path:
    """The starter index under the embedded defaults, built once and kept in pytest's own cache folder."""
    from wardround.corpora.sources.guidelines import GuidelineSummaries
    from wardround.retrievers.embedders.choose import choose_embedder
    from wardround.retrievers.index.build import Recipe, build_index
    from wardround.retrievers.index.targets import FolderTarget
    from wardround.retrievers.settings import EmbedderSettings

    folder = pytestconfig.cache.mkdir("starter-index")
    with one_process_at_a_time(folder):
        build_index([GuidelineSummaries()], FolderTarget(folder), Recipe(choose_embedder(EmbedderSettings())))
    return folder


@pytest.fixture(scope="session")
def smollm2_folder(request: pytest.FixtureRequest) -> Path:
    """SmolLM2 as transformers loads it: converted once, then kept in pytest's own cache folder."""
    from wardround.agent.models.smollm2 import transformers_folder

    folder = request.config.cache.mkdir("models")
    with one_process_at_a_time(folder):
        return transformers_folder(folder)


@pytest.fixture(scope="session")
def smollm2(smollm2_folder: Path) -> TransformersModel:
    """SmolLM2, loaded once a session; for tests marked local_models."""
    from wardround.agent.models.transformers_local import TransformersModel

    return TransformersModel.load(smollm2_folder, name="smollm2")
