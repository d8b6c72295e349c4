"""Order a postcard once, and enter the code printed on it."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.core.i18n import together
from handrail.engine.context.ledger import EffectWord
from handrail.engine.context.stops import NeedsPerson, Waiting, in_minutes
from handrail.engine.effects.effect import NOT_ARRIVED, SIGNED_OUT
from handrail.engine.page.find_element import find
from handrail.engine.verifications import questions, reconcile
from handrail.engine.verifications.address.document_upload import hand_in
from handrail.engine.verifications.address.postcard_questions import _dates, agree_to_kill
from handrail.engine.verifications.address.progress import given_up, ordered
from handrail.operator import Choice, Prompt
from handrail.operator.prompts import STOP
from handrail.sites.schema.actions import Press

if TYPE_CHECKING:
    from handrail.engine.verifications.address.verification import AddressVerification


_POSTCARD_TAKES_DAYS = 10
"""Calendar days for the 5 to 7 business days that sellers report of an address postcard."""


_STEPS = {"postcard": "order", "document": "documents"}


async def order(place: AddressVerification) -> None:
    """Have the person choose how the address is verified, and order that once."""
    ways = place.where.verify
    labels = {
        "postcard": _("By a postcard with a code, sent to this address (about 5 to 7 business days)"),
        "document": _("By the business documents"),
    }
    prompt = Prompt(
        "verify-how",
        _("How shall the site verify the {channel}?", channel=place.label),
        choices=(*(Choice(way, labels[way]) for way in ways), Choice(STOP, _("Stop here"))),
        channel=place.name,
    )
    answer = await place.run.journal.ask(prompt)
    way = next((one for one in ways if answer is not None and answer.choice == one), None)
    if way is None:
        raise NeedsPerson(
            _("The site asks how the {channel} shall be verified, and nobody chose.", channel=place.label),
            hint=_("Run the same command again and choose; nothing was ordered."),
            ends_run=False,
        )
    if ways[way].choose is not None:
        await _chosen(place, way)
    if ways[way].files:
        await hand_in(place, ways[way].files)
    effect: EffectWord = "request-code" if way == "postcard" else "submit"
    asked = (
        _("Order a postcard with a code to {address}", address=place.display)
        if way == "postcard"
        else _("Have the {channel} verified by the business documents", channel=place.label)
    )
    await _ordered(place, _STEPS[way], ways[way].press, effect, asked)


async def code(place: AddressVerification) -> str | None:
    """Ask for the code on the postcard; None where it has not come and that was dealt with."""
    if place.run.assist == "guide":
        return await _has_come(place)
    return await questions.code(
        place,
        kind="postcard-code",
        question=_(
            "Has the postcard for the {channel} come? Type its code ({dates}).",
            channel=place.label,
            dates=_dates(place),
        ),
        stopped=_on_its_way(place),
        default=NOT_ARRIVED,
    )


async def _has_come(place: AddressVerification) -> str | None:
    """Guide only: the code will be typed on the page; empty where there is one to type."""
    prompt = Prompt(
        "postcard-code",
        _("Has the postcard for the {channel} come ({dates})?", channel=place.label, dates=_dates(place)),
        choices=(
            Choice("arrived", _("It has come")),
            Choice(NOT_ARRIVED, _("It has not arrived")),
            Choice(STOP, _("Stop here")),
        ),
        default=NOT_ARRIVED,
        channel=place.name,
    )
    answer = await place.run.journal.ask(prompt)
    if answer is None or answer.choice == STOP:
        raise NeedsPerson(_on_its_way(place), ends_run=False)
    if answer.choice == NOT_ARRIVED:
        await missing(place)
        return None
    return ""


def _on_its_way(place: AddressVerification) -> str:
    return _(
        "A postcard for the {channel} is on its way ({dates}).", channel=place.label, dates=_dates(place)
    )


async def missing(place: AddressVerification) -> None:
    """The postcard has not come: wait for it; overdue, ask whether another one may be sent."""
    await place.postcard_out()
    expected = questions.as_time(place.dates.get("expected"))
    await place.run.captures.take(
        _("A postcard for the {channel} is on its way", channel=place.label), place.slug("postcard")
    )
    if expected is not None and expected < datetime.now(UTC):
        await another(place, _("The postcard is overdue."))
        return
    raise Waiting(
        _on_its_way(place),
        until=expected or in_minutes(_POSTCARD_TAKES_DAYS * 24 * 60),
        until_from="site" if expected and "expected" not in place.reckoned else "handrail",
    )


async def another(place: AddressVerification, reason: str) -> None:
    """Have another postcard sent, once the person agreed to what that kills."""
    postcard = place.where.postcard
    again = postcard.again if postcard is not None else None
    if again is None:
        raise NeedsPerson(
            together(reason, _("The site file names no button for another one.")),
            hint=_("Order it on the page yourself, if you must."),
            ends_run=False,
        )
    await agree_to_kill(place, together(reason, _("Ordering another one")))
    await place.open_form()
    await _ordered(place, "order-again", again, "request-code", None)


async def _chosen(place: AddressVerification, way: str) -> None:
    at = place.where.verify[way].choose  # type: ignore[index]  # one of this dict's keys
    assert at is not None  # noqa: S101  # the caller has looked
    radio = await find(place.run, at, what=_("the choice of how to verify"))
    if place.run.assist == "guide":
        await questions.revealed(place, radio, until=questions.checked(place.run, radio))
    else:
        await radio.check()


async def _ordered(
    place: AddressVerification, step: str, press: Press, effect: EffectWord, asked: str | None
) -> None:
    what = _("the button that orders the verification")
    # An order that the person gave up stays open until this one leaves.
    step = "order-again" if step == "order" and ordered(place) is not None else step
    result = await place.press(step, press, effect, asked, what=what, on_release=partial(given_up, place))
    word = result.word or await reconcile.after_silence(place, result)
    if word == SIGNED_OUT:
        await place.back()
    elif word in ("code-asked", "checking", "saved", "accepted"):
        await place.run.captures.take(
            _("The verification of the {channel} is ordered", channel=place.label), place.slug(step)
        )
    else:
        await place.not_taken(word, result)
