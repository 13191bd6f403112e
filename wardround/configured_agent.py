"""The agent as this machine is configured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from wardround.agent import clinical_agent

if TYPE_CHECKING:
    from wardround.agent.certificates import Certificate
    from wardround.agent.collaborators import SupportJudge
    from wardround.agent.models.protocol import LanguageModel
    from wardround.agent.settings import Settings
    from wardround.retrievers.protocols import Retriever, Where


class ClinicalAgent(clinical_agent.ClinicalAgent):
    """Answers clinical questions out of one index; see ``wardround.agent.clinical_agent``."""

    @classmethod
    def from_settings(
        cls,
        settings: Settings | None = None,
        *,
        model: LanguageModel | None = None,
        retriever: Retriever | None = None,
        judge: SupportJudge | None = None,
        certificate: Certificate | None = None,
        where: Where | None = None,
    ) -> Self:
        """An agent with these settings, or with those that profile, file and environment give.

        The other arguments take the place of configured parts; see the method of the class above.

        Raises:
            PrerequisiteError: there is no index yet, or a package is missing; the message says what to run.
            ConfigError: a setting is wrong.
            StoreError: the index cannot be used.
        """
        from wardround.config import load_settings

        return super().from_settings(
            settings or load_settings(),
            model=model,
            retriever=retriever,
            judge=judge,
            certificate=certificate,
            where=where,
        )
