"""The one settings tree: what a user may configure, with bounds and one line each."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from wardround.retrievers.settings import RetrievalSettings, Section

JudgeName = Literal["lexical", "nli", "model"]
Profile = Literal["embedded", "workstation", "cluster"]


class ModelSettings(Section):
    """Which language model writes, if any."""

    kind: Literal["none", "server", "transformers", "vllm"] = Field(
        default="none",
        description="none: answers by quotation; server: OpenAI-compatible, such as vLLM; transformers: in process; "
        "vllm: in process without streaming, for evaluations",
    )
    name: str | None = Field(default=None, description="model name on the server, or path or hub name in process")
    base_url: str = Field(default="http://localhost:8000/v1", description="the server's OpenAI endpoint")
    api_key_env: str = Field(default="WARDROUND_MODEL_API_KEY", description="environment variable with the API key")
    allowed_hosts: tuple[str, ...] = Field(
        default=(), description="hosts other than this machine that may see questions and passages"
    )
    timeout_seconds: float = Field(default=120, gt=0, description="per request")
    max_retries: int = Field(default=3, ge=0, le=20, description="after 429, 5xx and timeouts, with back-off")
    concurrency: int = Field(default=8, ge=1, le=1024, description="requests in flight at once")
    device: Literal["cpu", "cuda"] = Field(default="cpu", description="for kind transformers")
    dtype: Literal["auto", "bfloat16", "float16", "float32"] = Field(default="auto", description="for transformers")
    quantisation: Literal["none", "int8", "nf4"] = Field(
        default="none", description="for transformers: weights in 8 or 4 bits, at some loss of quality"
    )
    temperature: float = Field(default=0.0, ge=0, le=2, description="0 decodes greedily")
    top_p: float = Field(default=1.0, gt=0, le=1, description="share of probability that is sampled from")
    seed: int = Field(default=0, ge=0, description="of the sampling, where the engine takes one")


class AgentSettings(Section):
    """How a question is worked through (methods 3)."""

    mode: Literal["closed-book", "rag", "imedrag", "agent"] = Field(
        default="agent",
        description="agent: rounds with checks; rag: one search; imedrag: the published method; closed-book: no search",
    )
    n_rounds: int = Field(default=4, ge=1, le=16, description="rounds of follow-up queries at most")
    n_queries: int = Field(
        default=3,
        ge=1,
        le=16,
        description="queries a round at most; a last one that nobody plans by takes twice as many",
    )
    k: int = Field(default=14, ge=0, le=32, description="passages the answer is written from, without a certificate")
    certificate: Path | None = Field(default=None, description="file of wardround calibrate that chooses k instead")
    search_depth: int = Field(default=16, ge=1, le=200, description="passages fetched for each query")
    brief_passages: int = Field(
        default=5, ge=1, le=200, description="passages of a query that a language model reads between the rounds"
    )
    planner: Literal["follow-up", "draft"] = Field(
        default="follow-up",
        description="follow-up: asks what is open; draft: looks up what a drafted answer claims without evidence",
    )
    samples: int = Field(
        default=1, ge=1, le=32, description="answers a model writes, of which the one most agree with is taken"
    )
    max_calls: int = Field(
        default=10,
        ge=0,
        description="calls of the language model for one question, within which rounds and corrections keep; "
        "as many answers as agent.samples says are written all the same; 0: no limit",
    )
    max_tokens: int = Field(default=0, ge=0, description="its tokens after which no round begins; 0: no limit")
    max_seconds: float = Field(default=0, ge=0, description="seconds after which no round begins; 0: no limit")
    max_question_chars: int = Field(default=20_000, ge=100, description="longer questions are refused")
    max_claims: int = Field(default=5, ge=1, le=40, description="claims an answer by quotation holds at most")
    max_answer_tokens: int = Field(
        default=1200, ge=64, le=32_768, description="tokens a model may write an answer with"
    )
    unsupported: Literal["quote", "mark", "drop"] = Field(
        default="quote", description="what happens to a written claim that no passage supports"
    )
    judges: tuple[JudgeName, ...] = Field(
        default=("lexical",),
        min_length=1,
        description="who says whether a passage supports a claim: lexical, nli, model; of several the most cautious",
    )
    nli_model: str | None = Field(
        default=None, description="entailment classifier of the judge nli, by folder or hub name"
    )
    timeout_seconds: float = Field(default=300, gt=0, description="for one question; the run can be resumed")
    prompts_folder: Path | None = Field(default=None, description="prompt templates of your own, <name>.md each")


class SessionSettings(Section):
    """What is kept on disk."""

    folder: Path = Field(default=Path("~/.local/state/wardround"), description="checkpoints and chat sessions")
    checkpointer: str = Field(
        default="sqlite",
        pattern=r"^(sqlite|[\w.]+:\w+)$",
        description="sqlite: a file in the folder; or package.module:Class, an asynchronous LangGraph checkpointer",
    )
    checkpointer_address: str | None = Field(default=None, description="what that class connects to")
    redact: bool = Field(
        default=False, description="names, dates and record numbers are taken out of what chat, ask and serve are asked"
    )


class ServiceSettings(Section):
    """How ``wardround serve`` answers other people's programs."""

    host: str = Field(default="127.0.0.1", description="address to listen at; other than loopback needs a token")
    port: int = Field(default=8090, ge=0, le=65_535, description="port to listen at; 0: any that is free")
    token_env: str = Field(
        default="WARDROUND_SERVICE_TOKEN", description="environment variable with the token that callers must send"
    )
    concurrency: int = Field(default=8, ge=1, le=1024, description="questions answered at once; more wait their turn")
    waiting: int = Field(default=64, ge=0, le=10_000, description="questions that may wait; more are refused with 429")
    max_body_bytes: int = Field(default=1_000_000, ge=1000, description="longer requests are refused with 413")
    shutdown_seconds: int = Field(default=30, ge=0, le=3600, description="time for open answers once asked to stop")


class TelemetrySettings(Section):
    """What is recorded about questions while they are answered; nothing unless asked."""

    logs: Literal["off", "json"] = Field(default="off", description="json: one line an event on standard error")
    content: bool = Field(default=False, description="questions, queries and answers too, in logs and spans")
    otlp_endpoint: str | None = Field(default=None, description="collector that OpenTelemetry spans are sent to")
    allowed_hosts: tuple[str, ...] = Field(default=(), description="hosts other than this machine that may get spans")


class Settings(Section):
    """Everything that can be configured."""

    profile: Profile = Field(default="embedded", description="the defaults this file starts from")
    retrieval: RetrievalSettings = RetrievalSettings()
    model: ModelSettings = ModelSettings()
    agent: AgentSettings = AgentSettings()
    sessions: SessionSettings = SessionSettings()
    service: ServiceSettings = ServiceSettings()
    telemetry: TelemetrySettings = TelemetrySettings()
