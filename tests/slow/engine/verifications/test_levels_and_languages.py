"""Every flow at every lower assist level, and on Chinese pages: it ends as it does in fair weather."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from handrail_fixtures.played import Played

ENDS = {
    "contact": ("ok", 0, {"submit": 4, "request-code": 2}),
    "address": ("address-postcard-ordered", 5, {"submit": 1, "request-code": 1}),
    "certify": ("certify-unchanged", 0, {"start-clock": 1, "submit": 1}),
}
"""A scenario of each flow, its exit code, and how often each effect reaches the site."""


def assert_ends_as_ever(flow: str, run: Played) -> None:
    """The exit code is the promised one, and each effect was sent once."""
    _scenario, code, effects = ENDS[flow]
    assert run.record["exit_code"] == code, run.record["advice"]
    assert run.sent == run.seen
    assert {
        effect: sum(count for (_channel, name), count in run.seen.items() if name == effect)
        for _channel, effect in run.seen
    } == effects


@pytest.mark.parametrize("assist", ["guide", "fill"])
@pytest.mark.parametrize("flow", ENDS)
def test_the_person_may_press_and_type_everything_themselves(
    flow: str, assist: str, dry_run: Callable[..., Played]
) -> None:
    """At the lower assist levels the same walk ends the same, each effect sent once by the person's hands."""
    assert_ends_as_ever(flow, dry_run(flow, ENDS[flow][0], assist=assist))


@pytest.mark.parametrize("flow", ENDS)
def test_chinese_pages_end_the_same(
    flow: str, dry_run: Callable[..., Played], variant: Callable[..., Path]
) -> None:
    """Every label of the pages is known in Chinese too."""
    assert_ends_as_ever(flow, dry_run(flow, variant(ENDS[flow][0], language="zh")))
