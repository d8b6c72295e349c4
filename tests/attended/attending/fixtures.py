"""What an attended test has: a display, runs on it, and the person who answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from attending import run as attended
from attending.display import display
from attending.evidence_check import Seller, contradictions
from attending.person import Act, attend
from attending.run import Left, Run
from handrail_fixtures.scenario import Scenario, for_flow

if TYPE_CHECKING:
    from handrail.profile.model import Profile


def seller(profile: Profile) -> Seller:
    """Return what a profile's run is to verify, for the check of its evidence."""
    business = profile.business_address
    words = (business.city, business.postal_code or "") if business else ()
    return Seller(profile.contact.email.value, profile.contact.phone.value, words)


def checked(left: Left, scenario: Scenario) -> Left:
    """Return what a run left, once its evidence is sealed and says nothing that was not so."""
    assert left.stdout, left.screen
    assert left.sealed, (left.record["advice"], left.screen)
    found = contradictions(left.bundle, left.mock, left.deeds, seller(scenario.seller()))
    assert found == [], left.screen
    return left


@pytest.fixture(scope="session")
def own_display() -> Iterator[str]:
    """A display that no other worker uses."""
    if not attended.available():
        pytest.skip("no Xvfb, or no xdotool")
    with display() as name:
        yield name


@pytest.fixture
def attended_run(own_display: str, tmp_path: Path) -> Iterator[Callable[..., Run]]:
    """Start an attended dry run: flow, scenario, then options of the command."""
    with ExitStack() as started:

        def starting(flow: str, scenario: str | Path = "ok", *options: str, **how: Any) -> Run:
            run = Run(tmp_path, own_display, flow, scenario, *options, **how)
            return started.enter_context(closing(run))

        yield starting


@pytest.fixture
def attended_walk(attended_run: Callable[..., Run]) -> Callable[..., Left]:
    """Walk a scenario as its answers say, but for what is done `instead`; the evidence must hold."""

    def walked(
        flow: str,
        scenario: str | Path = "ok",
        *options: str,
        instead: Mapping[str, Act | list[Act]] | None = None,
        **how: Any,
    ) -> Left:
        played = for_flow(flow, str(scenario))
        left = attend(attended_run(flow, scenario, *options, **how), played.answers(), instead)
        return checked(left, played)

    return walked
