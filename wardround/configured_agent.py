"""The agent as this machine is configured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from wardround.agent import clinical_agent

if TYPE_CHECKING:
    from wardround.agent.settings import Settings


class ClinicalAgent(clinical_agent.ClinicalAgent):
    """Answers clinical questions out of one index; see ``wardround.agent.clinical_agent``."""

    @classmethod
    def from_settings(cls, settings: Settings | None = None) -> Self:
        """An agent with these settings, or with those that profile, file and environment give.

        Raises:
            PrerequisiteError: there is no index yet, or a package is missing; the message says what to run.
            ConfigError: a setting is wrong.
            StoreError: the index cannot be used.
        """
        from wardround.config import load_settings

        return super().from_settings(settings or load_settings())
