"""A certification's page that says less than the site file looks for: what is not seen proves nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from handrail_fixtures.played import Played
from handrail_fixtures.plugin import Ran
from handrail_fixtures.serve import MockSite

CLOCK = (
    'clock = { css = "qs-priority [part=clock]" }\n'
    'certify-by = { at = { css = "qs-priority [part=clock] time[part=certify-by]" }, take = "datetime" }\n'
)


@pytest.fixture
def certify(
    mock_site: Callable[..., MockSite],
    handrail: Callable[..., Ran],
    variant: Callable[..., Path],
    tmp_path: Path,
) -> Callable[..., tuple[Ran, MockSite]]:
    """Certify by a changed site file, with other answers and with faults of the mock."""

    def run(
        old: str, new: str, *, answers: str = "", faults: tuple[dict[str, str], ...] = ()
    ) -> tuple[Ran, MockSite]:
        text = (files("handrail.sites") / "data" / "mock.toml").read_text("utf-8")
        said = (files("handrail_fixtures") / "answers" / "mock.toml").read_text("utf-8")
        seller = (files("handrail_fixtures") / "profiles" / "harbor-lane.toml").read_text("utf-8")
        assert old in text
        said = said.replace('reconcile = "nobody"\n', "").replace('label-changed = "nobody"\n', "")
        for name, content in (
            ("site.toml", text.replace(old, new)),
            ("answers.toml", answers + said),
            ("seller.toml", seller),
        ):
            (tmp_path / name).write_text(content, encoding="utf-8")
        mock = mock_site(variant("certify-unchanged", faults=list(faults)))
        ran = handrail(
            "run", "certify", "--site", "./site.toml", "--url", mock.url, "--profile", "seller.toml",
            "--answers", "answers.toml", "--state", "state", "--headless", "--json",
        )  # fmt: skip
        return ran, mock

    return run


def test_a_demand_that_is_not_seen_is_never_taken_for_none(
    certify: Callable[..., tuple[Ran, MockSite]],
) -> None:
    """The person says that the page asks, and it is still not found: the run stops, and is not done."""
    ran, mock = certify(
        'asked = { css = "qs-priority" }',
        'asked = { css = "qs-moved" }',
        answers='which-shown = "asked"\nlabel-changed = "done"\n',
    )
    assert ran.code == 4, ran.stderr
    assert not mock.effects


def test_where_no_clock_is_shown_the_person_is_asked_whether_the_notice_was_opened(
    certify: Callable[..., tuple[Ran, MockSite]],
) -> None:
    """The connection dies as the notice opens: with nothing to show its clock, nobody opens it anew."""
    ran, mock = certify(CLOCK, "", faults=({"at": "page:certification", "do": "drop-after"},))
    assert ran.code == 6, ran.stderr
    assert Played(ran.record).sent == mock.effects == Counter({("certification", "start-clock"): 1})
