"""What a language model in this process needs to be installed."""

from __future__ import annotations

from importlib.util import find_spec

from wardround.errors import PrerequisiteError

LOCAL_PACKAGES = ("torch", "transformers", "safetensors", "llguidance")


def missing_local_packages() -> list[str]:
    """Those of ``LOCAL_PACKAGES`` that cannot be imported; none is imported to find out."""
    return [name for name in LOCAL_PACKAGES if find_spec(name) is None]


def require_local_packages() -> None:
    """Returns when everything the in-process engine needs is installed.

    Raises:
        PrerequisiteError: something is not.
    """
    if missing := missing_local_packages():
        raise PrerequisiteError(
            f"a language model in this process needs {', '.join(missing)}; run: make setup-local "
            "(or: pip install 'wardround[local]')"
        )
