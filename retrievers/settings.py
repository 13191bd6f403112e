"""Settings of retrieval; every field is read somewhere, which a test checks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


class Section(BaseModel):
    """A frozen part of the settings tree; unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AnalysisSettings(Section):
    """What a word is to BM25; takes effect when the index is built, and queries are cut in the same way.

    Answers need the defaults: the agent reads words as they say. The others are for comparing, and for searches alone.
    """

    kind: Literal["biomedical", "lucene"] = Field(
        default="biomedical",
        description="lucene: its English analyser, as published runs use it; no other choices",
    )
    stemmer: Literal["snowball", "porter", "none"] = Field(default="snowball", description="porter: the original one")
    stop_words: Literal["questions", "lucene", "none"] = Field(
        default="questions", description="questions: with question words, but no negations; lucene: its 33"
    )
    compounds: Literal["names", "all", "none"] = Field(
        default="names", description="which compounds count as a whole beside their parts; names: such as TNF-alpha"
    )


class Bm25Settings(Section):
    """BM25 as Lucene computes it (methods 2.1); enters the index fingerprint."""

    k1: float = Field(default=0.9, gt=0, le=10, description="saturation of term frequency")
    b: float = Field(default=0.4, ge=0, le=1, description="strength of length normalisation")
    analysis: AnalysisSettings = AnalysisSettings()


class EmbedderSettings(Section):
    """Which model turns text into vectors."""

    kind: Literal["minilm", "transformers", "server"] = Field(
        default="minilm",
        description="minilm: packaged, in ONNX; transformers: any model by path or name; server: OpenAI-compatible",
    )
    model: str | None = Field(default=None, description="path or hub name, for transformers; its name on the server")
    query_model: str | None = Field(
        default=None, description="for transformers, where another model encodes queries, as MedCPT's two towers do"
    )
    passage_pairs: bool = Field(
        default=False,
        description="for transformers, a passage's title and text go in as a pair, as MedCPT reads articles",
    )
    device: Literal["auto", "cpu", "cuda"] = Field(default="auto", description="for transformers; auto: a GPU if any")
    dtype: Literal["auto", "bfloat16", "float32"] = Field(
        default="auto", description="for transformers; auto: bfloat16 where the processor computes in it"
    )
    pooling: Literal["auto", "mean", "cls", "last"] = Field(
        default="auto", description="for transformers; auto: as the model's folder says, else mean"
    )
    query_prefix: str | None = Field(
        default=None, description="for transformers, where none means as the model's folder says, and for server"
    )
    passage_prefix: str | None = Field(default=None, description="the same, for passages")
    dimensions: int | None = Field(
        default=None, ge=8, le=8192, description="keep so many first numbers of each vector, for matryoshka models"
    )
    batch_size: int = Field(default=16, ge=1, le=4096, description="texts embedded at once")
    threads: int = Field(default=0, ge=0, description="threads of the embedder; 0: all cores")
    url: str = Field(default="http://localhost:8001/v1", description="for server, its OpenAI endpoint")
    allowed_hosts: tuple[str, ...] = Field(
        default=(), description="hosts other than this machine that may see questions and passages to embed them"
    )
    api_key_env: str = Field(
        default="WARDROUND_EMBEDDER_API_KEY", description="for server, environment variable with its API key"
    )
    timeout_seconds: float = Field(default=60, gt=0, description="for server, per request")
    max_tokens: int = Field(
        default=256, ge=16, le=32_768, description="for server, pieces of six characters after which a text is cut"
    )


Quantization = Literal["none", "int8", "binary"]


class LayoutSettings(Section):
    """How vectors are laid out; takes effect when the index is built. All but quantization is for servers."""

    quantization: Quantization = Field(
        default="none", description="smaller vectors that are searched; the best are scored again by the full ones"
    )
    vectors_on_disk: bool = Field(default=False, description="full vectors on disk, with quantised ones in memory")
    shards: int = Field(default=1, ge=1, le=1024, description="parts of the collection, over the cluster's nodes")
    replicas: int = Field(default=1, ge=1, le=16, description="copies of each part")

    @property
    def fingerprint(self) -> str:
        """What differs from the default, by name; empty where nothing does."""
        stated = self.model_dump(exclude_defaults=True)
        return ",".join(f"{name}={value}" for name, value in sorted(stated.items()))


class StoreSettings(Section):
    """Where passages are kept."""

    kind: Literal["edge", "server"] = Field(default="edge", description="edge: a folder; server: Qdrant by URL")
    folder: Path = Field(default=Path("~/.local/share/wardround/index"), description="the edge store's folder")
    url: str | None = Field(default=None, description="Qdrant server, such as http://localhost:6333")
    allowed_hosts: tuple[str, ...] = Field(
        default=(), description="hosts other than this machine that may be the server, by name"
    )
    api_key_env: str = Field(default="QDRANT_API_KEY", description="environment variable that holds the API key")
    prefer_grpc: bool = Field(default=False, description="speak gRPC to the server")
    collection: str = Field(default="wardround", pattern=r"^[A-Za-z0-9_-]{1,64}$", description="alias on the server")
    timeout_seconds: float = Field(default=30, gt=0, description="per request to the server")
    layout: LayoutSettings = LayoutSettings()


class ConvexSettings(Section):
    """How two rankings become one by their scores, with feedback; the defaults were best on SciFact and BioASQ."""

    dense_share: float = Field(default=0.7, ge=0, le=1, description="weight of the likeness beside BM25's")
    sentence_share: float = Field(
        default=0.4, ge=0, le=1, description="of the likeness, by the best sentence, where the index has sentences"
    )
    depth: int = Field(default=120, ge=1, le=10_000, description="passages each ranking contributes")
    feedback_passages: int = Field(default=2, ge=0, le=100, description="best passages that pull the query; 0: none")
    feedback_strength: float = Field(default=0.4, ge=0, le=10, description="how far they pull it")
    neighbours: int = Field(default=3, ge=0, le=100, description="passages alike that share their scores; 0: none")
    smoothed: int = Field(default=30, ge=1, le=1000, description="best passages whose neighbours are looked at")
    neighbour_share: float = Field(default=0.2, ge=0, le=1, description="of a score, from the passages alike")


class FusionSettings(Section):
    """How the two rankings become one (methods 2.2)."""

    method: Literal["convex", "rrf"] = Field(
        default="convex", description="convex: by scores, with feedback; rrf: by reciprocal ranks"
    )
    rrf_k: int = Field(default=60, ge=1, le=1000, description="for rrf, its constant; rank counts from 1")
    rrf_dense_weight: float = Field(default=1, ge=0, le=100, description="for rrf, weight of dense beside 1 for BM25")
    depth: int = Field(default=100, ge=1, le=10_000, description="for rrf, passages each ranking contributes")
    convex: ConvexSettings = ConvexSettings()

    def identity(self) -> str:
        """What certificates compare; a field that came later is left out at its default, so that older ones hold."""
        came_later = {"rrf_dense_weight"} if self.rrf_dense_weight == 1 else set()
        return self.model_dump_json(exclude=came_later)


class RewritingSettings(Section):
    """How a query is rewritten, and how much that counts beside the query itself where both are searched for.

    For ``wardround eval retrieval``: an agent plans further queries instead, within the calls that an answer may cost.
    """

    share: float = Field(
        default=0.5, ge=0, le=1, description="for `eval retrieval`, of a score, where scores are fused (convex)"
    )
    rrf_weight: float = Field(default=1, ge=0, le=100, description="of each of its rankings, where ranks are (rrf)")
    max_tokens: int = Field(default=10_240, ge=16, le=131_072, description="of a written passage, thoughts included")
    temperature: float = Field(default=0.7, ge=0, le=2, description="at which it is sampled; R2MED's runs used 0.7")


class CrossEncoderSettings(Section):
    """How a cross-encoder computes."""

    device: Literal["auto", "cpu", "cuda"] = Field(default="auto", description="auto: a GPU if there is any")
    dtype: Literal["auto", "bfloat16", "float32"] = Field(
        default="auto", description="auto: bfloat16 where the processor computes in it"
    )
    batch_size: int = Field(default=16, ge=1, le=4096, description="passages read at once")
    max_tokens: int = Field(
        default=512, ge=16, le=32_768, description="of query and passage together; of the longer one the rest is cut"
    )


def _alone_or_several(given: object) -> object:
    return (given,) if isinstance(given, str | Path) else given


Files = Annotated[tuple[Path, ...], BeforeValidator(_alone_or_several)]
"""A file, or a list of files."""


class StageSettings(Section):
    """What stands before and behind a search, applied in this order; all but the first is off unless set."""

    explained: Literal["questions", "queries", "nothing"] = Field(
        default="questions",
        description="what gets the meaning of its brand names, lay words and abbreviations beside them; questions: as "
        "the agent reads them; queries: every search, too, as `wardround eval retrieval` measures it",
    )
    synonyms: Files = Field(
        default=(),
        description="terminologies (JSON Lines: name and synonyms, or generic and brands) whose names join a query",
    )
    reranker: str | None = Field(
        default=None,
        description="cross-encoder by path or hub name that orders the best anew; `model`: the configured language "
        "model, for `wardround eval retrieval` alone",
    )
    cross_encoder: CrossEncoderSettings = CrossEncoderSettings()
    reranked: int = Field(default=20, ge=2, le=1000, description="how many of the best the reranker reads")
    recency_weight: float = Field(
        default=0, ge=0, le=10, description="what the newest source gains, beside a best score of 1; 0: nothing"
    )
    recency_half_life: float = Field(default=10, gt=0, le=1000, description="years after which half of it is left")
    evidence_weight: float = Field(
        default=0, ge=0, le=10, description="what a guideline gains by its evidence level, likewise; 0: nothing"
    )
    weighed: int = Field(default=100, ge=2, le=1000, description="how many of the best are weighed so")
    diversity: float = Field(
        default=0, ge=0, le=1, description="how much a hit loses by being like one before it (MMR); 0: nothing"
    )
    diversified: int = Field(default=50, ge=2, le=1000, description="how many of the best are ordered so")
    per_document: int = Field(default=0, ge=0, description="hits of one document at most; 0: any number")
    grouped: int = Field(default=200, ge=2, le=1000, description="how many of the best are looked through for that")


class PubmedSettings(Section):
    """How PubMed's files and records are fetched."""

    folder: Path = Field(default=Path("~/.local/share/wardround/pubmed"), description="where fetched files are kept")
    email: str | None = Field(default=None, description="your address, by which NLM can reach heavy users")
    api_key_env: str = Field(default="NCBI_API_KEY", description="environment variable that holds your NCBI API key")
    files_url: str = Field(default="https://ftp.ncbi.nlm.nih.gov/pubmed", description="baseline and update files")
    eutils_url: str = Field(default="https://eutils.ncbi.nlm.nih.gov/entrez/eutils", description="NLM's E-utilities")
    allowed_hosts: tuple[str, ...] = Field(
        default=("ftp.ncbi.nlm.nih.gov", "eutils.ncbi.nlm.nih.gov"), description="hosts that may be asked"
    )
    max_retries: int = Field(default=5, ge=0, le=20, description="after 429, 5xx and dropped connections")


class RetrievalSettings(Section):
    """Everything between a query and its hits."""

    bm25: Bm25Settings = Bm25Settings()
    embedder: EmbedderSettings = EmbedderSettings()
    store: StoreSettings = StoreSettings()
    fusion: FusionSettings = FusionSettings()
    rewriting: RewritingSettings = RewritingSettings()
    stages: StageSettings = StageSettings()
    sentence_vectors: bool = Field(
        default=False, description="keep a vector of every sentence, too; takes effect when the index is built"
    )
    pubmed: PubmedSettings = PubmedSettings()
