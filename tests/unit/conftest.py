"""What unit tests have otherwise: the command line in this process, and no browser."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from handrail.core.i18n import choose
from handrail_cli.main import main
from handrail_fixtures.plugin import Ran

_BROWSERS = frozenset({"browser", "open_browser", "playwright"})
"""Fixtures that start one."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a unit test that would start a browser."""
    for item in items:
        asked = _BROWSERS.intersection(getattr(item, "fixturenames", ()))
        if asked and item.path.is_relative_to(Path(__file__).parent):
            raise pytest.UsageError(f"{item.nodeid} needs a browser: it belongs in tests/browser")


@pytest.fixture
def handrail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Call the command line in this process, in the test's folder and through pipes.

    What only a process of its own shows, a few tests of each verb start one for.
    """

    def ran(*arguments: object, stdin: str = "") -> Ran:
        out, errors = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
        with monkeypatch.context() as patch, contextlib.chdir(tmp_path):
            patch.setattr(sys, "stdin", io.StringIO(stdin))
            patch.setattr(sys, "argv", ["handrail"])
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
                try:
                    code = main([str(word) for word in arguments])
                finally:
                    choose("en")
        return Ran(code, *(pipe.buffer.getvalue().decode("utf-8") for pipe in (out, errors)))

    return ran
