"""A rehearsal's end of every place: what would have been pressed and sent, with nothing pressed or sent."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from playwright.async_api import Locator

from handrail.core.i18n import gettext as _
from handrail.core.i18n import lazy
from handrail.core.outcome import Outcome
from handrail.engine.context.results import WouldSend
from handrail.engine.context.stops import Stop

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext
    from handrail.engine.effects.effect import Effect


class Rehearsed(Stop):
    """A rehearsal has come as far as it goes with this channel; the next one can still be walked."""

    outcome = Outcome.DONE
    captured = True
    hint = lazy("Run the same command without --rehearse when you want it done.")

    @property
    def word(self) -> str:
        """A step that was only rehearsed has not been done."""
        return "would-send"


async def rehearsed(run: RunContext, act: Effect, target: Locator) -> Rehearsed:
    """Record what would have been sent, with the page as it stands, and return the reason to stop."""
    if act.ready is not None:
        await act.ready()
    button = run.redaction.clean(await _words_on(target))
    would = WouldSend(act.channel, act.marketplace, act.name, act.effect, act.press.sends, button)
    run.journal.would_send.append(would)
    run.journal.event("would-send", **act.facts, sends=list(would.sends), button=button)
    run.journal.tell("would-send", act.label, act.effect)
    caption = _("Here a real run would press “{button}” for {value}", button=button, value=act.display)
    await run.captures.take(caption, f"{act.channel}-would-send")
    return Rehearsed(
        _(
            "Rehearsed as far as “{button}” for {value}: it was not pressed, and nothing was sent.",
            button=button,
            value=act.display,
        ),
        ends_run=False,
    )


def stayed_away(run: RunContext, would: WouldSend) -> Rehearsed:
    """Record what a real run would press on a page that a rehearsal stays away from, and stop there."""
    run.journal.would_send.append(would)
    facts = {**asdict(would), "sends": list(would.sends)}
    run.journal.event("would-send", **facts)
    run.journal.tell("would-send", f"{would.step} {would.channel}", "start-clock")
    return Rehearsed(
        _(
            "Rehearsed as far as the page with “{button}”, which only a real run opens; nothing was sent.",
            button=would.button,
        ),
        ends_run=False,
    )


async def _words_on(target: Locator) -> str:
    words = await target.evaluate(
        "it => it.getAttribute('aria-label') || it.innerText || it.value || it.title || ''"
    )
    return " ".join(str(words).split())
