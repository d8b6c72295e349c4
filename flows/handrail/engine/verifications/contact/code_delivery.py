"""Whether a code is on its way, to whom, and whether it may be asked for again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.engine.context.ledger import Entry
from handrail.engine.effects.press import observe
from handrail.engine.page.navigation import open_page
from handrail.engine.page.stable_read import confirm_unchanged, read_until_stable
from handrail.engine.verifications.reconcile import Uncertainty

if TYPE_CHECKING:
    from handrail.engine.verifications.contact.verification import ContactVerification


async def close_code(slot: ContactVerification, word: str, why: str | None) -> None:
    for entry in slot.run.ledger.still_open(slot.key):
        if entry.outcome == "code-asked":
            observe(slot.run, entry, word, why=why)
    slot.code_on_its_way = False


async def infer_outcome(slot: ContactVerification, entry: Entry) -> str | None:
    """Say what came of an effect as the page shows it now, or None where it cannot tell."""
    shown = await slot.look()
    ours = entry.commitment == slot.run.ledger.commitment(slot.channel.value)
    if shown.verified is None or not ours:
        return None
    verified = shown.verified and shown.matches(slot.channel)
    if entry.step == "enter-code":
        return "accepted" if verified else None
    if verified:
        return "accepted" if entry.effect == "request-code" else "saved"
    if entry.effect == "request-code":
        if await pending_on_page(slot):
            return "code-asked"
        # Only a page that shows the account's own state may be believed when it shows nothing, and only late.
        pending = slot.where.pending
        soon = timedelta(seconds=pending.shows_within_seconds)
        late = not soon or entry.is_older_than(soon)
        return "not-sent" if pending.scope == "account" and late else None
    return "saved" if shown.matches(slot.channel) else "not-saved"


def pending_of(kind: str) -> str:
    """Return what the reading is called that says whether a channel's code is on its way."""
    return f"{kind} pending"


async def pending_on_page(slot: ContactVerification) -> bool:
    run, pending = slot.run, slot.where.pending
    if pending.page is not None and not await open_page(run, pending.page):
        await open_page(run, slot.where.page)
        return False
    seen = run.view.locate(pending.see)
    what = pending_of(slot.channel.kind)
    there = await seen.count() > 0 or await read_until_stable(run, seen.count, watched=what) > 0
    shown = await run.view.read(pending.destination) if there and pending.destination else None
    if shown is not None and not slot.channel.matches(shown):
        there = False
    if pending.page is not None and not there:
        await open_page(run, slot.where.page)
    return there


async def confirm_none_pending(slot: ContactVerification) -> None:
    """Raise ReadingChanged where a code has come to be on its way since the page was read."""
    pending = slot.where.pending
    if pending.page is None and pending.destination is not None:
        seen = slot.run.view.locate(pending.see)
        await confirm_unchanged(slot.run, seen.count, pending_of(slot.channel.kind))


def uncertainty(slot: ContactVerification, entry: Entry) -> Uncertainty:
    """Return what the person is asked about an effect that the page cannot tell."""
    if entry.effect == "request-code":
        return Uncertainty(_("a code was sent to {channel}", channel=slot.channel), "code-asked", "not-sent")
    if entry.step == "save":
        return Uncertainty(_("the {channel} was saved", channel=slot.channel), "saved", "not-saved")
    return Uncertainty(_("the code for {channel} was taken", channel=slot.channel), "accepted", "wrong-code")
