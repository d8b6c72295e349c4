"""What a slot asks the person, and what it reads from the page about a code on its way."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from handrail.i18n import gettext as _
from handrail.i18n import together
from handrail.operator import Choice, Prompt
from handrail.operator.prompts import STOP, YES, yes_or_no
from handrail.sites.locate import locate, read
from handrail.walk.arrive import open_page
from handrail.walk.ledger import Entry
from handrail.walk.numbers import ask_for_number
from handrail.walk.places import asking
from handrail.walk.places.place import Doubt
from handrail.walk.press import observe
from handrail.walk.reading import still
from handrail.walk.stops import NeedsPerson, Waiting, in_minutes

if TYPE_CHECKING:
    from handrail.walk.places.slot import Slot


async def code(slot: Slot) -> str | None:
    """Ask for the code; None where the person chose something else, and that has been done."""
    return await asking.code(
        slot,
        kind="code",
        question=_("Type the code that was sent to {channel}.", channel=slot.channel),
        stopped=_("A code was sent to {channel}, and nobody entered it.", channel=slot.channel),
    )


async def missing(slot: Slot) -> None:
    """The code has not arrived: wait, another code (which kills the first), another number, or stop."""
    prompt = Prompt(
        "code-missing",
        _(
            "No code has arrived for {channel}. A new code makes the one before invalid.",
            channel=slot.channel,
        ),
        choices=(
            Choice("wait", _("Wait, and come back later")),
            Choice("new-code", _("Ask for a new code")),
            Choice("another-number", _another_value(slot)),
            Choice(STOP, _("Stop here")),
        ),
        default="wait",
        channel=slot.channel.kind,
    )
    answer = await slot.trail.ask(prompt)
    choice = answer.choice if answer else "wait"
    if choice == "new-code":
        await _close_code(slot, "given-up", _("the person asked for a new code"))
        await slot.ask_site_for_code(slot.where.again or slot.where.request or slot.where.save)
    elif choice == "another-number":
        await another_number(slot)
    elif choice == STOP:
        raise NeedsPerson(_("Stopped while waiting for the code for {channel}.", channel=slot.channel))
    else:
        raise Waiting(
            _(
                "The code for {channel} has not arrived; nothing more was asked for.",
                channel=slot.channel,
            ),
            until=in_minutes(10),
            until_from="handrail",
        )


def _another_value(slot: Slot) -> str:
    return _("Use another number") if slot.channel.kind == "phone" else _("Use another address")


async def another_code(slot: Slot, reason: str) -> None:
    """Ask whether to have another code sent, saying why; then have it sent."""
    await agree_to_another(slot, reason)
    await slot.ask_site_for_code(slot.where.again or slot.where.request or slot.where.save)


async def agree_to_another(slot: Slot, reason: str) -> None:
    """Have the person agree to another code; without that, stop."""
    prompt = Prompt(
        "another-code",
        together(
            reason, _("May Handrail ask for another one to be sent to {channel}?", channel=slot.channel)
        ),
        choices=yes_or_no(),
        channel=slot.channel.kind,
    )
    answer = await slot.trail.ask(prompt)
    if answer is None or answer.choice != YES:
        raise NeedsPerson(
            together(reason, _("Nobody agreed to ask for another one.")),
            hint=_("Run the same command again when a new code may be sent."),
            ends_run=False,
        )
    await _close_code(slot, "superseded", reason)


async def another_number(slot: Slot) -> None:
    """Have the person give another value, save it, and ask for a code to be sent there."""
    other = await ask_for_number(slot.trail, slot.channel)
    await _close_code(slot, "superseded", _("the person gave another number"))
    slot.another(other)
    await slot.put(other)
    if not slot.code_on_its_way:
        await slot.ask_site_for_code(slot.where.request)


async def refused(slot: Slot) -> None:
    """The site will not send a code there: another number, wait, or stop, as the person says."""
    await _close_code(slot, "refused", None)
    await slot.trail.capture(
        _("The site refused {channel}", channel=slot.channel), f"{slot.channel.kind}-refused"
    )
    prompt = Prompt(
        "refused",
        _(
            "The site will not send a code to {channel}. It was asked once and is not asked again by itself.",
            channel=slot.channel,
        ),
        choices=(
            Choice("another-number", _another_value(slot)),
            Choice("wait", _("Wait, and come back later")),
            Choice(STOP, _("Stop here")),
        ),
        default="wait",
        channel=slot.channel.kind,
    )
    answer = await slot.trail.ask(prompt)
    if answer is not None and answer.choice == "another-number":
        await another_number(slot)
        return
    if answer is not None and answer.choice == STOP:
        raise NeedsPerson(_("Stopped after the site refused {channel}.", channel=slot.channel))
    raise Waiting(
        _("The site refused to send a code to {channel}.", channel=slot.channel),
        until=in_minutes(24 * 60),
        until_from="handrail",
    )


async def _close_code(slot: Slot, word: str, why: str | None) -> None:
    for entry in slot.trail.ledger.still_open(slot.key):
        if entry.outcome == "code-asked":
            observe(slot.trail, entry, word, why=why)
    slot.code_on_its_way = False


async def code_on_its_way(slot: Slot) -> bool:
    """Whether a code was asked for and is still good, by the page and by the ledger."""
    waiting = [entry for entry in slot.trail.ledger.still_open(slot.key) if entry.outcome == "code-asked"]
    ours = slot.trail.ledger.commitment(slot.channel.value)
    mine = [entry for entry in waiting if entry.commitment == ours]
    # A form that does not say whose code it wants may be another channel's, or another number's.
    if (mine or slot.where.pending.destination is not None) and await _pending(slot):
        return True
    if mine:
        await agree_to_another(slot, _("A code was asked for earlier, and the page no longer waits for it."))
    elif waiting:
        await agree_to_another(slot, _("A code was asked for earlier, for another value than this one."))
    return False


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
        # Only a page that shows the account's own state may be believed when it shows nothing, and only late.
        pending = slot.where.pending
        soon = timedelta(seconds=pending.shows_within_seconds)
        late = not soon or entry.is_older_than(soon)
        return "not-sent" if pending.scope == "account" and late else None
    return "saved" if shown.matches(slot.channel) else "not-saved"


async def _pending(slot: Slot) -> bool:
    trail, pending = slot.trail, slot.where.pending
    if pending.page is not None and not await open_page(trail, pending.page):
        await open_page(trail, slot.where.page)
        return False
    seen = locate(trail.page, trail.site, pending.see)
    there = await seen.count() > 0 or await still(trail, seen.count) > 0
    shown = await read(trail.page, trail.site, pending.destination) if there and pending.destination else None
    if shown is not None and not slot.channel.matches(shown):
        there = False
    if pending.page is not None and not there:
        await open_page(trail, slot.where.page)
    return there


def doubt(slot: Slot, entry: Entry) -> Doubt:
    """Return what the person is asked about an effect that the page cannot tell."""
    if entry.effect == "request-code":
        return Doubt(_("a code was sent to {channel}", channel=slot.channel), "code-asked", "not-sent")
    if entry.step == "save":
        return Doubt(_("the {channel} was saved", channel=slot.channel), "saved", "not-saved")
    return Doubt(_("the code for {channel} was taken", channel=slot.channel), "accepted", "wrong-code")
