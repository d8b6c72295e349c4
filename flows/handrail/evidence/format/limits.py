"""Size limits against malicious bundles, and the file names that a bundle may have."""

from __future__ import annotations

from handrail.evidence.format.layout import (
    ARTIFACT_NAME,
    ARTIFACTS,
    ENVELOPE,
    MANIFEST,
    SIGNER,
    SUMMED,
    SUMS,
    TOKEN_NAME,
    TSA_CHAIN,
)

MOST_FILES = 30_000
"""Files in one bundle: ten thousand captures."""

LARGEST = {
    SUMS: 8 << 20,
    MANIFEST: 8 << 20,
    ENVELOPE: 64 << 10,
    SIGNER: 4 << 10,
    TSA_CHAIN: 256 << 10,
}
"""Bytes of what is read as a whole."""

LARGEST_TOKEN = 64 << 10
"""Bytes of one timestamp."""

LARGEST_FACTS = 1 << 20
"""Bytes of the facts beside one capture."""

LONGEST_LINE = 1 << 20
"""Bytes of one line of the log."""

_LONGEST_NAME = 200


def is_summed(name: str) -> bool:
    """Whether SHA256SUMS may list this name."""
    folder, _slash, below = name.partition("/")
    plain = folder == ARTIFACTS and ARTIFACT_NAME.fullmatch(below) is not None
    return name in SUMMED or (plain and len(below) <= _LONGEST_NAME)


def is_beside(name: str) -> bool:
    """Whether SHA256SUMS need not list this name: the seal and its timestamps."""
    return name in (SUMS, ENVELOPE, SIGNER, TSA_CHAIN) or is_token(name)


def is_token(name: str) -> bool:
    """Whether a file of this name is a timestamp of the seal."""
    return TOKEN_NAME.fullmatch(name) is not None
