"""Install a browser if there is none."""

from __future__ import annotations

import subprocess
import sys

from handrail.browser.find import Browser, Machine, find_browser
from handrail.core.errors import BrowserMissing, HandrailError
from handrail.core.i18n import choose
from handrail.core.i18n import gettext as _

DEBIAN_PACKAGES = ("chromium-headless-shell", "chromium")
CJK_FONT = "fonts-noto-cjk"
_UPDATE = ("update", "-qq")
_INSTALL = ("install", "-y", "-qq", "--no-install-recommends")


def main() -> int:
    """Install what is missing, and return the exit code."""
    choose(None)
    try:
        ensure_browser()
    except HandrailError as error:
        _say(f"{error.message} {error.hint}")
        return error.exit_code
    return 0


def ensure_browser(machine: Machine | None = None) -> Browser:
    """Find or install a browser, and on Debian a font for Chinese pages.

    Raises BrowserMissing if neither apt-get nor Playwright can install one.
    """
    machine = machine or Machine()
    try:
        browser = find_browser(None, headless=True, machine=machine)
    except BrowserMissing:
        _install_browser(machine)
        browser = find_browser(None, headless=True, machine=machine)
    _say(_("Browser: {name}, {path}", name=browser.name, path=browser.path))
    if _has_debians_packages(machine) and not _has_cjk_font(machine):
        _say(_("Installing {packages} with apt-get, to show Chinese pages.", packages=CJK_FONT))
        if not _apt(machine, CJK_FONT):
            _say(_("That did not succeed; Chinese letters may come out as empty boxes."))
    return browser


def _install_browser(machine: Machine) -> None:
    if _has_debians_packages(machine):
        packages = (*DEBIAN_PACKAGES, CJK_FONT)
        _say(_("No browser found: installing {packages} with apt-get.", packages=", ".join(packages)))
        if _apt(machine, *packages):
            return
    _say(_("No browser found: having Playwright install its own Chromium."))
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    ended = subprocess.run(command, check=False, env=machine.environ)  # noqa: S603  # our own interpreter
    if ended.returncode != 0:
        raise BrowserMissing(_("No browser was found, and none could be installed."))


def _has_debians_packages(machine: Machine) -> bool:
    return machine.as_root and machine.which("apt-get") is not None


def _apt(machine: Machine, *packages: str) -> bool:
    quiet = {**machine.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # apt-get's own complaints go to stderr, where the person reads them.
    for arguments in (_UPDATE, (*_INSTALL, *packages)):
        command = [str(machine.which("apt-get")), *arguments]
        ended = subprocess.run(command, check=False, env=quiet, stdout=subprocess.DEVNULL)  # noqa: S603  # fixed words
        if ended.returncode != 0:
            return False
    return True


def _has_cjk_font(machine: Machine) -> bool:
    lister = machine.which("fc-list")
    if lister is None:
        return False
    listed = subprocess.run(  # noqa: S603  # fixed words
        [lister, ":lang=zh", "family"], check=False, capture_output=True, env=machine.environ
    )
    return bool(listed.stdout.strip())


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
