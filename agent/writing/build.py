"""The collaborators that write, as the settings describe them."""

from __future__ import annotations

from dataclasses import dataclass

from wardround.agent.models.protocol import LanguageModel
from wardround.agent.settings import Settings
from wardround.agent.writing.asking import Decoding
from wardround.agent.writing.briefer import GenerativeBriefer
from wardround.agent.writing.framer import GenerativeFramer
from wardround.agent.writing.planner import GenerativePlanner
from wardround.agent.writing.writer import GenerativeWriter
from wardround.prompts import PromptLibrary, load_prompts


@dataclass(frozen=True, slots=True)
class Writers:
    """Everything that asks the language model, and the prompts it asks with."""

    framer: GenerativeFramer
    planner: GenerativePlanner
    briefer: GenerativeBriefer
    writer: GenerativeWriter
    prompts: PromptLibrary


def build_writers(settings: Settings, model: LanguageModel) -> Writers:
    """The writing collaborators around one model.

    Raises:
        ConfigError: one of the user's own prompts breaks its contract.
    """
    prompts = load_prompts(settings.agent.prompts_folder)
    decoding = Decoding(settings.model.temperature, settings.model.top_p, settings.model.seed)
    return Writers(
        framer=GenerativeFramer(model, prompts, decoding),
        planner=GenerativePlanner(model, prompts, decoding),
        briefer=GenerativeBriefer(model, prompts, decoding),
        writer=GenerativeWriter(
            model, prompts, decoding, max_claims=settings.agent.max_claims, max_tokens=settings.agent.max_answer_tokens
        ),
        prompts=prompts,
    )
