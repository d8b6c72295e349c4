"""Making sure there is a browser: nothing is done where one is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from handrail.browser.find import find_browser
from handrail.errors import BrowserMissing, HandrailError
from handrail.i18n import choose
from handrail.i18n import gettext as _
from handrail.portable import is_root

DEBIAN_PACKAGES = ("chromium-headless-shell", "chromium")
CJK_FONT = "fonts-noto-cjk"
_UPDATE = ("apt-get", "update", "-qq")
_INSTALL = ("apt-get", "install", "-y", "-qq", "--no-install-recommends")


def main() -> int:
    """Install what is missing, saying so first; return the exit code."""
    choose(None)
    try:
        ensure_browser()
    except HandrailError as error:
        _say(f"{error.message} {error.hint}")
        return error.exit_code
    return 0


def ensure_browser() -> None:
    """Find a browser or install one, and a font for Chinese pages where we can.

    Raises BrowserMissing where neither Debian's packages nor Playwright's own can be had.
    """
    try:
        found = find_browser(None, headless=True)
    except BrowserMissing:
        _install_browser()
        found = find_browser(None, headless=True)
    _say(_("Browser: {name}, {path}", name=found.name, path=found.path))
    if _on_debian_as_root() and not _has_cjk_font():
        _say(_("Installing {packages} with apt-get, to show Chinese pages.", packages=CJK_FONT))
        _apt(CJK_FONT)


def _install_browser() -> None:
    if _on_debian_as_root():
        packages = (*DEBIAN_PACKAGES, CJK_FONT)
        _say(_("No browser found: installing {packages} with apt-get.", packages=", ".join(packages)))
        _apt(*packages)
        return
    _say(_("No browser found: having Playwright install its own Chromium."))
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    if subprocess.run(command, check=False).returncode != 0:  # noqa: S603  # our own interpreter
        raise BrowserMissing(_("No browser was found, and Playwright could not install its own."))


def _apt(*packages: str) -> None:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (_UPDATE, (*_INSTALL, *packages)):
        ended = subprocess.run(command, check=False, env=quiet, stdout=subprocess.DEVNULL)  # noqa: S603  # fixed words
        if ended.returncode != 0:
            raise BrowserMissing(
                _("`{command}` did not succeed.", command=" ".join(command)),
                hint=_("See what it says, mend that, and run the same command again."),
            )


def _on_debian_as_root() -> bool:
    return is_root() and shutil.which("apt-get") is not None


def _has_cjk_font() -> bool:
    lister = shutil.which("fc-list")
    if lister is None:
        return False
    listed = subprocess.run([lister, ":lang=zh", "family"], check=False, capture_output=True, text=True)  # noqa: S603
    return bool(listed.stdout.strip())


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
