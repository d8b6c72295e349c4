"""Bundles sealed by earlier versions are good for ever: whoever kept one can still have it checked."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from handrail_fixtures.plugin import Ran

KEPT = sorted((Path(__file__).parent / "sealed").glob("*.zip"))
"""One bundle of each format, exported by the version it is named after; a new format adds one."""


def test_there_is_a_bundle_to_keep() -> None:
    """An empty folder would let every version pass."""
    assert [path.name for path in KEPT][:1] == ["0.1.0.zip"]


@pytest.mark.parametrize("kept", KEPT, ids=lambda path: path.stem)
def test_a_bundle_sealed_by_an_earlier_version_verifies(
    kept: Path, handrail: Callable[..., Ran], tmp_path: Path
) -> None:
    """As a zip and unpacked; by the key it was sealed with, and by nobody else's."""
    with zipfile.ZipFile(kept) as archive:
        archive.extractall(tmp_path / "unpacked")  # our own file
    folder = next(found.parent for found in (tmp_path / "unpacked").rglob("SHA256SUMS"))
    for path in (kept, folder):
        ended = handrail(
            "evidence", "verify", path, "--key", kept.with_suffix(".pub.pem"), "--state", "state"
        )
        assert ended.code == 0, ended.stdout + ended.stderr
        assert handrail("evidence", "verify", path, "--state", "state").code == 4
    log = folder / "events.jsonl"
    log.write_bytes(log.read_bytes().replace(b'"done"', b'"dune"', 1))
    assert handrail("evidence", "verify", folder, "--state", "state").code == 1
