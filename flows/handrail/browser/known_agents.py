"""Remember the user agent of a browser, so that it need not be started once more to learn it."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handrail.browser.find import Browser


@dataclass(frozen=True)
class KnownAgent:
    """What a browser calls itself by itself."""

    version: str
    """The browser's version; another version calls itself otherwise."""
    user_agent: str


def recall(executable: Browser, *, headless: bool) -> KnownAgent | None:
    """Return what was remembered of this browser, or None."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        return KnownAgent(**json.loads(_file().read_bytes())[_key(executable, headless=headless)])
    return None


def remember(executable: Browser, known: KnownAgent, *, headless: bool) -> None:
    """Keep it for the next run; where that cannot be written, the next run asks again."""
    from handrail.core.files import write_private

    every: dict[str, object] = {}
    with suppress(OSError, ValueError):
        every = dict(json.loads(_file().read_bytes()))
    every[_key(executable, headless=headless)] = asdict(known)
    with suppress(OSError):
        _file().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(_file(), json.dumps(every).encode())


def _key(executable: Browser, *, headless: bool) -> str:
    return f"{'headless' if headless else 'window'} {executable.path}"


def _file() -> Path:
    import platformdirs

    return platformdirs.user_cache_path("handrail", appauthor=False) / "user-agents.json"
