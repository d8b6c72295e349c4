"""What every test has: the mock marketplace, the command line, and the browser our own finder finds."""

from __future__ import annotations

pytest_plugins = ["handrail_fixtures.plugin"]
