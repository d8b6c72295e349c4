"""Waiting for what is waited for: asked again and again until it is there, never for a fixed time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_S = 45.0
"""How long anything may take before the test gives up; a walk's steps take far less."""
_BETWEEN_LOOKS_S = 0.02


def wait_for(look: Callable[[], T | None], what: Callable[[], str] | str, patience: float = PATIENCE_S) -> T:
    """Return the first look that is neither None nor False; fail saying `what` did not come."""
    deadline = time.monotonic() + patience
    while True:
        seen = look()
        if seen is not None and seen is not False:
            return seen
        if time.monotonic() > deadline:
            raise AssertionError(what if isinstance(what, str) else what())
        time.sleep(_BETWEEN_LOOKS_S)
