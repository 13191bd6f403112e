"""PDF files as text, one section for each page."""

from __future__ import annotations

import io
import logging
from collections import Counter

from wardround.corpora.layout import LaidOutText, Layout
from wardround.corpora.plaintext import lines, one_line
from wardround.corpora.prose import add_prose

MOST_PAGES = 5000
_LONGEST_RUNNING_HEAD = 120
"""Characters; a line at a page's edge that most pages share is no part of the text."""


def pdf_to_text(data: bytes) -> LaidOutText:
    """The text layer of a PDF; the heading of each section is its page. Running heads and page numbers are dropped.

    Raises:
        ValueError: it is damaged, encrypted with a password, or holds pictures of text only.
    """
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it reports each oddity of a damaged file
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise ValueError("it is encrypted with a password; save a copy without one")
        if len(reader.pages) > MOST_PAGES:
            raise ValueError(f"it has more than {MOST_PAGES} pages; split it")
        pages = [lines(page.extract_text()) for page in reader.pages]
    except ValueError:
        raise
    except Exception as error:  # on a damaged file pypdf raises whatever its parser trips over
        raise ValueError(f"damaged PDF: {one_line(str(error)) or type(error).__name__}") from error
    running = _running_heads(pages)
    layout = Layout()
    for number, page in enumerate(pages, start=1):
        layout.heading(1, f"Page {number}")
        add_prose(layout, "\n".join(line for line in page if _bare(line) not in running))
    text = layout.build()
    if not text.sections:
        raise ValueError("it holds no text, only pictures perhaps; run text recognition (OCR) on it first")
    return text


def _running_heads(pages: list[list[str]]) -> frozenset[str]:
    """First and last lines that two thirds of the pages, four at least, share but for their numbers."""
    edges: Counter[str] = Counter()
    for page in pages:
        filled = [line for line in page if line.strip()]
        edges.update({_bare(line) for line in (*filled[:1], *filled[-1:]) if len(line) <= _LONGEST_RUNNING_HEAD})
    return frozenset(line for line, count in edges.items() if count >= max(4, len(pages) * 2 / 3))


def _bare(line: str) -> str:
    return "".join("#" if character.isdigit() else character for character in line.strip())
