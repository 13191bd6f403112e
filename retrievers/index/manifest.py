"""What an index says about itself: by what it was made, of what, and how much."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from wardround.errors import StoreError


class UnusableIndexError(StoreError):
    """An index that is damaged or outdated: building it again repairs it, and nothing else does."""


SCHEMA_VERSION = 3
"""Raised whenever an index of this version cannot be read by older code, or the other way round."""


class Record(BaseModel):
    """A frozen part of the manifest; fields of newer versions are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class IndexedCorpus(Record):
    """One corpus in the index.

    Attributes:
        name: the corpus' name.
        version: identifies its content, as its source said when it was read.
        licence: under which its text may be used.
        description: one line.
        documents: how many documents gave at least one passage.
        passages: how many passages.
    """

    name: str = Field(min_length=1)
    version: str
    licence: str = ""
    description: str = ""
    documents: int = Field(ge=0)
    passages: int = Field(ge=0)


class SparseRecord(Record):
    """How the sparse vectors were made.

    Attributes:
        k1: saturation of term frequency.
        b: strength of length normalisation.
        average_length: mean number of terms of the passages, which the encoder of queries needs too.
        fingerprint: of the encoder with these values.
    """

    k1: float = Field(gt=0)
    b: float = Field(ge=0, le=1)
    average_length: float = Field(gt=0)
    fingerprint: str


class Manifest(Record):
    """Everything that must agree before an index is searched.

    Attributes:
        schema_version: of this record.
        generation: name of the generation this manifest lies in.
        dimension: length of the dense vectors.
        embedder: fingerprint of the embedder.
        sparse: BM25 settings and statistics.
        chunking: fingerprint of the chunk settings.
        linking: by which version of ``near_duplicates`` passages that say the same are linked; 0 for not at all.
        sentences: of which texts vectors of sentences were made; None where the store keeps none.
        layout: ``LayoutSettings.fingerprint`` of the store; empty for the default one.
        corpora: by name.
        passages: in all corpora together.
        truncated: how many of them are longer than the embedder reads, so that their vectors are of the beginning.
        created: when the build ended, with time zone.
        package_version: of the package that built it.
    """

    schema_version: int = SCHEMA_VERSION
    generation: str = Field(min_length=1)
    dimension: int = Field(ge=1)
    embedder: str
    sparse: SparseRecord
    chunking: str
    linking: int = 0
    sentences: str | None = None
    layout: str = ""
    corpora: tuple[IndexedCorpus, ...]
    passages: int = Field(ge=0)
    truncated: int = Field(default=0, ge=0)
    created: datetime
    package_version: str

    @field_validator("corpora")
    @classmethod
    def _named_once(cls, corpora: tuple[IndexedCorpus, ...]) -> tuple[IndexedCorpus, ...]:
        names = [corpus.name for corpus in corpora]
        if len(set(names)) != len(names):
            raise ValueError("a corpus is listed twice")
        return corpora

    def corpus(self, name: str) -> IndexedCorpus | None:
        """The corpus of that name, if it is in the index."""
        return next((corpus for corpus in self.corpora if corpus.name == name), None)

    def to_json(self) -> str:
        """The manifest as indented JSON; ``read_manifest`` gives an equal one back."""
        return self.model_dump_json(indent=2) + "\n"


def read_manifest(raw: str | bytes, origin: str) -> Manifest:
    """The manifest in ``raw``.

    Args:
        raw: JSON as ``Manifest.to_json`` writes it.
        origin: where it was read, for messages.

    Raises:
        UnusableIndexError: it is not a manifest, or of an older form.
        StoreError: it is of a newer version of this package.
    """
    try:
        version = _Version.model_validate_json(raw).schema_version
        if version == SCHEMA_VERSION:
            return Manifest.model_validate_json(raw)
    except ValidationError as error:
        raise UnusableIndexError(f"{origin} is damaged ({_first(error.errors())}): {REBUILD}") from error
    if version > SCHEMA_VERSION:
        raise StoreError(
            f"{origin} was written by a newer Wardround (schema {version}, this one reads {SCHEMA_VERSION}): update "
            "the package, or rebuild the index with `wardround corpus build`"
        )
    raise UnusableIndexError(f"{origin} has the outdated schema {version}: {REBUILD}")


REBUILD = "rebuild the index with `wardround corpus build`"


class _Version(Record):
    schema_version: int


def _first(errors: Sequence[object]) -> str:
    first = errors[0]
    if not isinstance(first, dict):
        return "unreadable"
    place = ".".join(str(part) for part in first.get("loc", ()))
    return f"{place}: {first.get('msg')}" if place else str(first.get("msg"))
