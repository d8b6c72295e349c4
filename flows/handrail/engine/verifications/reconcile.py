"""What the person is asked where neither the answer nor the page tells what came of an effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.engine.context.stops import NeedsPerson, OutcomeUnknown
from handrail.operator import Choice, Prompt
from handrail.operator.prompts import STOP

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext

NEVER_LEFT = "never-left"
"""The outcome of an effect that was still held at the gate when its run ended."""


@dataclass(frozen=True)
class Uncertainty:
    """What is not known of an effect, and the outcome that either answer of the person means."""

    what: str
    """A clause that completes: it is not known whether …"""
    happened: str
    did_not: str


async def ask_what_happened(run: RunContext, channel: str, uncertainty: Uncertainty) -> str:
    """Return the outcome the person says; OutcomeUnknown where nobody answers, NeedsPerson on stop."""
    what = uncertainty.what
    prompt = Prompt(
        "reconcile",
        _("It is not known whether {what}, and the page does not tell. Do you know?", what=what),
        choices=(
            Choice("happened", _("It happened")),
            Choice("did-not-happen", _("It did not happen, or may be done again")),
            Choice(STOP, _("Stop here")),
        ),
        channel=channel,
    )
    answer = await run.journal.ask(prompt)
    if answer is None:
        raise OutcomeUnknown(
            _("It is not known whether {what}, and the page does not tell.", what=what),
            hint=_(
                "Find out in your own browser or on your phone, then run the same command again and say so."
            ),
        )
    if answer.choice == STOP:
        raise NeedsPerson(_("Stopped: it is not known whether {what}.", what=what))
    return uncertainty.happened if answer.choice == "happened" else uncertainty.did_not
