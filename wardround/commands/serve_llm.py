"""``wardround serve-llm``: a language model behind vLLM, for as long as the command runs."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from wardround.errors import PrerequisiteError

if TYPE_CHECKING:
    from wardround.agent.models.serve_plan import ServePlan

PythonOption = Annotated[
    Path | None, Option("--python", help="Interpreter of the environment that holds vLLM; this one by default.")
]


def serve_llm(
    model: Annotated[str, Argument(help="A folder with a model, a hub name, or smollm2 (to try out only).")],
    python: PythonOption = None,
    name: Annotated[str | None, Option("--name", help="Name to serve it by; the model's own by default.")] = None,
    port: Annotated[int, Option("--port", min=1, max=65535, help="Port on this machine.")] = 8000,
    context: Annotated[
        int | None, Option("--context", min=256, help="Tokens of prompt and reply; as many as fit by default.")
    ] = None,
    seconds: Annotated[float, Option("--wait", min=1, help="Seconds until the server must be ready.")] = 900,
    log: Annotated[Path, Option("--log", help="File for the server's output.")] = Path("wardround-vllm.log"),
    print_only: Annotated[bool, Option("--print", help="Print the exact command and start nothing.")] = False,
) -> None:
    """Serve a language model with vLLM to this machine, by settings that suit its GPUs, until Ctrl-C.

    vLLM needs an environment of its own; where there is none, the command to run in one is printed.
    """
    from wardround.commands.termination import end_in_order

    plan = _plan(model, python, name, port, context)
    if print_only:
        sys.stdout.write(plan.as_shell() + "\n")
        return
    if python is None and find_spec("vllm") is None:
        sys.stdout.write(plan.as_shell() + "\n")
        raise PrerequisiteError(
            "vLLM is not installed in this environment and needs one of its own: make it (python3 -m venv vllm; "
            "vllm/bin/pip install vllm) and name it with --python vllm/bin/python, or run the command above there"
        )
    end_in_order("the server was stopped")
    _serve(plan, log.absolute(), seconds)


def _plan(model: str, python: Path | None, name: str | None, port: int, context: int | None) -> ServePlan:
    from wardround.agent.models import smollm2
    from wardround.agent.models.gpus import visible_gpus
    from wardround.agent.models.serve_plan import plan_server

    packaged = model == smollm2.NAME
    source = smollm2.transformers_folder(progress=_say) if packaged else model
    called = name or (smollm2.NAME if packaged else None)
    interpreter = python.absolute() if python else sys.executable
    return plan_server(source, visible_gpus(), python=interpreter, name=called, port=port, context_tokens=context)


def _serve(plan: ServePlan, log: Path, seconds: float) -> None:
    """Returns when the user has had enough."""
    from wardround.agent.models.serve import serving

    _say(f"Starting vLLM; its output goes to {log}")
    try:
        with serving(plan, log, seconds=seconds, on_wait=_tell_every_half_minute) as server:
            _say(f"{plan.name} is served at {plan.base_url} until Ctrl-C. To use it, in the settings:")
            sys.stdout.write(f'[model]\nkind = "server"\nbase_url = "{plan.base_url}"\nname = "{plan.name}"\n')
            sys.stdout.flush()
            server.until_it_ends()
    except KeyboardInterrupt:
        _say("Stopped.")


def _tell_every_half_minute(waited: float) -> None:
    if waited > 1 and waited % 30 < 0.5:  # heard twice a second
        _say(f"still loading, {waited:.0f} s")


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
