"""Every scenario ends as its seller would expect, and the site saw just what the ledger says it sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from handrail_fixtures import scenario
from handrail_fixtures.plugin import Ran

EXITS = {
    "ok": 0,
    "already-verified": 0,
    "matches-but-unverified": 0,
    "wrong-code-once": 0,
    "late-code": 0,
    "code-expired": 0,
    "session-expires": 0,
    "two-step-sign-in": 0,
    "slow": 0,
    "unavailable-twice": 0,
    "zh": 0,
    "dropped-after-request": 0,
    "refused-then-another-number": 0,
    "captcha-solved": 0,
    "unknown-page-passed": 0,
    "two-of-three-locales": 0,
    "code-request-refused": 5,
    "code-never-arrives": 5,
    "locked-out": 5,
    "email-ok-phone-refused": 5,
    "throttled": 5,
    "landline": 4,
    "captcha": 4,
    "unknown-page": 4,
    "label-changed": 4,
    "wrong-account": 4,
    "approval-declined": 4,
    "foreign-redirect": 4,
    "unavailable-always": 3,
    "automation-refused": 1,
    "dropped-unknown": 6,
}
"""What each scenario promises its users; the files' own `expect` is held against this too."""

Handrail = Callable[..., Ran]


@pytest.fixture
def dry_run(handrail: Handrail, tmp_path: Path) -> Callable[[str | Path], dict[str, Any]]:
    """Play a scenario through the command line and return its one JSON object."""

    def played(name: str | Path) -> dict[str, Any]:
        ran = handrail(
            "dry-run", "contact", "--scenario", name, "--json", "--out", tmp_path / "evidence",
            "--state", tmp_path / "state",
        )  # fmt: skip
        assert ran.stdout, ran.stderr
        assert ran.record["exit_code"] == ran.code, ran.stderr
        assert ran.record["dry_run"] is True
        return ran.record

    return played


def sent(record: dict[str, Any]) -> Counter[tuple[str, str]]:
    """Count what the ledger says left, by channel and effect."""
    counted: Counter[tuple[str, str]] = Counter()
    for one in record["effects"]:
        counted[one["channel"], one["effect"]] += one["count"]
    return counted


def seen(record: dict[str, Any]) -> Counter[tuple[str, str]]:
    """Count what the site itself received."""
    return Counter({(one["channel"], one["effect"]): one["count"] for one in record["site_saw"]})


def steps_sent(record: dict[str, Any], channel: str) -> dict[str, int]:
    """Count what left for one channel, by step."""
    return {one["step"]: one["count"] for one in record["effects"] if one["channel"] == channel}


Played = Callable[[str | Path], dict[str, Any]]


def test_every_scenario_of_the_package_is_in_the_table() -> None:
    """A scenario nobody expects anything of is no scenario."""
    assert set(scenario.names()) == set(EXITS)
    assert {name: scenario.load(name).expect.exit for name in EXITS} == EXITS


@pytest.mark.parametrize("name", EXITS)
def test_a_scenario_ends_in_its_exit_code_and_the_counts_agree(name: str, dry_run: Played) -> None:
    """The exit code is the promised one, and ledger and site counted the same effects."""
    record = dry_run(name)
    assert record["exit_code"] == EXITS[name], record["error"] or record["advice"]
    assert sent(record) == seen(record)
    assert Path(record["bundle"], "report.html").is_file()
    assert Path(record["bundle"], "SHA256SUMS").is_file()
