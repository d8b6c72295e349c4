"""What a slot asks the person, and what it reads from the page about a code on its way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.core.i18n import together
from handrail.engine.context.stops import NeedsPerson, Waiting, in_minutes
from handrail.engine.verifications import questions
from handrail.engine.verifications.contact.code_delivery import close_code, pending_on_page
from handrail.engine.verifications.phone_number import ask_for_number
from handrail.operator import Choice, Prompt
from handrail.operator.prompts import STOP, YES, yes_or_no

if TYPE_CHECKING:
    from handrail.engine.verifications.contact.verification import ContactVerification


async def code(slot: ContactVerification) -> str | None:
    """Ask for the code; None where the person chose something else, and that has been done."""
    return await questions.code(
        slot,
        kind="code",
        question=_("Type the code that was sent to {channel}.", channel=slot.channel),
        stopped=_("A code was sent to {channel}, and nobody entered it.", channel=slot.channel),
    )


async def missing(slot: ContactVerification) -> None:
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
    answer = await slot.run.journal.ask(prompt)
    choice = answer.choice if answer else "wait"
    if choice == "new-code":
        await close_code(slot, "given-up", _("the person asked for a new code"))
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


def _another_value(slot: ContactVerification) -> str:
    return _("Use another number") if slot.channel.kind == "phone" else _("Use another address")


async def another_code(slot: ContactVerification, reason: str) -> None:
    """Ask whether to have another code sent, saying why; then have it sent."""
    await agree_to_another(slot, reason)
    await slot.ask_site_for_code(slot.where.again or slot.where.request or slot.where.save)


async def agree_to_another(slot: ContactVerification, reason: str) -> None:
    """Have the person agree to another code; without that, stop."""
    prompt = Prompt(
        "another-code",
        together(
            reason, _("May Handrail ask for another one to be sent to {channel}?", channel=slot.channel)
        ),
        choices=yes_or_no(),
        channel=slot.channel.kind,
    )
    answer = await slot.run.journal.ask(prompt)
    if answer is None or answer.choice != YES:
        raise NeedsPerson(
            together(reason, _("Nobody agreed to ask for another one.")),
            hint=_("Run the same command again when a new code may be sent."),
            ends_run=False,
        )
    await close_code(slot, "superseded", reason)


async def another_number(slot: ContactVerification) -> None:
    """Have the person give another value, save it, and ask for a code to be sent there."""
    other = await ask_for_number(slot.run, slot.channel)
    await close_code(slot, "superseded", _("the person gave another number"))
    slot.another(other)
    await slot.put(other)
    if not slot.code_on_its_way:
        await slot.ask_site_for_code(slot.where.request)


async def refused(slot: ContactVerification) -> None:
    """The site will not send a code there: another number, wait, or stop, as the person says."""
    await close_code(slot, "refused", None)
    await slot.run.captures.take(
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
    answer = await slot.run.journal.ask(prompt)
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


async def code_on_its_way(slot: ContactVerification) -> bool:
    """Whether a code was asked for and is still good, by the page and by the ledger."""
    waiting = [entry for entry in slot.run.ledger.still_open(slot.key) if entry.outcome == "code-asked"]
    ours = slot.run.ledger.commitment(slot.channel.value)
    mine = [entry for entry in waiting if entry.commitment == ours]
    # A form that does not say whose code it wants may be another channel's, or another number's.
    if (mine or slot.where.pending.destination is not None) and await pending_on_page(slot):
        return True
    if mine:
        await agree_to_another(slot, _("A code was asked for earlier, and the page no longer waits for it."))
    elif waiting:
        await agree_to_another(slot, _("A code was asked for earlier, for another value than this one."))
    return False
