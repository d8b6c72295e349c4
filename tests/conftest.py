"""What every test has: the mock marketplace, the command line, the browser, and a third-party site."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

pytest_plugins = ["handrail_fixtures.plugin"]


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
