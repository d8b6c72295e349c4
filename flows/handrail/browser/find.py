"""Find a browser that Handrail can drive: the chosen one, else an installed one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from handrail.core.errors import BadInput, BrowserMissing
from handrail.core.files import is_root
from handrail.core.i18n import gettext as _

Kind = Literal["chrome", "edge", "chromium", "headless-shell"]

NAMES: Mapping[Kind, str] = {
    "chrome": "Google Chrome",
    "edge": "Microsoft Edge",
    "chromium": "Chromium",
    "headless-shell": "Chromium headless shell",
}
"""Each kind's name for a person."""

VARIABLE = "HANDRAIL_BROWSER"
"""The environment variable that chooses a browser without --browser."""

_ON_PATH: Mapping[Kind, tuple[str, ...]] = {
    "chrome": ("google-chrome-stable", "google-chrome"),
    "edge": ("microsoft-edge-stable", "microsoft-edge"),
    "chromium": ("chromium", "chromium-browser"),
    "headless-shell": ("chromium-headless-shell", "chrome-headless-shell"),
}
_INSTALLED: Mapping[str, Mapping[Kind, str]] = {
    "linux": {"chrome": "opt/google/chrome/chrome", "edge": "opt/microsoft/msedge/msedge"},
    "darwin": {
        "chrome": "Google Chrome.app/Contents/MacOS/Google Chrome",
        "edge": "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
        "chromium": "Chromium.app/Contents/MacOS/Chromium",
    },
    "win32": {
        "chrome": "Google/Chrome/Application/chrome.exe",
        "edge": "Microsoft/Edge/Application/msedge.exe",
        "chromium": "Chromium/Application/chrome.exe",
    },
}
# Playwright has named its executables differently over time and between its own builds and Google's.
_PLAYWRIGHTS: Mapping[Kind, tuple[str, ...]] = {
    "headless-shell": (
        "chromium_headless_shell-*/*/chrome-headless-shell",
        "chromium_headless_shell-*/*/chrome-headless-shell.exe",
        "chromium_headless_shell-*/*/headless_shell",
    ),
    "chromium": (
        "chromium-*/*/chrome",
        "chromium-*/*/chrome.exe",
        "chromium-*/*/*.app/Contents/MacOS/*",
    ),
}
_VERSION = re.compile(r"\d+(?:\.\d+){3}")
_OF_THE_FAMILY = re.compile(r"chrom|edge|brave|vivaldi|opera", re.IGNORECASE)


@dataclass(frozen=True)
class Browser:
    """A browser's executable; nothing is known yet of whether it starts."""

    path: Path
    """The executable or the system's wrapper script."""
    kind: Kind
    """Its kind."""

    @property
    def name(self) -> str:
        """Its name for a person."""
        return NAMES[self.kind]

    @property
    def sandbox(self) -> bool:
        """Whether Chromium's sandbox is on: always, except as root, where Chromium refuses it."""
        return not is_root()

    @property
    def headless_only(self) -> bool:
        """Whether it cannot show a window."""
        return self.kind == "headless-shell"

    def version(self) -> str | None:
        """Return its four-part version, or None; on POSIX this starts it."""
        match = _VERSION.search(_version_output(self.path))
        return match[0] if match else None


@dataclass(frozen=True)
class Machine:
    """Where to look for browsers; by default this machine."""

    platform: str = sys.platform
    """As in sys.platform: linux, darwin, win32."""
    root: Path = Path("/")
    """The root of absolute paths."""
    home: Path = field(default_factory=Path.home)
    """The user's own folder."""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    """Environment variables: PATH, HANDRAIL_BROWSER, PLAYWRIGHT_BROWSERS_PATH, Windows' folders."""
    as_root: bool = field(default_factory=is_root)
    """Whether this process runs as root."""

    def which(self, name: str | Path) -> Path | None:
        """Return the program of this name on the machine's PATH."""
        program = shutil.which(name, path=self.environ.get("PATH", ""))
        return Path(program) if program else None


def find_browser(choice: Path | None, *, headless: bool, machine: Machine | None = None) -> Browser:
    """Return the browser to use: the choice, else HANDRAIL_BROWSER, else the best one installed.

    Raises BadInput where a choice cannot be used, and BrowserMissing where there is none at all.
    """
    machine = machine or Machine()
    if choice is not None:
        return _chosen(choice, "--browser", headless=headless, machine=machine)
    if named := machine.environ.get(VARIABLE):
        return _chosen(Path(named), VARIABLE, headless=headless, machine=machine)
    for browser in installed(machine):
        if headless or not browser.headless_only:
            return browser
    raise BrowserMissing(
        _("There is no browser here that Handrail can drive.")
        if headless
        else _("There is no browser here that can show a window.")
    )


def installed(machine: Machine) -> Iterator[Browser]:
    """Yield the installed browsers: first the headless shell, which starts fastest."""
    for path, kind in _places(machine):
        if _runs(path):
            yield Browser(path, kind)


def _places(machine: Machine) -> Iterator[tuple[Path, Kind]]:
    yield from _of_kind("headless-shell", machine)
    yield from _of_playwright("headless-shell", machine)
    for kind in ("chrome", "edge", "chromium"):
        yield from _of_kind(kind, machine)
    yield from _of_playwright("chromium", machine)


def _chosen(choice: Path, where: str, *, headless: bool, machine: Machine) -> Browser:
    path = _executable(choice, machine)
    if not path.exists():
        raise _unusable(_("There is no browser at {path}.", path=choice), where)
    if not _runs(path):
        raise _unusable(_("{path} is not a program that can be started.", path=choice), where)
    kind = _kind_of(path)
    if kind is None:
        raise _unusable(_("{path} is not a browser of the Chromium family.", path=choice), where)
    if kind == "headless-shell" and not headless:
        raise _unusable(_("{path} is a headless shell: it has no window to show.", path=choice), where)
    return Browser(path, kind)


def _unusable(message: str, where: str) -> BadInput:
    hint = _("Name the program of Chrome, Edge or Chromium, or leave the choice to Handrail.")
    return BadInput(message, hint=hint, where=where)


def _executable(choice: Path, machine: Machine) -> Path:
    """Return the executable meant by a path, a name on PATH or a macOS application."""
    choice = choice.expanduser()
    if choice.suffix == ".app" and choice.is_dir():
        return choice / "Contents" / "MacOS" / choice.stem
    if choice.name == str(choice) and not choice.is_file() and (program := machine.which(choice)):
        return program
    return choice.absolute()


def _kind_of(path: Path) -> Kind | None:
    name = path.name.lower().replace("_", "-").replace(" ", "-")
    if "headless-shell" in name:
        return "headless-shell"
    if "edge" in name:
        return "edge"
    if "chromium" in name or "for-testing" in name:
        return "chromium"
    if "chrome" in name:
        return "chromium" if path.parents[1].name.startswith("chromium-") else "chrome"
    return "chromium" if _OF_THE_FAMILY.search(_version_output(path)) else None


def _of_kind(kind: Kind, machine: Machine) -> Iterator[tuple[Path, Kind]]:
    for name in _ON_PATH[kind]:
        if program := machine.which(name):
            yield program, kind
    if place := _INSTALLED.get(machine.platform, {}).get(kind):
        for root in _roots(machine):
            yield root / place, kind


def _roots(machine: Machine) -> list[Path]:
    if machine.platform == "win32":
        variables = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
        return [Path(machine.environ[name]) for name in variables if name in machine.environ]
    if machine.platform == "darwin":
        return [machine.root / "Applications", machine.home / "Applications"]
    return [machine.root]


def _of_playwright(kind: Kind, machine: Machine) -> Iterator[tuple[Path, Kind]]:
    folder = _playwright_folder(machine)
    programs = [path for pattern in _PLAYWRIGHTS[kind] for path in folder.glob(pattern)]
    newest_first = sorted(programs, key=lambda path: _revision(path, folder), reverse=True)
    for path in newest_first:
        build = folder / path.relative_to(folder).parts[0]
        if (build / "INSTALLATION_COMPLETE").exists():
            yield path, kind


def _playwright_folder(machine: Machine) -> Path:
    named = machine.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    if named == "0":
        package = find_spec("playwright")
        place = Path(package.origin).parent if package and package.origin else machine.home
        return place / "driver" / "package" / ".local-browsers"
    if named:
        return Path(named)
    if machine.platform == "win32":
        local = machine.environ.get("LOCALAPPDATA")
        cache = Path(local) if local else machine.home / "AppData" / "Local"
    elif machine.platform == "darwin":
        cache = machine.home / "Library" / "Caches"
    else:
        cache = Path(machine.environ.get("XDG_CACHE_HOME") or machine.home / ".cache")
    return cache / "ms-playwright"


def _revision(path: Path, folder: Path) -> int:
    digits = path.relative_to(folder).parts[0].rpartition("-")[2]
    return int(digits) if digits.isdecimal() else 0


def _runs(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def _version_output(path: Path) -> str:
    if sys.platform == "win32":
        # On Windows, --version opens a window; a folder beside the program is named by the version.
        return " ".join(f"Chromium {entry.name}" for entry in path.parent.glob("*.*.*.*"))
    try:
        process = subprocess.run(  # noqa: S603  # the person's own choice of browser
            [path, "--version"], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return ""
    return process.stdout
