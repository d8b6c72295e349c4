"""Doubtful effects: the page is looked at first, and where it cannot tell, the person is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.i18n import gettext as _
from handrail.operator import Choice, Prompt
from handrail.operator.prompts import STOP
from handrail.sites.locate import locate, read
from handrail.walk import asking
from handrail.walk.arrive import open_page
from handrail.walk.ledger import Entry
from handrail.walk.press import NOTHING_LEFT, Result, observe
from handrail.walk.stops import NeedsPerson, OutcomeUnknown, PageNotReady

if TYPE_CHECKING:
    from handrail.walk.slot import Slot

NEVER_LEFT = "never-left"


async def settle_open(slot: Slot) -> None:
    """Find out what became of every effect that an earlier run left open."""
    for entry in slot.trail.ledger.still_open(slot.key):
        if entry.stage == "intended":
            observe(slot.trail, entry, NEVER_LEFT, why=_("held at the gate when the run ended"))
        elif entry.stage == "released":
            await _settle(slot, entry)


async def after_silence(slot: Slot, result: Result) -> str:
    """Find out what came of a press whose outcome nothing on the page has told."""
    if result.entry is None:
        return NOTHING_LEFT
    try:
        await open_page(slot.trail, slot.where.page)
    except PageNotReady as trouble:
        raise OutcomeUnknown(
            _(
                "Something was sent for the {channel}, and the site cannot be asked what came of it.",
                channel=slot.channel,
            ),
            hint=_("Run the same command again: it looks at the page before anything else."),
        ) from trouble
    return await _settle(slot, result.entry)


async def code_on_its_way(slot: Slot) -> bool:
    """Whether a code was asked for and is still good, by the page and by the ledger."""
    waiting = [entry for entry in slot.trail.ledger.still_open(slot.key) if entry.outcome == "code-asked"]
    # A form that does not say whose code it wants may be another channel's.
    if (waiting or slot.where.pending.destination is not None) and await _pending(slot):
        return True
    if waiting:
        await asking.agree_to_another(
            slot, _("A code was asked for earlier, and the page no longer waits for it.")
        )
    return False


async def _settle(slot: Slot, entry: Entry) -> str:
    word = await told_by_page(slot, entry)
    if word is None:
        word = await _asked(slot, entry)
    observe(slot.trail, entry, word, why=_("seen on the page afterwards"))
    return word


async def told_by_page(slot: Slot, entry: Entry) -> str | None:
    """Say what came of an effect as the page shows it now, or None where it cannot tell."""
    shown = await slot.look()
    ours = entry.commitment == slot.trail.ledger.commitment(slot.channel.value)
    if shown.verified is None or not ours:
        return None
    verified = shown.verified and shown.matches(slot.channel)
    if entry.step == "enter-code":
        return "accepted" if verified else None
    if verified:
        return "accepted" if entry.effect == "request-code" else "saved"
    if entry.effect == "request-code":
        if await _pending(slot):
            return "code-asked"
        # Only a page that shows the account's own state may be believed when it shows nothing.
        return "not-sent" if slot.where.pending.scope == "account" else None
    return "saved" if shown.matches(slot.channel) else "not-saved"


async def _pending(slot: Slot) -> bool:
    trail, pending = slot.trail, slot.where.pending
    if pending.page is not None and not await open_page(trail, pending.page):
        await open_page(trail, slot.where.page)
        return False
    there = await locate(trail.page, trail.site, pending.see).count() > 0
    shown = await read(trail.page, trail.site, pending.destination) if there and pending.destination else None
    if shown is not None and not slot.channel.matches(shown):
        there = False
    if pending.page is not None and not there:
        await open_page(trail, slot.where.page)
    return there


async def _asked(slot: Slot, entry: Entry) -> str:
    happened, did_not = _WORDS["request" if entry.effect == "request-code" else entry.step]
    what = {
        "save": _("the {channel} was saved", channel=slot.channel),
        "request": _("a code was sent to {channel}", channel=slot.channel),
        "enter-code": _("the code for {channel} was taken", channel=slot.channel),
    }[entry.step]
    prompt = Prompt(
        "reconcile",
        _(
            "It is not known whether {what}, and the page does not tell. Do you know?",
            what=what,
        ),
        choices=(
            Choice("happened", _("It happened")),
            Choice("did-not-happen", _("It did not happen, or may be done again")),
            Choice(STOP, _("Stop here")),
        ),
        channel=slot.channel.kind,
    )
    answer = await slot.trail.ask(prompt)
    if answer is None:
        raise OutcomeUnknown(
            _("It is not known whether {what}, and the page does not tell.", what=what),
            hint=_(
                "Find out in your own browser or on your phone, then run the same command again and say so."
            ),
        )
    if answer.choice == STOP:
        raise NeedsPerson(_("Stopped: it is not known whether {what}.", what=what))
    return happened if answer.choice == "happened" else did_not


_WORDS = {
    "save": ("saved", "not-saved"),
    "request": ("code-asked", "not-sent"),
    "enter-code": ("accepted", "wrong-code"),
}
