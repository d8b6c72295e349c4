"""Findings of a profile check: what is wrong, where, what it would break, how to fix it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["breaks", "warns"]
Verification = Literal["contact", "address", "certify"]

ADDRESS_CHECKS: tuple[Verification, ...] = ("address", "certify")
"""Verifications that fail if a name or an address differs from the documents."""


@dataclass(frozen=True)
class Finding:
    """One problem of a profile."""

    code: str
    """The same in every language: po-box, name-differs, document-too-old…"""
    severity: Severity
    """breaks: the verification would fail; warns: it may fail."""
    where: str
    """The key: contact.phone, documents[0].address, mine.toml: documents[1].name."""
    what: str
    """What is wrong, in one sentence."""
    mend: str
    """What to do, in one sentence."""
    verifications: tuple[Verification, ...] = ADDRESS_CHECKS
    """Which verifications it would break."""
    source: str = ""
    """The source of an outside rule; else empty."""

    def as_json(self) -> dict[str, Any]:
        """Return the finding as plain values."""
        return {
            "code": self.code,
            "severity": self.severity,
            "where": self.where,
            "what": self.what,
            "mend": self.mend,
            "would_break": list(self.verifications),
            "source": self.source or None,
        }


def gravest_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings sorted: those that break a verification first."""
    return tuple(sorted(findings, key=lambda finding: finding.severity != "breaks"))
