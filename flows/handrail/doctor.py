"""Check what a run needs from this machine."""

from __future__ import annotations

import platform
import sys
import time
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from handrail.browser.find import Browser, find_browser
from handrail.browser.screen import has_screen
from handrail.core.errors import HandrailError
from handrail.core.files import writable_folder
from handrail.core.i18n import gettext as _
from handrail.core.i18n import language

LANGUAGES = {"en": "English", "zh": "中文"}
"""Each language by its own name."""

# A font without Chinese characters draws the same box for any two of them.
_GLYPHS_DIFFER = """() => {
  const draw = text => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 40;
    const pen = canvas.getContext('2d');
    pen.font = '32px sans-serif';
    pen.fillText(text, 2, 34);
    return canvas.toDataURL();
  };
  return draw('验') !== draw('证');
}"""


@dataclass(frozen=True)
class Finding:
    """The result of one check."""

    what: str
    """The check's name, the same in every language."""
    verdict: Literal["ok", "warning", "problem"]
    sentence: str
    hint: str | None = None

    def as_json(self) -> dict[str, str | None]:
        """Return the values for --json."""
        return asdict(self)


def examine(choice: Path | None, *, out: Path, state: Path) -> list[Finding]:
    """Run all checks; no file is left behind."""
    return [
        _python(),
        _playwright(),
        _language(),
        *_headless(choice),
        _windowed(choice),
        _folder("state", _("State folder"), state, "--state"),
        _folder("out", _("Evidence folder"), out, "--out"),
    ]


def _python() -> Finding:
    return Finding("python", "ok", f"Python {platform.python_version()} ({sys.platform})")


def _playwright() -> Finding:
    return Finding("playwright", "ok", f"Playwright {version('playwright')}")


def _language() -> Finding:
    return Finding("language", "ok", _("Language: {language}", language=LANGUAGES[language()]))


def _headless(choice: Path | None) -> list[Finding]:
    try:
        browser = find_browser(choice, headless=True)
    except HandrailError as error:
        return [Finding("browser", "problem", error.message, error.hint)]
    return _rendering(browser)


def _windowed(choice: Path | None) -> Finding:
    try:
        browser = find_browser(choice, headless=False)
    except HandrailError as error:
        return Finding(
            "window",
            "warning",
            error.message,
            _("Dry runs work without one; a real verification needs a window: install Chrome or Edge."),
        )
    if not has_screen():
        return Finding(
            "window",
            "warning",
            _("There is no screen here to show a window on."),
            _("Dry runs work without one; a real verification needs a desktop session."),
        )
    return Finding("window", "ok", _("For a window: {name}, {path}", name=browser.name, path=browser.path))


def _rendering(executable: Browser) -> list[Finding]:
    """Start the browser and draw two Chinese characters."""
    from playwright.sync_api import Error, sync_playwright

    began = time.perf_counter()
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=executable.path, headless=True, chromium_sandbox=executable.sandbox
            )
        except Error as error:
            reason = error.message.splitlines()[0]
            text = _("{path} could not be started: {reason}", path=executable.path, reason=reason)
            return [Finding("browser", "problem", text, _("Name another one with --browser PATH."))]
        try:
            drawn = bool(browser.new_page().evaluate(_GLYPHS_DIFFER))
            text = _(
                "Browser: {name} {version}, {path}, ready in {seconds} s",
                name=executable.name,
                version=browser.version,
                path=executable.path,
                seconds=f"{time.perf_counter() - began:.1f}",
            )
        finally:
            browser.close()
    return [Finding("browser", "ok", text), _font(drawn)]


def _font(drawn: bool) -> Finding:
    if drawn:
        return Finding("font", "ok", _("Chinese letters are drawn."))
    return Finding(
        "font",
        "warning",
        _("Chinese letters come out as empty boxes."),
        _("Install a font for them, such as Noto Sans CJK (Debian: fonts-noto-cjk)."),
    )


def _folder(what: str, name: str, folder: Path, option: str) -> Finding:
    folder = folder.absolute()
    made = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        writable_folder(folder, option=option)
    except HandrailError as error:
        return Finding(what, "problem", error.message, error.hint)
    finally:
        for place in made:
            if place.exists():
                place.rmdir()
    return Finding(what, "ok", _("{name}: {path}", name=name, path=folder))
