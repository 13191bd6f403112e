"""What we say: one template file per prompt, each held to its contract when it is loaded."""

from wardround.prompts.contract import CONTRACTS, PromptContract
from wardround.prompts.load import PromptLibrary, load_prompts
from wardround.prompts.template import PromptTemplate, RenderedPrompt
from wardround.prompts.untrusted import Entry, data_block, harmless, one_line, opaque_ids, prompt_key

__all__ = [
    "CONTRACTS",
    "Entry",
    "PromptContract",
    "PromptLibrary",
    "PromptTemplate",
    "RenderedPrompt",
    "data_block",
    "harmless",
    "load_prompts",
    "one_line",
    "opaque_ids",
    "prompt_key",
]
