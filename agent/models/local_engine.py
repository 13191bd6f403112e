"""A transformers model and its tokeniser in this process: loading, decoding and scoring, one call at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from wardround.agent.models.constrained_decoding import Grammars
from wardround.agent.models.local_packages import require_local_packages
from wardround.agent.models.protocol import Message, Prompt
from wardround.agent.models.row_decoding import Row, RowDecoder
from wardround.errors import BackendError, ConfigError, PrerequisiteError

Device = Literal["cpu", "cuda"]
Dtype = Literal["auto", "bfloat16", "float16", "float32"]
Quantisation = Literal["none", "int8", "nf4"]

_HASHED_ENDS = 1 << 20
_BITS: dict[str, dict[str, Any]] = {
    "int8": {"load_in_8bit": True},
    "nf4": {"load_in_4bit": True, "bnb_4bit_quant_type": "nf4", "bnb_4bit_compute_dtype": "bfloat16"},
}
_WORTH_SHARING = 32
"""Tokens; a shorter beginning costs less in the batch than in a pass of its own."""


class LocalEngine:
    """Holds model and tokeniser. Its methods block, and only one may run at a time.

    Weights are read from safetensors only, and no code that comes with a model is run.
    """

    def __init__(
        self, source: str | Path, *, device: Device, dtype: Dtype, quantisation: Quantisation = "none"
    ) -> None:
        """Loads from a folder, or by hub name from the local cache or the hub.

        Raises:
            PrerequisiteError: torch and transformers are not installed, or bitsandbytes where quantisation needs it.
            ConfigError: no such model, no CUDA device, no safetensors, or no chat template.
        """
        require_local_packages()
        quantised = _quantised_loading(quantisation, device)
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig

        if device == "cuda" and not torch.cuda.is_available():
            raise ConfigError(
                "model.device is cuda, but torch sees no CUDA device: set it to cpu or install torch for CUDA"
            )
        try:
            with quiet_loading():
                self._tokenizer: Any = AutoTokenizer.from_pretrained(source, trust_remote_code=False)
                model: Any = AutoModelForCausalLM.from_pretrained(
                    source, dtype=dtype, use_safetensors=True, trust_remote_code=False, **quantised
                )
        except (OSError, ValueError) as error:
            reason = str(error).strip().splitlines()[0]
            raise ConfigError(f"model.name {str(source)!r} cannot be loaded by transformers: {reason}") from error
        if not self._tokenizer.chat_template:
            raise ConfigError(f"model.name {str(source)!r} has no chat template: choose an instruction-tuned model")
        self._model = (model if quantised else model.to(device)).eval()
        self._end_tokens = _end_tokens(model.generation_config, self._tokenizer)
        # defaults that a model brings along, such as a repetition penalty, would change replies silently
        no_defaults = GenerationConfig(pad_token_id=min(self._end_tokens))  # type: ignore[no-untyped-call]
        self._model.generation_config = no_defaults
        self._vocabulary = int(model.get_output_embeddings().weight.shape[0])
        self._grammars: Grammars | None = None
        self.context_tokens = int(model.config.get_text_config().max_position_embeddings)
        precision = str(model.dtype).removeprefix("torch.") if quantisation == "none" else quantisation
        self.fingerprint = f"{device}:{precision}:{_weights_digest(source, model)}"

    def prompt_tokens(self, messages: Sequence[Message]) -> list[int]:
        """The prompt as the model sees it, up to where its reply begins.

        Raises:
            BackendError: the chat template refuses the messages, for instance a system role it does not know.
        """
        from jinja2 import TemplateError

        dialogue = [{"role": message.role, "content": message.content} for message in messages]
        try:
            encoded = self._tokenizer.apply_chat_template(dialogue, add_generation_prompt=True, return_dict=True)
        except TemplateError as error:
            raise BackendError(f"the model's chat template refuses these messages: {error}") from error
        return list(encoded["input_ids"])

    def new_row(self, prompt: Prompt) -> Row:
        """A reply to ``prompt`` before its first token."""
        if prompt.constraint is None:
            return Row(prompt)
        if self._grammars is None:
            self._grammars = Grammars(self._tokenizer, self._vocabulary, sorted(self._end_tokens))
        return Row(prompt, self._grammars.matcher(prompt.constraint))

    def decode(
        self, rows: Sequence[Row], *, is_cancelled: Callable[[], bool], on_step: Callable[[], None] = lambda: None
    ) -> None:
        """Decodes all rows side by side until each is over.

        Shorter prompts are padded after the beginning that all prompts share, so that this beginning runs
        through the model once for all of them.

        Args:
            rows: fresh ones, from ``new_row``.
            is_cancelled: asked after every token; True ends all rows.
            on_step: called after every token.
        """
        import torch
        from transformers import LogitsProcessorList, StoppingCriteriaList

        prompts = [self.prompt_tokens(row.prompt.messages) for row in rows]
        shared = _shared_beginning(prompts)
        gaps = [max(map(len, prompts)) - len(tokens) for tokens in prompts]
        layout = list(zip(prompts, gaps, strict=True))
        ids = [tokens[:shared] + [min(self._end_tokens)] * gap + tokens[shared:] for tokens, gap in layout]
        mask = [[1] * shared + [0] * gap + [1] * (len(tokens) - shared) for tokens, gap in layout]
        decoder = RowDecoder(rows, self._end_tokens, self._text_of, is_cancelled=is_cancelled, on_step=on_step)
        with torch.inference_mode():
            self._model.generate(
                input_ids=torch.tensor(ids, device=self._model.device),
                attention_mask=torch.tensor(mask, device=self._model.device),
                past_key_values=self._read(prompts[0][:shared], len(rows)) if shared else None,
                max_new_tokens=max(row.prompt.max_tokens for row in rows),
                do_sample=False,
                logits_processor=LogitsProcessorList([decoder.shape_logits]),
                stopping_criteria=StoppingCriteriaList([decoder.take_tokens]),
            )

    def log_likelihoods(self, prompt: Sequence[int], options: Sequence[str]) -> tuple[list[float], int]:
        """Summed natural log-probability of each option as the reply, and how many tokens the options have.

        The prompt runs through the model once; its keys and values are then shared by all options.
        """
        import torch

        said = [self._tokenizer.encode(option, add_special_tokens=False) for option in options]
        width = max(map(len, said))
        ids = torch.tensor([tokens + [0] * (width - len(tokens)) for tokens in said], device=self._model.device)
        real = torch.tensor([[1] * len(tokens) + [0] * (width - len(tokens)) for tokens in said]).to(ids.device)
        with torch.inference_mode():
            first = self._model(torch.tensor([prompt], device=ids.device), use_cache=True, logits_to_keep=1)
            logits = first.logits[:, -1:].expand(len(said), 1, -1)
            if width > 1:
                cache = first.past_key_values
                cache.batch_repeat_interleave(len(said))
                mask = torch.cat([real.new_ones(len(said), len(prompt)), real], dim=1)
                rest = self._model(ids, attention_mask=mask, past_key_values=cache, use_cache=True)
                logits = torch.cat([logits, rest.logits[:, :-1]], dim=1)
            each = logits.float().log_softmax(-1).gather(-1, ids.unsqueeze(-1)).squeeze(-1)
        return (each * real).sum(-1).tolist(), sum(map(len, said))

    def _read(self, tokens: Sequence[int], times: int) -> Any:
        """Keys and values of ``tokens``, for so many rows."""
        import torch

        ids = torch.tensor([tokens], device=self._model.device)
        cache = self._model(ids, use_cache=True, logits_to_keep=1).past_key_values
        cache.batch_repeat_interleave(times)
        return cache

    def _text_of(self, tokens: list[int]) -> str:
        return str(self._tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False))


def _quantised_loading(quantisation: Quantisation, device: Device) -> dict[str, Any]:
    """What transformers is told so that it loads the weights in fewer bits; empty where it is not to."""
    if quantisation == "none":
        return {}
    if find_spec("bitsandbytes") is None:
        raise PrerequisiteError(
            f"model.quantisation {quantisation} needs bitsandbytes; run: make setup-quantised "
            "(or: pip install 'wardround[quantised]')"
        )
    from transformers import BitsAndBytesConfig

    config = BitsAndBytesConfig(**_BITS[quantisation])  # type: ignore[no-untyped-call]  # the library leaves it untyped
    return {"quantization_config": config, "device_map": {"": device}}


@contextmanager
def quiet_loading() -> Iterator[None]:
    """Keeps transformers' own progress bars off the terminal."""
    from transformers.utils import logging

    was_enabled = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        if was_enabled:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def _shared_beginning(prompts: Sequence[Sequence[int]]) -> int:
    """Tokens that all prompts begin with, one of each prompt left over; 0 where sharing is not worth a pass."""
    if len(prompts) == 1:
        return 0
    columns = zip(*(tokens[:-1] for tokens in prompts), strict=False)
    alike = next((at for at, column in enumerate(columns) if len(set(column)) > 1), min(map(len, prompts)) - 1)
    return alike if alike >= _WORTH_SHARING else 0


def _end_tokens(generation: Any, tokenizer: Any) -> frozenset[int]:
    named = generation.eos_token_id
    ends = [tokenizer.eos_token_id, *(named if isinstance(named, list) else [named])]
    return frozenset(int(token) for token in ends if token is not None)


def _weights_digest(source: str | Path, model: Any) -> str:
    """Of configuration and weights: of each file its name, size and both ends, which is quick for any size."""
    folder = Path(source)
    digest = hashlib.sha256(model.config.to_json_string().encode())
    if not folder.is_dir():
        digest.update(str(getattr(model.config, "_commit_hash", None)).encode())
    for path in sorted(folder.glob("*.safetensors")) if folder.is_dir() else ():
        digest.update(f"{path.name}:{path.stat().st_size}".encode())
        with path.open("rb") as handle:
            digest.update(handle.read(_HASHED_ENDS))
            handle.seek(max(0, path.stat().st_size - _HASHED_ENDS))
            digest.update(handle.read())
    return digest.hexdigest()[:16]
