"""How an outcome is known: seen on the page, by the site's answer, said by the person, or inferred."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from handrail.evidence.format.events import read_events
from handrail.evidence.format.layout import LOG, REPORT
from handrail.evidence.report.timeline import lines
from handrail_fixtures.played import Played

DryRun = Callable[..., Played]
Variant = Callable[..., Path]


@pytest.mark.parametrize(
    ("word", "outcome", "sentence"),
    [
        ("happened", "code-asked", "the person says that it happened; no page showed it"),
        ("did-not-happen", "not-sent", "the person says that it did not happen; no page showed it"),
    ],
)
def test_a_persons_word_is_no_observation(
    word: str, outcome: str, sentence: str, dry_run: DryRun, variant: Variant
) -> None:
    """What a person says became of an effect stands in log and report as their word, and as nothing else."""
    run = dry_run("contact", variant("dropped-unknown", operator={"reconcile": word}))
    said = [event for event in run.told("effect-observed") if event.get("source") == "person"]
    assert outcome in {event["outcome"] for event in said}, run.record["advice"]
    assert not any(event["why"] for event in said)
    bundle = Path(run.record["bundle"])
    details = [detail for line in lines(read_events(bundle / LOG), timedelta(0)) for detail in line.details]
    assert sentence in details
    assert sentence in (bundle / REPORT).read_text(encoding="utf-8")


def test_what_the_page_shows_is_said_to_be_seen_there(dry_run: DryRun) -> None:
    """Every effect of a fair-weather run is observed on a page, and its report says so."""
    run = dry_run("contact", "ok")
    assert {event["source"] for event in run.told("effect-observed")} == {"page"}
    assert "seen on the page" in (Path(run.record["bundle"]) / REPORT).read_text(encoding="utf-8")
