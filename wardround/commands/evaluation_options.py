"""The options that the commands of ``wardround eval`` share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Option

RUNS = Path("runs")
"""Where runs lie that were not given a folder."""

DataOption = Annotated[
    Path, Option("--data", help="Folder with the task's data, or the folder that holds all data folders.")
]
NotedDataOption = Annotated[
    Path | None, Option("--data", help="Folder with the run's data, where it is no longer where the run found it.")
]
JsonOption = Annotated[bool, Option("--json", help="Print JSON.")]
