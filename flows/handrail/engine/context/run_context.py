"""What the parts of one run share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from handrail.engine.context.account_session import AccountSession
from handrail.engine.context.captures import Captures
from handrail.engine.context.deadline import Deadline, Reading, earliest
from handrail.engine.context.journal import Journal
from handrail.engine.context.ledger import Ledger
from handrail.engine.context.page_view import PageView
from handrail.engine.context.pauses import Pauses
from handrail.privacy.redactor import Redactor
from handrail.sites.schema.base import Level
from handrail.sites.schema.site import Site

if TYPE_CHECKING:
    from playwright.async_api import Page

    from handrail.engine.network.fence import Fence
    from handrail.engine.network.gate import Gate
    from handrail.profile.model import Profile


@dataclass
class RunContext:
    """Everything the parts of one run have in common."""

    flow: str
    profile: Profile
    assist: Level
    ledger: Ledger
    redaction: Redactor
    """What no capture and no line of evidence may show."""
    journal: Journal
    captures: Captures
    view: PageView
    account: AccountSession
    fence: Fence | None = None
    """Around a rehearsal: nothing with an effect leaves."""
    notice_date: date | None = None
    """The day of the notice that demands it, where the person named one."""
    deadline: Deadline | None = None
    """By when it must be done, once a page or the notice has said so."""
    _gate: Gate | None = None

    @property
    def site(self) -> Site:
        """The site file, with what was learned in this run."""
        return self.view.site

    @property
    def pauses(self) -> Pauses:
        """Where every deliberate wait is counted."""
        return self.view.pauses

    @property
    def rehearsing(self) -> bool:
        """Whether this run only rehearses: it reads, compares and fills, and presses nothing."""
        return self.fence is not None

    @property
    def gate(self) -> Gate:
        """Where requests with an effect are held; only after the browser has opened."""
        if self._gate is None:
            raise RuntimeError("the browser is not open yet")
        return self._gate

    def open(self, page: Page, gate: Gate, *, guided: bool) -> None:
        """Begin on this page; `guided` shows each prompt on it."""
        self._gate = gate
        self.view.open(page)
        self.journal.open(page, guided=guided)
        self.captures.open(page, has_overlays=guided)

    def count_deadline(self, *readings: Reading | None) -> None:
        """Hold the run to the earliest of these readings; a changed deadline goes into the evidence."""
        deadline = earliest(*readings)
        if deadline is not None and deadline != self.deadline:
            self.deadline = deadline
            self.journal.event("deadline", **deadline.as_json())
