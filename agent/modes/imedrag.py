"""i-MedRAG (arXiv:2408.00727) as a team of collaborators: what plans, answers queries and writes."""

from __future__ import annotations

from dataclasses import dataclass

from wardround.agent.models.protocol import LanguageModel
from wardround.agent.modes.imedrag_answer import ImedragWriter
from wardround.agent.modes.imedrag_dialogue import Dialogue
from wardround.agent.modes.imedrag_rounds import ImedragBriefer, ImedragPlanner
from wardround.agent.settings import Settings
from wardround.agent.writing.asking import Decoding
from wardround.prompts import load_prompts


@dataclass(frozen=True, slots=True)
class Imedrag:
    """The collaborators that make the published method out of the agent's own way."""

    planner: ImedragPlanner
    briefer: ImedragBriefer
    writer: ImedragWriter


def build_imedrag(settings: Settings, model: LanguageModel) -> Imedrag:
    """The method around one model: 22 calls and 12 searches a question at the paper's sizes.

    Raises:
        ConfigError: one of the user's own prompts breaks its contract.
    """
    decoding = Decoding(settings.model.temperature, settings.model.top_p, settings.model.seed)
    dialogue = Dialogue(model, load_prompts(settings.agent.prompts_folder), decoding)
    return Imedrag(
        planner=ImedragPlanner(dialogue),
        briefer=ImedragBriefer(dialogue),
        writer=ImedragWriter(dialogue, settings.agent.max_claims),
    )
