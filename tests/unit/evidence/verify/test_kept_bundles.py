"""Bundles sealed by earlier versions: whatever changes, they verify, with their signer and their time."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from project_paths import ROOT

from handrail.evidence.format.events import Event
from handrail.evidence.timestamps.timestamp_token import read_certificates
from handrail.evidence.verify.verdict import Trust
from handrail.evidence.verify.verifier import verify

KEPT = ROOT / "tests" / "kept"


@dataclass(frozen=True)
class Kept:
    """One bundle, as tests/tools/keep_bundle.py left it."""

    version: str
    """Who sealed it."""
    bundle_id: str
    """Its name."""
    signer: str
    """Its signer's fingerprint; the key was thrown away."""


BUNDLES = (
    Kept(
        "0.1.0",
        "20261124T015315Z-contact-00fc2c97",
        "f3e0f8dab496b55b954b9c08149b5b3ba1f54ec7ba2a753ec6e1b97e3ed9faac",
    ),
)


@pytest.mark.parametrize("kept", BUNDLES, ids=lambda kept: kept.version)
def test_later_versions_still_accept_it(kept: Kept, tmp_path: Path) -> None:
    """As a zip and unpacked, by its signer and at its time, however old the authority's certificate is."""
    packed = KEPT / f"{kept.version}.zip"
    roots = read_certificates((KEPT / f"{kept.version}.root.pem").read_bytes())
    trust = Trust(demo_keys=frozenset({kept.signer}), named_roots=roots)
    with zipfile.ZipFile(packed) as opened:
        opened.extractall(tmp_path / "bundle")
    for path in (packed, tmp_path / "bundle"):
        told: list[Event] = []
        verdict = verify(path, trust, expect_id=kept.bundle_id, require_time=True, on_event=told.append)
        assert (verdict.exit_code, verdict.reasons, verdict.notes) == (0, (), ())
        assert (verdict.complete, verdict.nature, verdict.signer) == (True, "dry run", "pinned")
        assert verdict.time is not None
        assert verdict.time.began_after is not None
        assert told[0].facts["handrail"] == kept.version


def test_every_bundle_that_was_kept_is_checked() -> None:
    """None lies there unread."""
    assert {path.stem for path in KEPT.glob("*.zip")} == {kept.version for kept in BUNDLES}
