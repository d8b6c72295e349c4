"""Finding a browser Handrail can drive: the explicit choice first, then what is installed."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from handrail.errors import BadInput, BrowserMissing
from handrail.i18n import gettext as _
from handrail.portable import is_root

VARIABLE = "HANDRAIL_BROWSER"
"""The environment variable that names a browser's executable."""

_PLATFORM: str = sys.platform  # as a plain string: every branch is checked on every machine


@dataclass(frozen=True)
class Browser:
    """An installed browser of the Chromium family."""

    path: Path
    """The executable."""
    name: str
    """A person's word for it, such as Google Chrome."""
    headless_only: bool
    """Whether it has no window to show."""

    @property
    def sandbox(self) -> bool:
        """Whether Chromium's sandbox is on: always, except as root, where Chromium refuses it."""
        return not is_root()


@dataclass(frozen=True)
class _Known:
    name: str
    commands: tuple[str, ...]
    """On PATH."""
    mac: str | None = None
    """Below /Applications or ~/Applications."""
    windows: str | None = None
    """Below a program folder."""
    headless_only: bool = False


_SHELL = _Known(
    "Chromium headless shell",
    ("chromium-headless-shell", "chrome-headless-shell", "headless_shell"),
    headless_only=True,
)
_WINDOWED = (
    _Known(
        "Google Chrome",
        ("google-chrome-stable", "google-chrome", "chrome"),
        "Google Chrome.app/Contents/MacOS/Google Chrome",
        "Google/Chrome/Application/chrome.exe",
    ),
    _Known(
        "Microsoft Edge",
        ("microsoft-edge-stable", "microsoft-edge", "msedge"),
        "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
        "Microsoft/Edge/Application/msedge.exe",
    ),
    _Known(
        "Chromium",
        ("chromium", "chromium-browser"),
        "Chromium.app/Contents/MacOS/Chromium",
        "Chromium/Application/chrome.exe",
    ),
)


def find_browser(choice: Path | None, *, headless: bool) -> Browser:
    """Return the browser to drive: the choice, else HANDRAIL_BROWSER, else the best installed.

    Raises BadInput for a choice that cannot be used, BrowserMissing where there is none.
    """
    if choice is not None:
        return _chosen(choice, "--browser", headless=headless)
    if named := os.environ.get(VARIABLE):
        return _chosen(Path(named), VARIABLE, headless=headless)
    for browser in installed():
        if headless or not browser.headless_only:
            return browser
    raise BrowserMissing(
        _("There is no browser here that Handrail can drive.")
        if headless
        else _("There is no browser here that can show a window.")
    )


def installed() -> Iterator[Browser]:
    """Yield every browser found, the quickest to start first: it is taken for headless runs."""
    yield from _at(_SHELL)
    yield from _playwrights("chromium_headless_shell-*", "Playwright's headless shell", headless_only=True)
    for known in _WINDOWED:
        yield from _at(known)
    yield from _playwrights("chromium-*", "Playwright's Chromium", headless_only=False)


def _chosen(path: Path, where: str, *, headless: bool) -> Browser:
    found = shutil.which(path) or (str(path) if path.is_file() else None)
    if found is None or not os.access(found, os.X_OK):
        raise BadInput(
            _("{path} is not a program that can be started.", path=path),
            hint=_("Give the path of Chrome's, Edge's or Chromium's executable, or leave the choice out."),
            where=where,
        )
    headless_only = "headless" in Path(found).name
    if headless_only and not headless:
        raise BadInput(
            _("{path} has no window to show.", path=path),
            hint=_("Choose a browser with a window, or run headless."),
            where=where,
        )
    return Browser(Path(found), Path(found).name, headless_only)


def _at(known: _Known) -> Iterator[Browser]:
    for command in known.commands:
        if found := shutil.which(command):
            yield Browser(Path(found), known.name, known.headless_only)
            return
    for path in _usual_places(known):
        if path.is_file():
            yield Browser(path, known.name, known.headless_only)
            return


def _usual_places(known: _Known) -> Iterator[Path]:
    if _PLATFORM == "darwin" and known.mac:
        yield Path("/Applications") / known.mac
        yield Path.home() / "Applications" / known.mac
    if _PLATFORM == "win32" and known.windows:
        for variable in ("ProgramFiles", "ProgramFiles(x86)", "LocalAppData"):
            if folder := os.environ.get(variable):
                yield Path(folder) / known.windows


def _playwrights(pattern: str, name: str, *, headless_only: bool) -> Iterator[Browser]:
    programs = ("chrome", "chrome.exe", "chrome-headless-shell", "chrome-headless-shell.exe",
                "headless_shell", "headless_shell.exe", "Chromium", "Google Chrome for Testing")  # fmt: skip
    for folder in sorted(_playwright_folder().glob(pattern), reverse=True):
        for program in programs:
            for path in sorted(folder.rglob(program)):
                if path.is_file() and os.access(path, os.X_OK):
                    yield Browser(path, name, headless_only)
                    return


def _playwright_folder() -> Path:
    """Where Playwright keeps the browsers it installed (its documented default places)."""
    named = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    if named and named != "0":
        return Path(named)
    if _PLATFORM == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "ms-playwright"
    if _PLATFORM == "darwin":
        return Path.home() / "Library" / "Caches" / "ms-playwright"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "ms-playwright"
