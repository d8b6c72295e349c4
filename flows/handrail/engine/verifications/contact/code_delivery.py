"""Whether a code is on its way, by the page and by the ledger."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from handrail.core.i18n import gettext as _
from handrail.engine.context.ledger import Entry
from handrail.engine.context.stops import NeedsPerson
from handrail.engine.effects.effect import Source
from handrail.engine.effects.press import observe
from handrail.engine.page.navigation import open_page
from handrail.engine.page.stable_read import confirm_unchanged, read_until_stable
from handrail.engine.verifications.reconcile import Uncertainty

if TYPE_CHECKING:
    from handrail.engine.context.ledger import Key
    from handrail.engine.context.run_context import RunContext
    from handrail.engine.verifications.contact.shown_contact import ShownContact
    from handrail.profile.channel import Channel
    from handrail.sites.schema.contact import ContactSlot
    from handrail.sites.schema.locators import Value

Delivery = Literal["on-its-way", "lost", "for-another-value", "none"]
"""lost: asked for earlier, and the page no longer waits for it."""


class CodeDelivery:
    """The codes of one contact channel."""

    def __init__(self, run: RunContext, spec: ContactSlot, key: Key) -> None:
        self._run = run
        self._spec = spec
        self._key = key
        self.is_on_its_way = False
        """Whether this run knows of a code that may still be entered."""

    async def look(self, channel: Channel) -> Delivery:
        """Return what became of a code asked for earlier."""
        asked = [entry for entry in self._run.ledger.still_open(self._key) if entry.outcome == "code-asked"]
        ours = any(entry.commitment == self._commitment(channel) for entry in asked)
        # A form that does not say whose code it wants may be another channel's, or another number's.
        names_destination = self._spec.pending.destination is not None
        if (ours or names_destination) and await self._is_pending(channel):
            return "on-its-way"
        if ours:
            return "lost"
        return "for-another-value" if asked else "none"

    async def confirm_none_pending(self) -> None:
        """Raise ReadingChanged where a code has come to be on its way since the page was read."""
        pending = self._spec.pending
        if pending.page is None and pending.destination is not None:
            sign = self._run.view.locate(pending.see)
            await confirm_unchanged(self._run, sign.count, pending_reading(self._key.channel))

    def close(self, outcome: str, why: str | None, *, source: Source = "person") -> None:
        """Close in the ledger what was asked for: no code of it will be entered."""
        for entry in self._run.ledger.still_open(self._key):
            if entry.outcome == "code-asked":
                observe(self._run, entry, outcome, source=source, why=why)
        self.is_on_its_way = False

    async def infer_outcome(self, entry: Entry, shown: ShownContact, channel: Channel) -> str | None:
        """Return what came of an effect as the page shows it now, or None where it cannot tell."""
        if shown.verified is None or entry.commitment != self._commitment(channel):
            return None
        verified = shown.verified and shown.matches(channel)
        if entry.step == "enter-code":
            return "accepted" if verified else None
        if verified:
            return "accepted" if entry.effect == "request-code" else "saved"
        if entry.effect != "request-code":
            return "saved" if shown.matches(channel) else "not-saved"
        if await self._is_pending(channel):
            return "code-asked"
        # Only a page that shows the account's own state may be believed when it shows nothing, and only late.
        pending = self._spec.pending
        soon = timedelta(seconds=pending.shows_within_seconds)
        late = not soon or entry.is_older_than(soon)
        return "not-sent" if pending.scope == "account" and late else None

    async def _is_pending(self, channel: Channel) -> bool:
        """Whether the page waits for a code sent to this channel; the slot's own page is left open."""
        run, pending = self._run, self._spec.pending
        if pending.page is not None and not await open_page(run, pending.page):
            await open_page(run, self._spec.page)
            return False
        sign = run.view.locate(pending.see)
        reading = pending_reading(channel.kind)
        is_pending = await sign.count() > 0 or await read_until_stable(run, sign.count, watched=reading) > 0
        if is_pending and pending.destination is not None:
            is_pending = await goes_to(run, pending.destination, channel) is not False
        if pending.page is not None and not is_pending:
            await open_page(run, self._spec.page)
        return is_pending

    def _commitment(self, channel: Channel) -> str:
        return self._run.ledger.commitment(channel.value)


async def goes_to(run: RunContext, destination: Value, channel: Channel) -> bool | None:
    """Whether the page says that the code went to this channel; None where it says nothing of it.

    Raises NeedsPerson where it names a destination that the site file cannot read.
    """
    address = await run.view.read(destination)
    if address is not None:
        return channel.matches(address)
    wording = " ".join(" ".join(await run.view.locate(destination.at).all_inner_texts()).split())
    if not wording:
        return None
    raise NeedsPerson(
        _(
            "Where the page says the code went cannot be compared with the {channel}.",
            channel=channel,
        ),
        hint=_("The page says: “{text}”. Nothing more is asked for.", text=wording),
        ends_run=False,
    )


def pending_reading(kind: str) -> str:
    """Return what the reading is called that says whether a channel's code is on its way."""
    return f"{kind} pending"


def uncertainty(entry: Entry, channel: Channel) -> Uncertainty:
    """Return what the person is asked about an effect that the page cannot tell."""
    if entry.effect == "request-code":
        return Uncertainty(_("a code was sent to {channel}", channel=channel), "code-asked", "not-sent")
    if entry.step == "save":
        return Uncertainty(_("the {channel} was saved", channel=channel), "saved", "not-saved")
    return Uncertainty(_("the code for {channel} was taken", channel=channel), "accepted", "wrong-code")
