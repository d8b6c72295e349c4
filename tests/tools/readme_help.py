"""The README's help: what every verb prints for --help, written between two markers and kept fresh.

`python tests/tools/readme_help.py` writes it; with `--check` nothing is written, and 1 means it is stale.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- help:begin -->", "<!-- help:end -->"
_FIXED = {"TERMINAL_WIDTH": "100", "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb", "HANDRAIL_LANG": "en"}
_COLOURFUL = ("FORCE_COLOR", "PY_COLORS", "GITHUB_ACTIONS", "CLICOLOR_FORCE")


def main(arguments: list[str]) -> int:
    """Write the help into the README, or only say whether it is stale."""
    text = README.read_text("utf-8")
    fresh = with_help(text, help_of_all())
    if text == fresh:
        return 0
    if "--check" in arguments:
        sys.stderr.write("The help in README.md is stale: run `make readme` and commit what it writes.\n")
        return 1
    README.write_text(fresh, "utf-8")
    return 0


def with_help(text: str, generated: str) -> str:
    """Return the text with the generated help between its two markers."""
    before, begin, rest = text.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not (begin and end):
        raise SystemExit(f"README.md needs a line {BEGIN} and, below it, a line {END}.")
    return f"{before}{BEGIN}\n{generated}{END}{after}"


def help_of_all() -> str:
    """Return every verb's help as folded Markdown blocks, the same on every machine."""
    # Both libraries look at the environment when they are imported, so it is settled before.
    os.environ.update(_FIXED)
    for name in _COLOURFUL:
        os.environ.pop(name, None)
    return "".join(_block(verb) for verb in _verbs())


def _block(verb: tuple[str, ...]) -> str:
    from handrail_cli.main import main as handrail

    told = io.StringIO()
    with redirect_stdout(told):
        handrail([*verb, "--help"])
    lines = [line.rstrip() for line in told.getvalue().strip("\n").splitlines()]
    printed = "\n".join(lines).strip("\n")
    name = " ".join(("handrail", *verb))
    return f"\n<details><summary><code>{name}</code></summary>\n\n```text\n{printed}\n```\n\n</details>\n"


def _verbs() -> Iterator[tuple[str, ...]]:
    import typer.main

    from handrail.core.i18n import choose
    from handrail_cli.main import build_app

    choose("en")
    yield from _below(typer.main.get_command(build_app()), ())


def _below(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield path
    for name, child in getattr(command, "commands", {}).items():
        yield from _below(child, (*path, name))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
