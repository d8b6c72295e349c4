"""Ask the person at the terminal to type yes."""

from __future__ import annotations

import sys


def has_person() -> bool:
    """Whether stdin is a terminal, so that a person can be asked."""
    return sys.stdin is not None and sys.stdin.isatty()


def ask_yes(question: str) -> bool:
    """Ask on stderr, and return whether the person typed yes."""
    from handrail_cli.output import console

    console(stderr=True).print(question, end="", markup=False)
    return sys.stdin.readline().strip().casefold() in {"yes", "是"}
