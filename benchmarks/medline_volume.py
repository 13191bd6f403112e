"""What reading MEDLINE costs: our reader, a bare lxml iterparse and pubmed_parser on the same file.

The file is compressed, as NLM's are; pubmed_parser reads no other.

As a program (``medline_volume.py TASK FILE [FOLDER]``) it is the process of one such run, which prints seconds, records
and megabytes of memory; each run has a process of its own, so that memory is that of the run.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

REAL_FILE = Path("pubmed_xml") / "medline16n0902.xml.gz"
REPEATED = 20

_CITATION = re.compile(rb"<MedlineCitation .*?</MedlineCitation>", re.DOTALL)
_OWN_PMID = re.compile(rb"(<PMID[^>]*>)\d+")


class Reading(NamedTuple):
    """One run over a file."""

    seconds: float
    records: int
    megabytes: float


def write_volume(real_file: Path, path: Path) -> int:
    """Writes the citations of a real file many times, with new PMIDs, each a PubmedArticle; returns their number."""
    citations = _CITATION.findall(gzip.decompress(real_file.read_bytes()))
    count = 0
    with gzip.open(path, "wb", compresslevel=6) as handle:
        handle.write(b'<?xml version="1.0" encoding="utf-8"?>\n<PubmedArticleSet>\n')
        for _ in range(REPEATED):
            for citation in citations:
                count += 1
                renamed = _OWN_PMID.sub(b"\\g<1>%d" % (50_000_000 + count), citation, count=1)
                handle.write(b"<PubmedArticle>" + renamed + b"</PubmedArticle>\n")
        handle.write(b"</PubmedArticleSet>\n")
    return count


def reading(task: str, path: Path, parser_folder: Path | None = None) -> Reading:
    """One run in a process of its own.

    Args:
        task: ``records``, ``iterparse`` or ``pubmed_parser``.
        path: of the file.
        parser_folder: where pubmed_parser is installed.
    """
    environment = dict(os.environ)
    if parser_folder is not None:
        environment["PYTHONPATH"] = str(parser_folder)
    done = subprocess.run(
        [sys.executable, __file__, task, str(path)], check=True, stdout=subprocess.PIPE, env=environment
    )
    return Reading(**json.loads(done.stdout))


def _records(path: Path) -> int:
    from wardround.corpora.quarantine import refuse
    from wardround.corpora.sources.medline_read import read_medline

    return sum(1 for _ in read_medline(path, refuse))


def _iterparse(path: Path) -> int:
    from lxml import etree

    count = 0
    with gzip.open(path) as handle:
        for _, element in etree.iterparse(handle, tag="PubmedArticle"):
            count += 1
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    return count


def _pubmed_parser(path: Path) -> int:
    import pubmed_parser

    return sum(1 for _ in pubmed_parser.parse_medline_xml(str(path)))


def _peak_megabytes() -> float:
    """Of this program alone; what ``getrusage`` gives includes the process that started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    kibibytes = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    if kibibytes is None:
        raise SystemExit("bench-corpora: /proc/self/status does not say how much memory was used")
    return int(kibibytes[1]) * 1024 / 1e6


_TASKS = {"records": _records, "iterparse": _iterparse, "pubmed_parser": _pubmed_parser}


if __name__ == "__main__":
    begun = time.perf_counter()
    counted = _TASKS[sys.argv[1]](Path(sys.argv[2]))
    seconds = time.perf_counter() - begun
    print(json.dumps({"seconds": seconds, "records": counted, "megabytes": _peak_megabytes()}))
