"""What an attended test has: a display, runs on it, and the person who answers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from attending import run as attended_run  # noqa: E402  # from the folder beside this file
from attending.display import display  # noqa: E402  # the same
from attending.evidence_check import Seller, contradictions  # noqa: E402  # the same
from attending.person import attend  # noqa: E402  # the same
from attending.run import Left, Run  # noqa: E402  # the same
from handrail.profile.model import Profile  # noqa: E402  # with its kind
from handrail_fixtures.scenario import for_flow  # noqa: E402  # with its kind


def seller(profile: Profile) -> Seller:
    """Return what a profile's run is to verify, for the check of its evidence."""
    business = profile.business_address
    words = (business.city, business.postal_code or "") if business else ()
    return Seller(profile.contact.email.value, profile.contact.phone.value, words)


@pytest.fixture(scope="session")
def own_display() -> Iterator[str]:
    """A display that no other worker uses."""
    if not attended_run.available():
        pytest.skip("no Xvfb, or no xdotool")
    with display() as name:
        yield name


@pytest.fixture
def start(own_display: str, tmp_path: Path) -> Iterator[Callable[..., Run]]:
    """Start an attended dry run: flow, scenario, then options of the command."""
    with ExitStack() as started:

        def starting(flow: str, scenario: str | Path = "ok", *options: str, **how: Any) -> Run:
            run = Run(tmp_path, own_display, flow, scenario, *options, **how)
            return started.enter_context(closing(run))

        yield starting


@pytest.fixture
def walk(start: Callable[..., Run]) -> Callable[..., Left]:
    """Walk a scenario as its answers say, but for what is done `instead`; the evidence must hold."""

    def walked(
        flow: str, scenario: str | Path = "ok", *options: str, instead: Any = None, **how: Any
    ) -> Left:
        played = for_flow(flow, str(scenario))
        left = attend(start(flow, scenario, *options, **how), played.answers(), instead)
        assert left.stdout, left.screen
        assert left.sealed, (left.record["advice"], left.screen)
        found = contradictions(left.bundle, left.mock, left.deeds, seller(played.seller()))
        assert found == [], left.screen
        return left

    return walked
