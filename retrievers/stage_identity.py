"""What stands before and behind a search, as runs and certificates compare it: files count by what they hold."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

from wardround.errors import InputError
from wardround.retrievers.clinical_terms import terms_fingerprint
from wardround.retrievers.embedders.recipe import content_mark
from wardround.retrievers.settings import StageSettings

_LEFT_OUT: Any = {"synonyms": True, "cross_encoder": {"device", "batch_size"}}
"""Paths, which count by what the files hold, and what makes a search faster alone."""


def identity_of_stages(settings: StageSettings) -> dict[str, Any]:
    """JSON values that change whenever the stages may order anything else; empty where there is no stage.

    The same terminology at another path is the same; a cross-encoder's folder counts by its weights, too.

    Raises:
        InputError: a terminology cannot be read.
    """
    named = settings.model_dump(mode="json", exclude=_LEFT_OUT)
    if not settings.synonyms and named == StageSettings().model_dump(mode="json", exclude=_LEFT_OUT):
        return {}
    model = settings.reranker and Path(settings.reranker).expanduser()
    return {
        "stages": named,
        **({"terms explained": terms_fingerprint()} if settings.explained == "queries" else {}),
        "terminology": [_content(path.expanduser()) for path in settings.synonyms],
        "reranker": content_mark(model) if model and model.is_dir() else None,
    }


def _content(path: Path) -> str:
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(f"{path} cannot be read as a terminology: {error.strerror}") from error
