"""What any place asks the person, and what it means when the site does not do what was asked of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Awaitable
from datetime import datetime
from typing import TYPE_CHECKING, NoReturn

from handrail.core.i18n import gettext as _
from handrail.core.i18n import together
from handrail.engine.context.stops import (
    NeedsPerson,
    PageNotReady,
    SiteRefused,
    Waiting,
    in_minutes,
    retry_after,
)
from handrail.engine.effects.effect import NOTHING_LEFT, EffectResult
from handrail.engine.page.interruptions import turned_away
from handrail.operator import Choice, Prompt
from handrail.operator.prompts import STOP, PromptKind, done_or_stop

if TYPE_CHECKING:
    from playwright.async_api import Locator

    from handrail.engine.context.run_context import RunContext
    from handrail.engine.verifications.base import Verification
    from handrail.engine.verifications.code_verification import CodeVerification

_TRIES_AT_TYPING = 5
_LOOKS_APART_S = 0.2


async def code(
    place: CodeVerification, *, kind: PromptKind, question: str, stopped: str, default: str | None = None
) -> str | None:
    """Ask for the code; None where the person chose something else, and that has been done.

    Guide only asks nothing: the code, typed on the page, is never seen here, and is returned empty.
    """
    if place.run.assist == "guide":
        return ""
    problem = ""
    for _again in range(_TRIES_AT_TYPING):
        prompt = Prompt(
            kind,
            together(problem, question),
            choices=(Choice("not-arrived", _("It has not arrived")), Choice(STOP, _("Stop here"))),
            default=default,
            wants_text=True,
            secret=True,
            channel=place.name,
        )
        answer = await place.run.journal.ask(prompt)
        if answer is None or answer.choice == STOP:
            raise NeedsPerson(
                stopped,
                hint=_("Run the same command again with the code at hand: no second code is asked for."),
            )
        if answer.choice == "not-arrived":
            await place.code_missing()
            return None
        # A Chinese keyboard may type full-width digits; the site would count them as a wrong code.
        typed = unicodedata.normalize("NFKC", answer.text or "").strip()
        if not re.fullmatch(place.code.format, typed):
            problem = _("That does not look like this site's codes.")
        elif typed in place.tried:
            problem = _("That code was entered already.")
        else:
            return typed
    raise NeedsPerson(_("No usable code was typed for {channel}.", channel=place.label), ends_run=False)


async def revealed(place: Verification, button: Locator, *, until: Awaitable[object] | None = None) -> None:
    """Press a button that only shows or hides something; guide only: have the person press it."""
    if place.run.assist != "guide":
        await button.click()
        return
    prompt = Prompt(
        "press",
        _("Press the marked button on the page."),
        choices=done_or_stop(),
        channel=place.name,
        target=button,
    )
    answer = await place.run.journal.ask(prompt, until=until or button.wait_for(state="hidden", timeout=0))
    if answer is None or answer.choice == STOP:
        raise NeedsPerson(_("The button was not pressed; nothing was sent."), ends_run=False)


async def checked(run: RunContext, box: Locator) -> None:
    """Wait until a box or a radio button is checked."""
    while not await box.is_checked():
        await run.pauses.sleep(_LOOKS_APART_S)


async def typed_by_hand(
    place: Verification, field: Locator, value: str, seen: Awaitable[object], what: str | None = None
) -> None:
    """Guide only: the person types the value into the field, and Handrail watches for it."""
    prompt = Prompt(
        "type",
        _("Type {channel} into the field on the page.", channel=what or place.label),
        choices=done_or_stop(),
        channel=place.name,
        target=field,
        value=value,
    )
    answer = await place.run.journal.ask(prompt, until=seen)
    if answer is None or answer.choice == STOP:
        raise NeedsPerson(
            _("{channel} was not typed; nothing was saved.", channel=what or place.label), ends_run=False
        )


def not_taken(place: Verification, word: str, result: EffectResult) -> NoReturn:
    """Stop, because the site did not do it: say what that means."""
    if word in ("throttled", "locked"):
        said = as_time(result.until) or retry_after(result.retry_after)
        raise Waiting(
            _("The site is locked for the {channel} for a while.", channel=place.label)
            if word == "locked"
            else _("The site says there were too many requests for {channel}.", channel=place.label),
            until=said or in_minutes(60),
            until_from="site" if said else "handrail",
        )
    if word == "automation-refused":
        raise turned_away(place.run, word)
    if word == "exhausted":
        raise SiteRefused(
            _("The site says that all attempts to verify the {channel} are used up.", channel=place.label),
            hint=_("Ask the marketplace's support in your own browser; Handrail sends nothing more for it."),
            ends_run=False,
        )
    if word == "refused":
        raise NeedsPerson(
            _("The site does not take the {channel} as it was typed.", channel=place.label),
            hint=_(
                "Read what the page says of it, in the last capture; mend the profile, then run it again."
            ),
            ends_run=False,
        )
    if word in (NOTHING_LEFT, "not-sent", "not-saved"):
        raise PageNotReady(
            _("Nothing was done on the site for {channel}.", channel=place.label),
            hint=_("Look at the page for a message, then run the same command again."),
        )
    raise NeedsPerson(
        _("The site answered in a way this step does not expect: {word}.", word=word),
        ends_run=False,
    )


def as_time(text: str | None) -> datetime | None:
    """Read a page's time or day (ISO 8601), a bare one as this machine's; None for anything else."""
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError:
        return None
