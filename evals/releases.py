"""Where data sets are published, and fetching them into the folders that tasks read.

Only sets whose publishers offer plain files are here; the others (some ask for a registration) have to be fetched by
hand. Files are taken from named hosts, when somebody asks for them, and never replace one that is there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from wardround.corpora.fetching.polite_client import PoliteClient
from wardround.errors import EvaluationError
from wardround.files import write_atomically

Host = Literal["hub", "github"]

HOSTS: Mapping[Host, str] = {
    "hub": "https://huggingface.co/datasets",
    "github": "https://raw.githubusercontent.com",
}
REDIRECTED = ("cdn-lfs.hf.co", "cdn-lfs.huggingface.co", "cas-bridge.xethub.hf.co")
"""Hosts to which the hub sends whoever asks for a large file."""


@dataclass(frozen=True, slots=True)
class Release:
    """A published data set.

    Attributes:
        folder: within the folder of all data folders.
        repository: as ``owner/name`` on the host.
        revision: a branch or commit.
        files: the name here by the path there.
    """

    folder: str
    host: Host
    repository: str
    files: Mapping[str, str] = field(default_factory=dict)
    revision: str = "main"

    def url(self, path: str, base: str | None = None) -> str:
        """Of one file; ``base`` stands for a mirror of the host."""
        middle = f"resolve/{self.revision}" if self.host == "hub" else self.revision
        return f"{(base or HOSTS[self.host]).rstrip('/')}/{self.repository}/{middle}/{path}"


def _mirage(folder: str) -> Release:
    return Release(folder, "github", "Teddy-XiongGZ/MIRAGE", {"benchmark.json": "benchmark.json"})


def _r2med(name: str) -> Release:
    files = {f"{part}.jsonl": f"{part}.jsonl" for part in ("corpus", "query", "qrels")}
    return Release(f"r2med/{name}", "hub", f"R2MED/{name}", files)


_MEDSAFETY = "med_safety_demonstrations_category_{}.csv"
_R2MED = (
    "Biology",
    "Bioinformatics",
    "Medical-Sciences",
    "MedXpertQA-Exam",
    "MedQA-Diag",
    "PMC-Treatment",
    "PMC-Clinical",
    "IIYi-Clinical",
)

RELEASES: dict[str, Release] = {
    "medqa_us": Release(
        "medqa_us",
        "hub",
        "GBaker/MedQA-USMLE-4-options",
        {"phrases_no_exclude_test.jsonl": "phrases_no_exclude_test.jsonl"},
    ),
    "medxpertqa_text": Release("medxpertqa_text", "hub", "TsinghuaC3I/MedXpertQA", {"test.jsonl": "Text/test.jsonl"}),
    "mmlu_medical": _mirage("mmlu_medical"),
    "medmcqa": _mirage("medmcqa_dev"),
    "bioasq_yesno": _mirage("bioasq"),
    "pubmedqa": Release(
        "pubmedqa",
        "github",
        "pubmedqa/pubmedqa",
        {"ori_pqal.json": "data/ori_pqal.json", "test_ground_truth.json": "data/test_ground_truth.json"},
        revision="master",
    ),
    "k_qa": Release(
        "k_qa", "github", "Itaymanes/K-QA", {"questions_w_answers.jsonl": "dataset/questions_w_answers.jsonl"}
    ),
    "med_safety": Release(
        "med_safety",
        "github",
        "AI4LIFE-GROUP/med-safety-bench",
        {_MEDSAFETY.format(n): f"datasets/test/gpt4/{_MEDSAFETY.format(n)}" for n in range(1, 10)},
    ),
    "rabbits": Release(
        "rabbits", "github", "BittermanLab/RABBITS", {"annotated_medqa_new.csv": "data/annotated_medqa_new.csv"}
    ),
    **{f"r2med_{name.lower().replace('-', '_')}": _r2med(name) for name in _R2MED},
}
"""By the name of the task, or of R2MED's subset."""


def release_named(name: str) -> Release:
    """The release of that name.

    Raises:
        EvaluationError: there is none; the message lists those there are.
    """
    if name not in RELEASES:
        raise EvaluationError(f"there is no release of {name!r} to fetch; there is one of {', '.join(RELEASES)}")
    return RELEASES[name]


def fetch_release(
    release: Release,
    data: Path,
    client: PoliteClient,
    base: str | None = None,
    on_file: Callable[[Path], None] = lambda path: None,
) -> list[Path]:
    """Brings what is missing of a release into its folder below ``data``; returns all of its files.

    Args:
        release: what is fetched.
        data: the folder of all data folders.
        client: asks the host.
        base: address of a mirror of it.
        on_file: called with each file that has arrived.

    Raises:
        BackendError: the host refuses, or stays busy or unreachable; what has arrived is kept.
        ConfigError: the host sends elsewhere than to those that may be asked.
    """
    folder = data / release.folder
    for name, path in release.files.items():
        if not (folder / name).exists():
            write_atomically(folder / name, client.read(release.url(path, base)))
            on_file(folder / name)
    return [folder / name for name in release.files]
