"""The names of the files in a bundle."""

from __future__ import annotations

import re

FORMAT = "handrail-bundle/1"
"""What manifest.json calls this layout, so that a reader can refuse another."""

ARTIFACTS = "artifacts"

LOG = "events.jsonl"

MANIFEST = "manifest.json"

REPORT = "report.html"

SUMS = "SHA256SUMS"

ENVELOPE = "attestation.dsse.json"

SIGNER = "signer.pub.pem"

TSA_CHAIN = "tsa-chain.pem"

ARTIFACT_NAME = re.compile("[a-z0-9][a-z0-9._-]*")
"""What a file in artifacts/ may be called."""

TOKEN_NAME = re.compile(r"attestation\.dsse\.json(?:\.(?:[2-9]|[1-9][0-9]))?\.tsr")
"""What a timestamp over the envelope is called; a second authority's has `.2` before the ending."""

ALWAYS_THERE = frozenset({LOG, MANIFEST, REPORT, SUMS, ENVELOPE, SIGNER})
"""The files every sealed bundle has at its top level, beside artifacts/."""

SUMMED = frozenset({LOG, MANIFEST, REPORT})
"""The top-level files that SHA256SUMS lists; all of artifacts/ stands beside them."""


def token_name(number: int) -> str:
    """Name the file of the nth authority's timestamp over the envelope, counted from 1."""
    return f"{ENVELOPE}{_nth(number)}.tsr"


def genesis_token_name(number: int) -> str:
    """Name the artifact of the nth authority's timestamp over the first event, counted from 1."""
    return f"{ARTIFACTS}/genesis{_nth(number)}.tsr"


def _nth(number: int) -> str:
    return "" if number == 1 else f".{number}"
