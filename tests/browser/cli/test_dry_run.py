"""`handrail dry-run` as a process: what it prints and leaves with is what the run came to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from handrail_fixtures.played import Played
from handrail_fixtures.plugin import Ran
from handrail_fixtures.scenario import load

SCENARIOS = ("automation-refused", "unavailable-always", "landline", "throttled", "dropped-unknown")
"""One for each exit code beside 0, which the README's commands end in, and 2, which opens nothing."""


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_command_leaves_with_the_outcomes_exit_code(
    name: str, handrail: Callable[..., Ran], tmp_path: Path
) -> None:
    """One object on stdout with the process' own exit code, its counts equal, and the evidence whole."""
    ran = handrail(
        "dry-run", "contact", "--scenario", name, "--json", "--out", tmp_path / "evidence",
        "--state", tmp_path / "state",
    )  # fmt: skip
    assert ran.code == load(name).expect.exit, ran.stderr
    assert ran.record["exit_code"] == ran.code
    assert ran.record["dry_run"] is True
    run = Played(ran.record)
    assert run.sent == run.seen
    assert run.events
