"""Clinical question answering in which every claim carries a citation that can be checked.

from wardround import ClinicalAgent

with ClinicalAgent.from_settings() as agent:
    answer = agent.ask("In adults with septic shock, how soon should antibiotics be given?")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wardround.agent.answer import Answer
    from wardround.agent.settings import Settings
    from wardround.config import load_settings
    from wardround.configured_agent import ClinicalAgent

__all__ = ["Answer", "ClinicalAgent", "Settings", "load_settings"]

_HOMES = {
    "Answer": "wardround.agent.answer",
    "ClinicalAgent": "wardround.configured_agent",
    "Settings": "wardround.agent.settings",
    "load_settings": "wardround.config",
}


def __getattr__(name: str) -> object:
    """A public name, imported when it is first used, so that importing the package stays instant."""
    if name not in _HOMES:
        raise AttributeError(f"module 'wardround' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
