"""Entry point of the command ``wardround`` and of ``python -m wardround``."""

from __future__ import annotations


def main() -> None:
    """Runs the command line and exits the process."""
    from wardround.commands.app import app

    app(prog_name="wardround")


if __name__ == "__main__":
    main()
