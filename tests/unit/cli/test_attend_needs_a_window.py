"""What needs a window says how to get one where there is none, and stops before anything is opened."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from handrail.browser.screen import has_screen, require_screen
from handrail.core.errors import BadInput

if TYPE_CHECKING:
    from handrail_fixtures.plugin import Ran

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="a screen is a variable there, and nowhere else"
)


@pytest.fixture(autouse=True)
def _no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)


def stopped(ran: Ran, folder: Path) -> str:
    """Return what was said, once nothing is known to have been opened or written."""
    assert ran.code == 2
    assert "Traceback" not in ran.stderr
    assert not (folder / "evidence").exists()
    assert not (folder / "state").exists()
    return " ".join(ran.stderr.split())


@pytest.mark.parametrize("more", [(), ("--assist", "press"), ("--scenario", "two-step-sign-in")])
def test_attending_without_a_window_says_how_to_get_one(
    more: tuple[str, ...], handrail: Callable[..., Ran], tmp_path: Path
) -> None:
    """Nobody can sign in without one: --headed, and a screen where there is no desktop; exit 2."""
    ran = handrail("dry-run", "contact", "--attend", *more, "--out", "evidence", "--state", "state")
    said = stopped(ran, tmp_path)
    assert "--attend needs a window: you sign in, and press what is yours to press, on the page." in said
    assert "Add --headed to the same command." in said
    assert "xvfb-run -a handrail dry-run … --attend --headed" in said


@pytest.mark.parametrize("assist", ["guide", "fill"])
def test_a_level_at_which_the_person_presses_needs_a_window_too(
    assist: str, handrail: Callable[..., Ran], tmp_path: Path
) -> None:
    """Signed in already, a person who is to press buttons still has to see them."""
    (tmp_path / "in.toml").write_text("[start]\nsigned_in = true\n", encoding="utf-8")
    ran = handrail(
        "dry-run", "contact", "--attend", "--scenario", "in.toml", "--assist", assist,
        "--out", "evidence", "--state", "state",
    )  # fmt: skip
    assert "--attend needs a window" in stopped(ran, tmp_path)


@pytest.mark.parametrize(
    "arguments",
    [
        ("dry-run", "contact", "--attend", "--headed"),
        ("dry-run", "contact", "--headed"),
        ("run", "contact", "--site", "amazon-us", "--profile", "seller.toml"),
    ],
    ids=["attended dry run", "dry run", "run"],
)
def test_a_window_without_a_screen_says_how_to_get_one(
    arguments: tuple[str, ...], handrail: Callable[..., Ran], tmp_path: Path
) -> None:
    """A desktop session, or a screen of its own; exit 2."""
    (tmp_path / "seller.toml").write_text(handrail("profile", "example").stdout, encoding="utf-8")
    said = stopped(handrail(*arguments, "--out", "evidence", "--state", "state"), tmp_path)
    assert "There is no screen here to show a window on." in said
    assert "Run the same command in a desktop session, or give it a screen: `xvfb-run -a handrail …`." in said


@pytest.mark.parametrize("name", ["DISPLAY", "WAYLAND_DISPLAY"])
def test_a_screen_is_what_the_environment_names(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """X's or Wayland's; an empty name is none."""
    monkeypatch.setenv(name, "")
    assert not has_screen()
    with pytest.raises(BadInput):
        require_screen()
    monkeypatch.setenv(name, ":7")
    assert has_screen()
    require_screen()
