"""What every test has: the mock marketplace, the command line, the browser, and a third-party site."""

from __future__ import annotations

import importlib.util
import json
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from handrail.core.i18n import choose
from handrail.engine.job import Job
from handrail.operator.scripted import ScriptedOperator
from handrail.sites import load_site, overlay_folder
from handrail.sites.schema.base import Level
from handrail_fixtures.browser_thread import BrowserThread
from handrail_fixtures.played import Played
from handrail_fixtures.scenario import for_flow
from handrail_fixtures.serve import MockSite

pytest_plugins = ["handrail_fixtures.plugin", "attending.fixtures"]

if (
    signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    and threading.current_thread() is threading.main_thread()
):
    # Started in a shell's background, we would hand every child a Ctrl-C that it never hears.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _load_third_party(name: str, where: str) -> None:
    """Make a file of third_party/ importable under a name of its own: tests are no package."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / "third_party" / where)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)


_load_third_party("third_party_starting", "starting.py")
_load_third_party("allauth_fixture", "allauth/fixture.py")
_load_third_party("oscar_fixture", "oscar/fixture.py")

from allauth_fixture import allauth_site  # noqa: E402, F401  # the fixture, from where it was just loaded
from oscar_fixture import oscar_shop, oscar_site  # noqa: E402, F401  # the same

_TESTS = Path(__file__).parent
_ALL = {_TESTS / name for name in ("unit", "browser", "slow", "third_party")}


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what only `make test-all` runs: tests/slow, and what its list names in other folders."""
    lines = (_TESTS / "slow" / "from_other_folders.txt").read_text("utf-8").splitlines()
    listed = [(_pattern(line), line) for line in lines if line and not line.startswith("#")]
    unused = {line for _pattern, line in listed}
    for item in items:
        slow = item.path.is_relative_to(_TESTS / "slow")
        for pattern, line in listed:
            if pattern.fullmatch(item.nodeid):
                slow = not line.startswith("!")
                unused.discard(line)
        if slow:
            item.add_marker("slow")
    folders = {parent for item in items for parent in item.path.parents}
    if folders >= _ALL and unused:
        raise pytest.UsageError("from_other_folders.txt names no test in: " + ", ".join(sorted(unused)))


def _pattern(line: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, line.removeprefix("!").split("*"))))


@pytest.fixture(autouse=True)
def own_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give each test a place of its own for what a user has one of, and let each begin in English."""
    choose("en")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_STATE_HOME", "WIN_PD_OVERRIDE_LOCAL_APPDATA"):
            patch.setenv(name, str(tmp_path_factory.mktemp("user")))
        yield


@pytest.fixture
def dry_run(open_browser: BrowserThread, tmp_path: Path) -> Callable[..., Played]:
    """Play a scenario as `handrail dry-run` does, in this process and its open browser."""

    def played(
        flow: str, scenario: str | Path, *, assist: Level | None = None, notice_date: date | None = None
    ) -> Played:
        played = for_flow(flow, str(scenario))
        home = tmp_path / "state"
        with MockSite(played) as mock:
            site = load_site("mock", base=mock.url, overlays=overlay_folder(home / "rehearsed"))
            ended = open_browser.run(
                Job(
                    flow=flow,
                    site=site,
                    profile=played.seller(),
                    operator=ScriptedOperator(played.answers(), site),
                    out=tmp_path / "evidence",
                    state=home / "dry-run",
                    home=home,
                    assist=assist,
                    notice_date=notice_date,
                    headless=True,
                )
            )
        assert ended.dry_run is True
        return Played(json.loads(json.dumps(ended.as_json())))

    return played


@pytest.fixture
def variant(tmp_path: Path) -> Callable[..., Path]:
    """Write a scenario like one of the package's, with some keys set otherwise, and return its file."""

    def written(base: str, **tables: Any) -> Path:
        text = (files("handrail_fixtures") / "scenarios" / f"{base}.toml").read_text("utf-8")
        document = tomlkit.parse(text)
        for key, value in tables.items():
            if isinstance(value, dict) and key in document:
                document[key].update(value)  # type: ignore[union-attr]  # a table, as the value is
            else:
                document[key] = value
        path = tmp_path / f"like-{base}.toml"
        path.write_text(tomlkit.dumps(document), "utf-8")
        return path

    return written
