"""Doubtful effects: the page is looked at first, and where it cannot tell, the person is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.engine.context.ledger import Entry
from handrail.engine.context.stops import NeedsPerson, OutcomeUnknown, PageNotReady, SessionChanged
from handrail.engine.effects.effect import NOTHING_LEFT, EffectResult
from handrail.engine.effects.press import observe
from handrail.operator import Choice, Prompt
from handrail.operator.prompts import STOP

if TYPE_CHECKING:
    from handrail.engine.verifications.base import Verification

NEVER_LEFT = "never-left"
if TYPE_CHECKING:
    pass


async def settle_open(place: Verification) -> None:
    """Find out what became of every effect that an earlier run left open; a rehearsal only says so."""
    run = place.run
    if run.rehearsing and run.ledger.left_open(place.key):
        run.journal.say(
            _(
                "An earlier run left something open for {channel}. A rehearsal settles nothing: "
                "the next real run looks into it first.",
                channel=place.label,
            )
        )
    for entry in run.ledger.still_open(place.key):
        if entry.stage == "intended":
            observe(run, entry, NEVER_LEFT, why=_("held at the gate when the run ended"))
        elif entry.stage == "released":
            await _settle(place, entry)


async def after_silence(place: Verification, result: EffectResult) -> str:
    """Find out what came of a press whose outcome nothing on the page has told."""
    if result.entry is None:
        return NOTHING_LEFT
    try:
        await place.back()
    except PageNotReady as trouble:
        raise OutcomeUnknown(
            _(
                "Something was sent for the {channel}, and the site cannot be asked what came of it.",
                channel=place.label,
            ),
            hint=_("Run the same command again: it looks at the page before anything else."),
        ) from trouble
    return await _settle(place, result.entry)


async def _settle(place: Verification, entry: Entry) -> str:
    try:
        word = await place.infer_outcome(entry)
    except SessionChanged:
        await place.back()  # it reads the account's name before anything else
        word = await place.infer_outcome(entry)
    if word is None:
        word = await _asked(place, entry)
    observe(place.run, entry, word, why=_("seen on the page afterwards"))
    return word


async def _asked(place: Verification, entry: Entry) -> str:
    uncertainty = place.uncertainty(entry)
    what = uncertainty.what
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
        channel=place.name,
    )
    answer = await place.run.journal.ask(prompt)
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


@dataclass(frozen=True)
class Uncertainty:
    """What the person is asked where an outcome is unknown, and the words for either answer."""

    what: str
    """A clause that completes: it is not known whether …"""
    happened: str
    did_not: str
