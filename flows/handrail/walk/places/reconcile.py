"""Doubtful effects: the page is looked at first, and where it cannot tell, the person is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.i18n import gettext as _
from handrail.operator import Choice, Prompt
from handrail.operator.prompts import STOP
from handrail.walk.ledger import Entry
from handrail.walk.press import NOTHING_LEFT, Result, observe
from handrail.walk.stops import NeedsPerson, OutcomeUnknown, PageNotReady, SignedInAnew

if TYPE_CHECKING:
    from handrail.walk.places.place import Place

NEVER_LEFT = "never-left"


async def settle_open(place: Place) -> None:
    """Find out what became of every effect that an earlier run left open; a rehearsal only says so."""
    trail = place.trail
    if trail.rehearsing and trail.ledger.left_open(place.key):
        trail.say(
            _(
                "An earlier run left something open for {channel}. A rehearsal settles nothing: "
                "the next real run looks into it first.",
                channel=place.label,
            )
        )
    for entry in trail.ledger.still_open(place.key):
        if entry.stage == "intended":
            observe(trail, entry, NEVER_LEFT, why=_("held at the gate when the run ended"))
        elif entry.stage == "released":
            await _settle(place, entry)


async def after_silence(place: Place, result: Result) -> str:
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


async def _settle(place: Place, entry: Entry) -> str:
    try:
        word = await place.told_by_page(entry)
    except SignedInAnew:
        await place.back()  # it reads the account's name before anything else
        word = await place.told_by_page(entry)
    if word is None:
        word = await _asked(place, entry)
    observe(place.trail, entry, word, why=_("seen on the page afterwards"))
    return word


async def _asked(place: Place, entry: Entry) -> str:
    doubt = place.doubt(entry)
    what = doubt.what
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
    answer = await place.trail.ask(prompt)
    if answer is None:
        raise OutcomeUnknown(
            _("It is not known whether {what}, and the page does not tell.", what=what),
            hint=_(
                "Find out in your own browser or on your phone, then run the same command again and say so."
            ),
        )
    if answer.choice == STOP:
        raise NeedsPerson(_("Stopped: it is not known whether {what}.", what=what))
    return doubt.happened if answer.choice == "happened" else doubt.did_not
