"""What MIRAGE's own evaluation script makes of the raw generations; shared by the tests and the benchmark."""

from __future__ import annotations

RIGHT_BY_OFFICIAL_SCORER = {
    ("mmlu_medical", "cot"): (344, 421),
    ("mmlu_medical", "rag_32"): (352, 405),
    ("medqa_us", "cot"): (417, 546),
    ("medqa_us", "rag_32"): (430, 547),
    ("medmcqa", "cot"): (1101, 1398),
    ("medmcqa", "rag_32"): (1191, 1336),
    ("pubmedqa_searched", "cot"): (96, 108),
    ("pubmedqa_searched", "rag_32"): (166, 170),
    ("bioasq_yesno", "cot"): (234, 270),
    ("bioasq_yesno", "rag_32"): (289, 295),
}
"""Questions of this half that the benchmark's own script counts as right, GPT-3.5 and GPT-4; counted once by running
its patterns over the same generations."""
