"""Sentences that speak to a language model instead of about medicine; they are evidence of nothing."""

from __future__ import annotations

import re
import unicodedata

_ORDER = r"(?:ignore|disregard|forget|override|overrides|bypass|ignorez|ignoriere)"
_WHICH = r"(?:previous|prior|all|any|the|above|other|toutes|alle|every\w*)"
_RULES = r"(?:instructions?|rules?|prompts?|guidance|passages?|citations?|above|anweisungen)"

_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_ORDER}\b[^.]{{0,40}}\b{_WHICH}\b[^.]{{0,40}}\b{_RULES}\b",
        rf"\b{_ORDER} (?:everything|the above|the question)\b",
        r"忽略.{0,6}(?:指示|指令)",
        r"\b(?:system|developer|admin\w*) (?:prompt|message|override|mode|notice)\b",
        r"^\W*(?:system|assistant|human|user|developer)\s*:",
        r"\b(?:you are|act as) (?:now |a model|an? (?:ai|assistant|language model|chatbot)|docbot)",
        r"\b(?:from now on|from this point on)\b[^.]{0,60}\b(?:you|ignore|answer|cite|reply)\b",
        r"\b(?:note|notice|message) to (?:the )?(?:assistant|model|ai|llm)\b",
        r"\b(?:new|current|updated) (?:task|rule|instructions?)\b\s*(?:are|is)?\s*:",
        r"\b(?:repl(?:y|ies)|respond|answer|output)\b[^.]{0,30}"
        r"\b(?:only with|with only|with the word|with [A-E]\b|an empty list|json)",
        r"\bcite\b[^.]{0,30}(?:\bp-[0-9a-f]{4}|\bthis (?:study|passage|one)\b|\bno passages?\b|\bnothing\b|\[\d+\])",
        r"\b(?:ids?|reference) (?:to cite|list is|\[\d+\] everywhere)",
        r"\b(?:skip|drop|disable)\b[^.]{0,20}\b(?:verification|citations?|rules?|safety)\b",
        r"\b(?:print|append|include|repeat|show)\b[^.]{0,40}"
        r"\b(?:system prompt|api key|environment variables|conversation history|user's question|words above)\b",
        r"\bwrite at most \d+ claims\b|\bverdict\s*:|\"(?:claims|queries|verdict)\"\s*:",
        r"<\s*\|\s*\w+\s*\|\s*>|\[/?INST\]|<</?SYS>>|\[TOOL_CALLS\]",
        r"</?(?:system|think|tool_call|start_of_turn|end_of_turn)\b",
        r"</?(?:passages?|claim|findings|notes|conversation)\b",
    )
)


def speaks_to_a_model(text: str) -> bool:
    """Whether ``text`` gives orders to whatever reads it, or imitates the frame of a prompt.

    Words for clinicians are left alone: "Do not ignore chest pain" and "cite the guideline" are no such orders.
    """
    plain = unicodedata.normalize("NFKC", text)
    plain = "".join(c for c in plain if c in "\n\t" or unicodedata.category(c) not in ("Cf", "Cc"))
    return any(pattern.search(plain) for pattern in _PATTERNS)
