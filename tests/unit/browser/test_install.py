"""Set-up's browser: left alone where there is one, installed and said where there is none."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from handrail.browser.find import Machine
from handrail.browser.install import ensure_browser
from handrail.core.errors import BadInput, BrowserMissing

Program = Callable[[str, str], Path]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """Put a small shell script on the test machine's PATH."""

    def put(name: str, script: str) -> Path:
        path = tmp_path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    return put


@pytest.fixture
def machine(tmp_path: Path, program: Program) -> Machine:
    """Describe a machine on which we are root, with a Chinese font and nothing else."""
    font_lister = program("fc-list", "echo 'Noto Sans CJK SC'")
    environ = {
        "PATH": str(tmp_path / "bin"),
        # Playwright's install must fail here, before it asks any network: no folder can be made below a file.
        "PLAYWRIGHT_BROWSERS_PATH": str(font_lister / "browsers"),
        "PLAYWRIGHT_DOWNLOAD_HOST": "http://127.0.0.1:1",
    }
    return Machine("linux", root=tmp_path, home=tmp_path, environ=environ, as_root=True)


def installs(log: Path, browser: Path) -> str:
    """Write an apt-get that notes what it was asked for, and installs a browser."""
    return f'echo "$@" >> {log}\nif [ "$1" = install ]; then : > {browser}; /bin/chmod +x {browser}; fi'


def test_a_browser_that_is_there_is_left_alone(machine: Machine, program: Program, tmp_path: Path) -> None:
    """A second set-up asks the package manager nothing."""
    shell = program("chromium-headless-shell", "")
    program("apt-get", installs(tmp_path / "log", shell))
    assert ensure_browser(machine).path == shell
    assert not (tmp_path / "log").exists()


def test_as_root_on_debian_its_packages_are_installed_and_that_is_said_first(
    machine: Machine, program: Program, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The lists are refreshed, then browser and font come in one go."""
    shell = tmp_path / "bin" / "chromium-headless-shell"
    program("apt-get", f"echo asked >&2\n{installs(tmp_path / 'log', shell)}")
    assert ensure_browser(machine).path == shell
    update, install = (tmp_path / "log").read_text(encoding="utf-8").splitlines()
    assert update.split()[0] == "update"
    assert {"chromium-headless-shell", "chromium", "fonts-noto-cjk"} < set(install.split())
    said = capfd.readouterr().err
    assert said.index("chromium-headless-shell") < said.index("asked")


def test_only_the_font_is_installed_where_only_the_font_is_missing(
    machine: Machine, program: Program, tmp_path: Path
) -> None:
    """Chinese pages would otherwise be photographed as empty boxes."""
    shell = program("chromium-headless-shell", "")
    program("fc-list", "")
    program("apt-get", installs(tmp_path / "log", shell))
    ensure_browser(machine)
    install = (tmp_path / "log").read_text(encoding="utf-8").splitlines()[1]
    assert install.split()[-1] == "fonts-noto-cjk"
    assert "chromium" not in install


def test_a_font_that_cannot_be_had_stops_nothing(
    machine: Machine, program: Program, capfd: pytest.CaptureFixture[str]
) -> None:
    """It is said, and the browser is used as it is."""
    shell = program("chromium-headless-shell", "")
    program("fc-list", "")
    program("apt-get", "exit 100")
    assert ensure_browser(machine).path == shell
    assert "empty boxes" in capfd.readouterr().err


@pytest.mark.parametrize("as_root", [True, False])
def test_where_nothing_can_be_installed_it_is_one_sentence_and_exit_2(
    as_root: bool, machine: Machine, program: Program, tmp_path: Path
) -> None:
    """Debian's packages are not tried without the right to; Playwright's own is tried last."""
    program("apt-get", f"echo asked >> {tmp_path / 'log'}\nexit 100")
    here = Machine("linux", machine.root, machine.home, machine.environ, as_root=as_root)
    with pytest.raises(BrowserMissing) as refusal:
        ensure_browser(here)
    assert refusal.value.exit_code == 2
    assert (tmp_path / "log").exists() is as_root


def test_a_chosen_browser_that_is_not_there_is_not_replaced(machine: Machine, program: Program) -> None:
    """The person named one; installing another would hide the mistake."""
    program("chromium-headless-shell", "")
    environ = {**machine.environ, "HANDRAIL_BROWSER": os.devnull}
    with pytest.raises(BadInput):
        ensure_browser(Machine("linux", machine.root, machine.home, environ, as_root=True))
