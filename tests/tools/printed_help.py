"""What every command prints for --help, as Markdown, the same on every machine."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import redirect_stdout
from typing import Any

_FIXED = {"TERMINAL_WIDTH": "100", "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb", "HANDRAIL_LANG": "en"}
_COLOURFUL = ("FORCE_COLOR", "PY_COLORS", "GITHUB_ACTIONS", "CLICOLOR_FORCE")


def help_of_all() -> str:
    """Return every command's help, each below a heading of its own."""
    # Both libraries look at the environment when they are imported, so it is settled before.
    os.environ.update(_FIXED)
    for name in _COLOURFUL:
        os.environ.pop(name, None)
    return "\n".join(_section(command) for command in _commands())


def _section(command: tuple[str, ...]) -> str:
    from handrail_cli.main import main as handrail

    stdout = io.StringIO()
    with redirect_stdout(stdout):
        handrail([*command, "--help"])
    lines = [line.rstrip() for line in stdout.getvalue().strip("\n").splitlines()]
    printed = "\n".join(lines).strip("\n")
    return f"## {' '.join(('handrail', *command))}\n\n```text\n{printed}\n```\n"


def _commands() -> Iterator[tuple[str, ...]]:
    import typer.main

    from handrail.core.i18n import choose
    from handrail_cli.main import build_app

    choose("en")
    yield from _below(typer.main.get_command(build_app()), ())


def _below(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield path
    for name, child in getattr(command, "commands", {}).items():
        yield from _below(child, (*path, name))
