"""A small ward: ten passages of our own under the real embedder, in memory, and agents around them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from wardround.agent.assembly import Equipment, Library, equipment
from wardround.agent.clinical_agent import ClinicalAgent
from wardround.agent.models.protocol import LanguageModel
from wardround.agent.settings import AgentSettings, Settings
from wardround.corpora.records import Biblio, Passage
from wardround.retrievers.bm25 import Bm25Encoder, average_length
from wardround.retrievers.embedders.minilm import MiniLmEmbedder
from wardround.retrievers.protocols import IndexedPassage
from wardround.retrievers.settings import Bm25Settings, EmbedderSettings
from wardround.retrievers.stores.memory import MemoryStore

SECTIONS = {
    "Sepsis > Antibiotic timing": (
        "In adults with septic shock, give antibiotics immediately, ideally within 1 hour of recognition. "
        "Each hour of delay raises mortality.\n\nTake blood cultures first, but do not let them delay treatment."
    ),
    "Sepsis > Fluids": (
        "Give at least 30 mL/kg of crystalloid within the first 3 hours. Prefer balanced crystalloids to saline."
    ),
    "Sepsis > Vasopressors": (
        "Noradrenaline is the first-line vasopressor in septic shock. Aim for a mean arterial pressure of 65 mmHg."
    ),
    "Gout > Flare": (
        "Treat a gout flare with colchicine, an NSAID or a glucocorticoid. "
        "Low-dose colchicine is 1.2 mg, then 0.6 mg one hour later."
    ),
    "Gout > Urate lowering": (
        "Start allopurinol at 100 mg a day or less, and lower in chronic kidney disease of stage 3 or more."
    ),
    "Asthma > Reliever": (
        "Reliever treatment with a short-acting beta agonist alone is no longer recommended in adults."
    ),
    "Atrial fibrillation > Anticoagulation": (
        "Direct oral anticoagulants are preferred to warfarin. Apixaban 5 mg is taken twice a day.\n\n"
        "Reduce apixaban to 2.5 mg twice a day when two of these hold:\n- age of 80 years or more\n"
        "- body weight of 60 kg or less\n- creatinine of 1.5 mg/dL or more"
    ),
    "Hypertension > Pregnancy": (
        "ACE inhibitors are contraindicated in pregnancy. Use methyldopa, nifedipine or labetalol instead."
    ),
    "Hypertension > Targets": "Aim for a blood pressure below 130/80 mmHg in most adults.",
    "Stroke > Thrombolysis": "Give alteplase within 4.5 hours of onset. The dose is 0.9 mg/kg, at most 90 mg.",
}


def passages() -> list[Passage]:
    """The ward's passages, ``ward:<n>#0``."""
    return [
        Passage(
            id=f"ward:{number}#0",
            document_id=f"ward:{number}",
            corpus="ward",
            ordinal=0,
            heading=(heading,),
            text=text,
            start=0,
            end=len(text),
            biblio=Biblio(title=f"{title} handbook", year=2024, organisation="Ward"),
        )
        for number, (place, text) in enumerate(SECTIONS.items())
        for title, heading in [place.split(" > ")]
    ]


@cache
def library() -> Library:
    """The passages, indexed once per test session."""
    all_passages = passages()
    embedder = MiniLmEmbedder(EmbedderSettings())
    encoder = Bm25Encoder(Bm25Settings(), average_length(one.contents for one in all_passages))
    store = MemoryStore(embedder.dimension)
    vectors = embedder.embed_passages([one.contents for one in all_passages])
    store.upsert(
        [
            IndexedPassage(passage, vector, encoder.encode_passage(passage.contents))
            for passage, vector in zip(all_passages, vectors, strict=True)
        ]
    )
    return Library(store, embedder, encoder, "ward")


def ward_equipment(model: LanguageModel | None = None, **agent: object) -> Equipment:
    """Equipment around the ward's library; ``agent`` overrides agent settings."""
    return equipment(Settings(agent=AgentSettings(**agent)), library(), model)  # type: ignore[arg-type]


def ward_agent(folder: Path, model: LanguageModel | None = None, **agent: object) -> ClinicalAgent:
    """An agent around the ward's library that keeps its checkpoints in ``folder``."""
    return ClinicalAgent(ward_equipment(model, **agent), checkpoints=folder / "checkpoints.sqlite")
