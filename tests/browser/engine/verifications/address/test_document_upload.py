"""A document is handed in by the person's own hand, and the evidence can later prove which one it was."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from handrail.core.outcome import Outcome
from handrail.engine.context.results import RunResult
from handrail_fixtures.played import Played

DryRun = Callable[..., Played]
Variant = Callable[..., Path]

BILL = b"%PDF-1.4 City of Oakland, utility bill, 2100 Quay Street\n"


def choosing(bill: Path) -> dict[str, Any]:
    """The operator that hands this file in."""
    return {
        "verify-how": "document",
        "choose-file": {"do": [{"choose-file": "target", "with": str(bill)}]},
    }


@pytest.fixture
def bill(tmp_path: Path) -> Path:
    """Return a bill with a name that nobody else needs to know."""
    path = tmp_path / "private-name-of-the-bill.pdf"
    path.write_bytes(BILL)
    return path


def test_a_chosen_document_is_handed_in_once_and_can_be_proven(
    bill: Path, tmp_path: Path, walk: Callable[..., RunResult], variant: Variant
) -> None:
    """Size and a salted commitment stand in the evidence, under the salt that stays outside it; no name."""
    scenario = variant("address-documents", address={"documents": "upload"}, operator=choosing(bill))
    run = walk(scenario, flow="address")
    assert run.outcome is Outcome.WAITING, run.advice
    assert [one[1] for one in run.effects] == ["save", "documents"]
    assert run.bundle
    log = (run.bundle / "events.jsonl").read_text("utf-8").splitlines()
    (chosen,) = [one for one in map(json.loads, log) if one["kind"] == "document-chosen"]
    assert chosen["size"] == len(BILL)
    digest = hashlib.sha256(BILL).hexdigest()
    salt = (tmp_path / "state" / "salt").read_bytes()
    assert chosen["commitment"] == hmac.new(salt, digest.encode(), "sha256").hexdigest()
    assert "A document was chosen" in (run.bundle / "report.html").read_text("utf-8")
    files = [path.read_bytes() for path in run.bundle.rglob("*") if path.is_file()]
    assert not any(b"private-name-of-the-bill" in one or digest.encode() in one for one in files)


def test_without_a_document_nothing_is_handed_in(dry_run: DryRun, variant: Variant) -> None:
    """Nobody chooses a file: the run stops before it asks the site for anything."""
    scenario = variant("address-documents", address={"documents": "upload"})
    run = dry_run("address", scenario)
    assert run.record["exit_code"] == 4, run.record["advice"]
    assert run.sent == run.seen == Counter({("business", "submit"): 1})
    assert any("No document was chosen" in sentence for sentence in run.record["advice"])
