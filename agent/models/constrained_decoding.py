"""Limits which token may come next to those that can still lead to the demanded form (llguidance)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from wardround.agent.models.protocol import Choice, Constraint
from wardround.errors import BackendError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


class Grammars:
    """Compiles constraints for one tokeniser."""

    def __init__(self, tokenizer: Any, vocabulary: int, end_tokens: Sequence[int]) -> None:
        """Reads the tokeniser once, about a second.

        Args:
            tokenizer: a fast transformers tokeniser.
            vocabulary: width of the model's logits, which may exceed the tokeniser's vocabulary.
            end_tokens: tokens that end a reply.
        """
        from llguidance.hf import from_tokenizer

        self._tokens = from_tokenizer(tokenizer, n_vocab=vocabulary, eos_token=list(end_tokens))
        self._vocabulary = vocabulary

    def matcher(self, constraint: Constraint) -> Matcher:
        """A fresh matcher at the beginning of a reply.

        Raises:
            BackendError: the schema uses something that cannot be enforced.
        """
        from llguidance import LLMatcher

        matcher = LLMatcher(self._tokens, _grammar(constraint))
        if matcher.is_error():
            raise BackendError(f"this constraint cannot be enforced in process: {matcher.get_error().splitlines()[0]}")
        return Matcher(matcher, self._vocabulary)


class Matcher:
    """Follows one reply through its grammar."""

    def __init__(self, matcher: Any, vocabulary: int) -> None:
        self._matcher = matcher
        self._vocabulary = vocabulary

    @property
    def is_complete(self) -> bool:
        """Whether nothing but the end of the reply can follow."""
        return bool(self._matcher.is_stopped())

    def forbidden(self) -> npt.NDArray[np.bool_]:
        """For each token of the vocabulary, whether it may not come next."""
        import numpy as np

        bits = np.frombuffer(self._matcher.compute_bitmask(), dtype=np.uint8)
        allowed = np.zeros(self._vocabulary, dtype=np.bool_)
        known = np.unpackbits(bits, bitorder="little")[: self._vocabulary]
        allowed[: len(known)] = known
        return ~allowed

    def take(self, token: int) -> None:
        """Goes on with ``token``, which must not be forbidden.

        Raises:
            BackendError: the grammar does not accept it.
        """
        if not self._matcher.consume_token(token):
            raise BackendError(f"constrained decoding lost its way: {self._matcher.get_error()}")


def _grammar(constraint: Constraint) -> str:
    from llguidance import LLMatcher

    if isinstance(constraint, Choice):
        literals = (json.dumps(option, ensure_ascii=False) for option in constraint.options)
        return str(LLMatcher.grammar_from_lark("start: " + " | ".join(literals)))
    # free white space lets a small model indent until it runs out of tokens
    return str(LLMatcher.grammar_from_json_schema(dict(constraint.schema), overrides={"whitespace_flexible": False}))
