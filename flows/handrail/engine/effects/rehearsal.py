"""Where a rehearsal ends: what would have been pressed and sent is recorded, and nothing is."""

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
    """A rehearsal has come as far as it goes with this channel; the run goes on with the next."""

    outcome = Outcome.DONE
    captured = True
    hint = lazy("Run the same command without --rehearse when you want it done.")

    @property
    def word(self) -> str:
        """A step that was only rehearsed has not been done."""
        return "would-send"


async def rehearse(run: RunContext, effect: Effect, button: Locator) -> Rehearsed:
    """Record what would have been sent, with the page as it stands, and return the reason to stop."""
    if effect.ready is not None:
        await effect.ready()
    label = run.redaction.clean(await _label_of(button))
    would_send = WouldSend(
        effect.channel, effect.marketplace, effect.name, effect.effect, effect.press.sends, label
    )
    run.journal.would_send.append(would_send)
    run.journal.event("would-send", **effect.facts, sends=list(would_send.sends), button=label)
    run.journal.tell("would-send", effect.label, effect.effect)
    caption = _("Here a real run would press “{button}” for {value}", button=label, value=effect.display)
    await run.captures.take(caption, f"{effect.channel}-would-send")
    return Rehearsed(
        _(
            "Rehearsed as far as “{button}” for {value}: it was not pressed, and nothing was sent.",
            button=label,
            value=effect.display,
        ),
        ends_run=False,
    )


def stay_away(run: RunContext, would_send: WouldSend) -> Rehearsed:
    """Record what would be pressed on a page that a rehearsal does not open; return the reason to stop."""
    run.journal.would_send.append(would_send)
    run.journal.event("would-send", **{**asdict(would_send), "sends": list(would_send.sends)})
    run.journal.tell("would-send", f"{would_send.step} {would_send.channel}", "start-clock")
    return Rehearsed(
        _(
            "Rehearsed as far as the page with “{button}”, which only a real run opens; nothing was sent.",
            button=would_send.button,
        ),
        ends_run=False,
    )


async def _label_of(button: Locator) -> str:
    label = await button.evaluate(
        "it => it.getAttribute('aria-label') || it.innerText || it.value || it.title || ''"
    )
    return " ".join(str(label).split())
