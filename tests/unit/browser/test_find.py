"""Finding a browser: the person's choice first, then what is installed, on three systems."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from handrail.browser.find import Browser, Machine, find_browser, installed
from handrail.core.errors import BadInput, BrowserMissing
from handrail.core.files import is_root

Put = Callable[[str], Path]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Put a program that only says its name below the test's own folder."""

    def put(place: str) -> Path:
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\necho 'This is {path.name} 1.2'\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    return put


def machine(tmp_path: Path, platform: str = "linux", **environ: str) -> Machine:
    """Describe a machine with nothing on it but what a test puts below its own folder."""
    return Machine(platform=platform, root=tmp_path, home=tmp_path / "home", environ=environ)


def build(put: Put, folder: str, program: str) -> Path:
    """Put a browser where Playwright does, its download complete."""
    path = put(f"{folder}/{program}")
    (path.parents[len(Path(program).parts) - 1] / "INSTALLATION_COMPLETE").touch()
    return path


def test_the_browser_of_this_machine_is_found_and_tells_its_version() -> None:
    """What set-up installed is found, and its version has the four parts Chromium's have."""
    version = find_browser(None, headless=True).version()
    assert version is not None
    assert len(version.split(".")) == 4


def test_a_headless_run_takes_the_shell_and_a_headed_one_the_window(put: Put, tmp_path: Path) -> None:
    """The shell starts fastest, but has no window."""
    shell, window = put("bin/chromium-headless-shell"), put("bin/google-chrome")
    here = machine(tmp_path, PATH=str(tmp_path / "bin"))
    assert find_browser(None, headless=True, machine=here) == Browser(shell, "headless-shell")
    assert find_browser(None, headless=False, machine=here) == Browser(window, "chrome")


def test_chrome_comes_before_edge_before_chromium(put: Put, tmp_path: Path) -> None:
    """The order does not depend on where each of them stands."""
    chromium, edge = put("bin/chromium"), put("opt/microsoft/msedge/msedge")
    chrome = put("opt/google/chrome/chrome")
    here = machine(tmp_path, PATH=str(tmp_path / "bin"))
    assert [browser.path for browser in installed(here)] == [chrome, edge, chromium]


@pytest.mark.parametrize("variable", ["PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"])
def test_on_windows_edge_is_found_in_each_program_folder(variable: str, put: Put, tmp_path: Path) -> None:
    """A seller's Windows has Edge, for everybody or for one user."""
    edge = put("Programs/Microsoft/Edge/Application/msedge.exe")
    here = machine(tmp_path, "win32", **{variable: str(tmp_path / "Programs")})
    assert find_browser(None, headless=False, machine=here) == Browser(edge, "edge")


@pytest.mark.parametrize("folder", ["Applications", "home/Applications"])
def test_on_macos_chrome_is_found_among_the_applications(folder: str, put: Put, tmp_path: Path) -> None:
    """For everybody, or for one user."""
    chrome = put(f"{folder}/Google Chrome.app/Contents/MacOS/Google Chrome")
    here = machine(tmp_path, "darwin")
    assert find_browser(None, headless=True, machine=here) == Browser(chrome, "chrome")


@pytest.mark.parametrize(
    ("platform", "cache", "program"),
    [
        ("linux", "home/.cache", "chrome-linux64/chrome"),
        ("win32", "home/AppData/Local", "chrome-win64/chrome.exe"),
        (
            "darwin",
            "home/Library/Caches",
            "chrome-mac-arm64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing",
        ),
    ],
)
def test_playwrights_own_is_found_where_it_keeps_it(
    platform: str, cache: str, program: str, put: Put, tmp_path: Path
) -> None:
    """Each system has its own cache folder."""
    path = build(put, f"{cache}/ms-playwright/chromium-1255", program)
    here = machine(tmp_path, platform)
    assert find_browser(None, headless=False, machine=here) == Browser(path, "chromium")


def test_the_newest_complete_build_of_playwright_is_taken(put: Put, tmp_path: Path) -> None:
    """A download that was cut off is passed by, and 1255 is newer than 999."""
    program = "chrome-headless-shell-linux64/chrome-headless-shell"
    build(put, "browsers/chromium_headless_shell-999", program)
    newest = build(put, "browsers/chromium_headless_shell-1255", program)
    put(f"browsers/chromium_headless_shell-1300/{program}")
    here = machine(tmp_path, PLAYWRIGHT_BROWSERS_PATH=str(tmp_path / "browsers"))
    assert find_browser(None, headless=True, machine=here) == Browser(newest, "headless-shell")


def test_the_option_goes_before_the_variable_and_the_variable_before_the_installed(
    put: Put, tmp_path: Path
) -> None:
    """The nearest choice counts."""
    put("bin/google-chrome")
    option, variable = put("a/chromium"), put("b/msedge")
    here = machine(tmp_path, PATH=str(tmp_path / "bin"), HANDRAIL_BROWSER=str(variable))
    assert find_browser(option, headless=True, machine=here).path == option
    assert find_browser(None, headless=True, machine=here).path == variable


def test_a_choice_may_be_a_name_on_the_path_or_a_macos_application(put: Put, tmp_path: Path) -> None:
    """Both are what a person calls the program."""
    chromium = put("bin/chromium")
    chrome = put("Google Chrome.app/Contents/MacOS/Google Chrome")
    here = machine(tmp_path, PATH=str(tmp_path / "bin"))
    assert find_browser(Path("chromium"), headless=True, machine=here).path == chromium
    application = tmp_path / "Google Chrome.app"
    assert find_browser(application, headless=True, machine=here).path == chrome


@pytest.mark.parametrize("by", ["--browser", "HANDRAIL_BROWSER"])
def test_a_choice_that_is_not_there_is_never_replaced_by_another(by: str, put: Put, tmp_path: Path) -> None:
    """The sentence names the path, and where it was chosen."""
    put("bin/google-chrome")
    missing = tmp_path / "nowhere" / "chrome"
    choice = missing if by == "--browser" else None
    here = machine(tmp_path, PATH=str(tmp_path / "bin"), HANDRAIL_BROWSER=str(missing))
    with pytest.raises(BadInput) as refusal:
        find_browser(choice, headless=True, machine=here)
    assert str(missing) in refusal.value.message
    assert refusal.value.where == by


def test_a_choice_that_cannot_be_started_is_refused(tmp_path: Path) -> None:
    """A file without the right to run, and a folder."""
    (tmp_path / "chrome").write_text("not a program", encoding="utf-8")
    for choice in (tmp_path / "chrome", tmp_path):
        with pytest.raises(BadInput, match="not a program that can be started"):
            find_browser(choice, headless=True, machine=machine(tmp_path))


def test_a_choice_outside_the_chromium_family_is_refused(put: Put, tmp_path: Path) -> None:
    """Firefox cannot be driven the way Handrail drives a browser."""
    with pytest.raises(BadInput, match="Chromium family"):
        find_browser(put("bin/firefox"), headless=True, machine=machine(tmp_path))


def test_a_chosen_program_of_another_name_is_asked_what_it_is(put: Put, tmp_path: Path) -> None:
    """A wrapper script of the person's own counts as what it says it is."""
    wrapper = put("bin/my-browser")
    wrapper.write_text("#!/bin/sh\necho Chromium 140.0.1.2\n", encoding="utf-8")
    found = find_browser(wrapper, headless=True, machine=machine(tmp_path))
    assert (found.kind, found.version()) == ("chromium", "140.0.1.2")


def test_a_headless_shell_is_refused_where_a_window_is_wanted(put: Put, tmp_path: Path) -> None:
    """It is said before anything starts, not by a window that never comes."""
    shell = put("bin/chromium-headless-shell")
    with pytest.raises(BadInput, match="no window"):
        find_browser(shell, headless=False, machine=machine(tmp_path))


@pytest.mark.parametrize("headless", [True, False])
def test_a_machine_without_a_browser_says_so_and_what_to_do(headless: bool, tmp_path: Path) -> None:
    """One sentence, one hint, exit 2."""
    with pytest.raises(BrowserMissing) as refusal:
        find_browser(None, headless=headless, machine=machine(tmp_path))
    assert refusal.value.exit_code == 2
    assert "--browser" in refusal.value.hint


def test_only_a_shell_is_no_browser_for_a_window(put: Put, tmp_path: Path) -> None:
    """A headed run is told that nothing here can show a window."""
    put("bin/chromium-headless-shell")
    with pytest.raises(BrowserMissing, match="window"):
        find_browser(None, headless=False, machine=machine(tmp_path, PATH=str(tmp_path / "bin")))


def test_the_sandbox_is_off_for_root_alone(put: Put, tmp_path: Path) -> None:
    """Chromium refuses to start with it as root, and everybody else keeps it."""
    found = find_browser(put("bin/chromium"), headless=True, machine=machine(tmp_path))
    assert found.sandbox is not is_root()
