"""The collaborators that write, as the settings describe them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from wardround.agent.collaborators import Planner, Writer
from wardround.agent.framing.explaining import explaining
from wardround.agent.models.protocol import LanguageModel
from wardround.agent.settings import Settings
from wardround.agent.writing.asking import Decoding
from wardround.agent.writing.briefer import GenerativeBriefer
from wardround.agent.writing.draft_planner import DraftPlanner
from wardround.agent.writing.framer import GenerativeFramer
from wardround.agent.writing.planner import GenerativePlanner
from wardround.agent.writing.self_consistency import SelfConsistentWriter
from wardround.agent.writing.unaided import UnaidedChooser
from wardround.agent.writing.writer import GenerativeWriter
from wardround.prompts import PromptLibrary, load_prompts


@dataclass(frozen=True, slots=True)
class Writers:
    """Everything that asks the language model, and the prompts it asks with."""

    framer: GenerativeFramer
    planner: Planner
    briefer: GenerativeBriefer
    writer: Writer
    chooser: UnaidedChooser
    prompts: PromptLibrary


_SAMPLING_TEMPERATURE = 0.7
"""Of several samples where the settings decode greedily, which would give the same answer every time."""


def build_writers(settings: Settings, model: LanguageModel) -> Writers:
    """The writing collaborators around one model.

    Raises:
        ConfigError: one of the user's own prompts breaks its contract.
    """
    prompts = load_prompts(settings.agent.prompts_folder)
    decoding = Decoding(settings.model.temperature, settings.model.top_p, settings.model.seed)
    planner = DraftPlanner if settings.agent.planner == "draft" else GenerativePlanner
    return Writers(
        framer=GenerativeFramer(model, prompts, decoding, explaining(settings, model)),
        planner=planner(model, prompts, decoding),
        briefer=GenerativeBriefer(model, prompts, decoding, passages=settings.agent.brief_passages),
        writer=_writer(settings, model, prompts, decoding),
        chooser=UnaidedChooser(model, prompts),
        prompts=prompts,
    )


def _writer(settings: Settings, model: LanguageModel, prompts: PromptLibrary, decoding: Decoding) -> Writer:
    sizes = settings.agent

    def one(decoding: Decoding) -> GenerativeWriter:
        return GenerativeWriter(
            model, prompts, decoding, max_claims=sizes.max_claims, max_tokens=sizes.max_answer_tokens
        )

    if sizes.samples == 1:
        return one(decoding)
    sampled = replace(decoding, temperature=decoding.temperature or _SAMPLING_TEMPERATURE)
    # an unusable reply is asked for again under the next seed, so samples take every other one
    return SelfConsistentWriter([one(replace(sampled, seed=decoding.seed + 2 * n)) for n in range(sizes.samples)])
