"""Errors: evidence could not be written, or may not be sealed."""

from __future__ import annotations

from pathlib import Path

from handrail.core.errors import HandrailError
from handrail.core.i18n import lazy
from handrail.evidence.recording import redaction_record
from handrail.privacy.scan import Leak


class EvidenceNotSaved(HandrailError):
    """The evidence could not be finished; its partial folder stays for a later command."""

    hint = lazy("Make room, and run the same command again: it seals what is there.")


class NotSealed(HandrailError):
    """Something private is readable in the evidence, so it is moved aside unsealed."""

    exit_code = 4

    def __init__(self, leaks: list[Leak], folder: Path) -> None:
        super().__init__(
            redaction_record.refusal(leaks), hint=redaction_record.way_out(folder), where=str(folder)
        )
        self.folder = folder
        """Where the evidence is now."""
