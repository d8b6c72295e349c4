"""What every test has: the mock marketplace, the command line, the browser, and a third-party site."""

from __future__ import annotations

import importlib.util
import signal
import sys
import threading
from pathlib import Path

pytest_plugins = ["handrail_fixtures.plugin"]

if (
    signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    and threading.current_thread() is threading.main_thread()
):
    # Started in a shell's background, we would hand every child a Ctrl-C that it never hears.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _load_third_party() -> None:
    """Make third_party/allauth/fixture.py importable as allauth_fixture: tests are no package."""
    path = Path(__file__).parent / "third_party" / "allauth" / "fixture.py"
    spec = importlib.util.spec_from_file_location("allauth_fixture", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)


_load_third_party()

from allauth_fixture import allauth_site  # noqa: E402, F401  # the fixture, from where it was just loaded
