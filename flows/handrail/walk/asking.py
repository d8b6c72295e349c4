"""What a slot asks the person: the code, another number, what to do when the site says no."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import TYPE_CHECKING

from handrail.i18n import gettext as _
from handrail.i18n import together
from handrail.operator import Choice, Prompt
from handrail.operator.prompts import STOP, YES, done_or_stop, yes_or_no
from handrail.walk.numbers import ask_for_number
from handrail.walk.press import NOTHING_LEFT, Result, observe
from handrail.walk.stops import NeedsPerson, PageNotReady, SiteRefused, Waiting, in_minutes, retry_after

if TYPE_CHECKING:
    from playwright.async_api import Locator

    from handrail.walk.slot import Slot

_TRIES_AT_TYPING = 5


async def code(slot: Slot) -> str | None:
    """Ask for the code; None where the person chose something else, and that has been done.

    Guide only asks nothing: the code, typed on the page, is never seen here, and is returned empty.
    """
    if slot.trail.assist == "guide":
        return ""
    problem = ""
    for _again in range(_TRIES_AT_TYPING):
        prompt = Prompt(
            "code",
            together(problem, _("Type the code that was sent to {channel}.", channel=slot.channel)),
            choices=(Choice("not-arrived", _("It has not arrived")), Choice(STOP, _("Stop here"))),
            wants_text=True,
            secret=True,
            channel=slot.channel.kind,
        )
        answer = await slot.trail.ask(prompt)
        if answer is None or answer.choice == STOP:
            raise NeedsPerson(
                _("A code was sent to {channel}, and nobody entered it.", channel=slot.channel),
                hint=_("Run the same command again with the code at hand: no second code is asked for."),
            )
        if answer.choice == "not-arrived":
            await missing(slot)
            return None
        # A Chinese keyboard may type full-width digits; the site would count them as a wrong code.
        typed = unicodedata.normalize("NFKC", answer.text or "").strip()
        if not re.fullmatch(slot.where.code.format, typed):
            problem = _("That does not look like this site's codes.")
        elif typed in slot.tried:
            problem = _("That code was entered already.")
        else:
            return typed
    raise NeedsPerson(_("No usable code was typed for {channel}.", channel=slot.channel), ends_run=False)


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


async def revealed(slot: Slot, button: Locator) -> None:
    """Press a button that only shows or hides something; guide only: have the person press it."""
    if slot.trail.assist != "guide":
        await button.click()
        return
    prompt = Prompt(
        "press",
        _("Press the marked button on the page."),
        choices=done_or_stop(),
        channel=slot.channel.kind,
        target=button,
    )
    answer = await slot.trail.ask(prompt, until=button.wait_for(state="hidden", timeout=0))
    if answer is None or answer.choice == STOP:
        raise NeedsPerson(_("The button was not pressed; nothing was sent."), ends_run=False)


async def typed_by_hand(slot: Slot, field: Locator, value: str) -> None:
    """Guide only: the person types the value into the field, and Handrail watches for it."""
    prompt = Prompt(
        "type",
        _("Type {channel} into the field on the page.", channel=slot.channel),
        choices=done_or_stop(),
        channel=slot.channel.kind,
        target=field,
        value=value,
    )
    answer = await slot.trail.ask(prompt, until=slot.appears_in(field))
    if answer is None or answer.choice == STOP:
        raise NeedsPerson(
            _("{channel} was not typed; nothing was saved.", channel=slot.channel), ends_run=False
        )


async def not_taken(slot: Slot, word: str, result: Result) -> None:
    """The site did not do it: say what that means, and offer what is left."""
    if word == "refused":
        await _refused(slot)
    elif word in ("throttled", "locked"):
        said = _as_time(result.until) or retry_after(result.retry_after)
        raise Waiting(
            _("The site is locked for the {channel} for a while.", channel=slot.channel)
            if word == "locked"
            else _("The site says there were too many requests for {channel}.", channel=slot.channel),
            until=said or in_minutes(60),
            until_from="site" if said else "handrail",
        )
    elif word == "automation-refused":
        slot.trail.ledger.lock_site(slot.trail.site.id, word)
        raise SiteRefused(
            _(
                "{site} says that it does not want automated access; nothing was retried.",
                site=slot.trail.site.name,
            ),
            hint=_(
                "Handrail stays away until you run `handrail site unlock {site}`.",
                site=slot.trail.site.id,
            ),
        )
    elif word in (NOTHING_LEFT, "not-sent", "not-saved"):
        raise PageNotReady(
            _("Nothing was done on the site for {channel}.", channel=slot.channel),
            hint=_("Look at the page for a message, then run the same command again."),
        )
    else:
        raise NeedsPerson(
            _("The site answered in a way this step does not expect: {word}.", word=word),
            ends_run=False,
        )


async def _refused(slot: Slot) -> None:
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


def _as_time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
