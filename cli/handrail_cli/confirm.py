"""Whether the person at the terminal agrees: a whole word, typed, and never by default."""

from __future__ import annotations

import sys


def somebody_here() -> bool:
    """Tell whether a person can be asked: there is a terminal to type at."""
    return sys.stdin is not None and sys.stdin.isatty()


def types_yes(question: str) -> bool:
    """Ask on stderr, and tell whether the person typed yes."""
    from handrail_cli.output import console

    console(stderr=True).print(question, end="", markup=False)
    return sys.stdin.readline().strip().casefold() in {"yes", "是"}
