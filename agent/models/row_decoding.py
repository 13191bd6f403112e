"""Decodes a batch of prompts, each row by its own sampling, constraint, length and stop texts.

Sampling happens inside the logits: noise from the Gumbel distribution is added to the scaled logits, after
which the largest is a sample of their softmax (Gumbel 1954). So rows of one batch may differ in temperature
and seed, a row's reply does not depend on its neighbours, and torch's global random state is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from wardround.agent.models.constrained_decoding import Matcher
from wardround.agent.models.protocol import Prompt

if TYPE_CHECKING:
    import torch

UNFINISHED_CHARACTER = "\ufffd"
"""What a tokeniser writes for the first bytes of a character whose last bytes have not come yet."""


@dataclass
class Row:
    """One reply as it grows.

    Attributes:
        prompt: what it answers.
        matcher: follows its constraint, if it has one.
        tokens: decoded so far, without the one that ends a reply.
        text: of ``tokens``, cut before a stop text.
        finish_reason: None until it is over.
    """

    prompt: Prompt
    matcher: Matcher | None = None
    tokens: list[int] = field(default_factory=list)
    text: str = ""
    finish_reason: Literal["stop", "length"] | None = None

    def take(self, token: int, end_tokens: frozenset[int], text_of: Callable[[list[int]], str]) -> None:
        """Goes on with ``token``."""
        if token in end_tokens:
            self.finish_reason = "stop"
            return
        self.tokens.append(token)
        self.text = text_of(self.tokens)
        if self.matcher is not None:
            self.matcher.take(token)
        stops = [at for stop in self.prompt.stop if (at := self.text.find(stop)) >= 0]
        if stops:
            self.text = self.text[: min(stops)]
        if stops or (self.matcher is not None and self.matcher.is_complete):
            self.finish_reason = "stop"
        elif len(self.tokens) >= self.prompt.max_tokens:
            self.finish_reason = "length"

    def certain_text(self) -> str:
        """The text that no later token can change: no half character, no beginning of a stop text."""
        if self.finish_reason is not None:
            return self.text
        text = self.text.rstrip(UNFINISHED_CHARACTER)
        held = max((_overlap(text, stop) for stop in self.prompt.stop), default=0)
        return text[: len(text) - held]


class RowDecoder:
    """Steps all rows of a batch together: shapes the logits, takes the tokens, says which rows are done."""

    def __init__(
        self,
        rows: Sequence[Row],
        end_tokens: frozenset[int],
        text_of: Callable[[list[int]], str],
        *,
        is_cancelled: Callable[[], bool],
        on_step: Callable[[], None],
    ) -> None:
        import torch

        self._rows = rows
        self._end_tokens = end_tokens
        self._text_of = text_of
        self._is_cancelled = is_cancelled
        self._on_step = on_step
        self._generators = [torch.Generator().manual_seed(row.prompt.seed) for row in rows]

    def shape_logits(self, input_ids: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
        """A logits processor after which greedy decoding does what every row asks for.

        Args:
            input_ids: not used.
            logits: rows x vocabulary.
        """
        for index, row in enumerate(self._rows):
            if row.finish_reason is None:
                logits[index] = self._shaped(row, logits[index], self._generators[index])
        return logits

    def take_tokens(self, input_ids: torch.Tensor, scores: Any, **_: Any) -> torch.Tensor:
        """A stopping criterion: reads the last token of every row that is not done.

        Args:
            input_ids: rows x tokens so far.
            scores: not used.
        """
        import torch

        for row, token in zip(self._rows, input_ids[:, -1].tolist(), strict=True):
            if row.finish_reason is None:
                row.take(token, self._end_tokens, self._text_of)
        self._on_step()
        done = [self._is_cancelled() or row.finish_reason is not None for row in self._rows]
        return torch.tensor(done, device=input_ids.device)

    def _shaped(self, row: Row, logits: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        import torch

        if row.matcher is not None:
            forbidden = torch.from_numpy(row.matcher.forbidden()).to(logits.device)
            logits = logits.masked_fill(forbidden, float("-inf"))
        if row.prompt.temperature == 0.0:
            return logits
        kept = _nucleus(logits / row.prompt.temperature, row.prompt.top_p)
        uniform = torch.rand(logits.shape, generator=generator).clamp_min(torch.finfo(torch.float32).tiny)
        return kept - (-uniform.log()).log().to(logits.device)


def _nucleus(logits: torch.Tensor, top_p: float) -> torch.Tensor:
    """Keeps the likeliest tokens that together reach ``top_p``, one at least; the others get -inf."""
    if top_p >= 1.0:
        return logits
    ordered, order = logits.softmax(-1).sort(descending=True)
    beyond = ordered.cumsum(-1) - ordered >= top_p
    return logits.masked_fill(beyond.gather(0, order.argsort()), float("-inf"))


def _overlap(text: str, stop: str) -> int:
    """Length of the longest end of ``text`` that begins ``stop``."""
    return next((size for size in range(min(len(stop) - 1, len(text)), 0, -1) if text.endswith(stop[:size])), 0)
