"""What an address asks the person: how to write it, how to verify it, and what a postcard brought."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from handrail.i18n import gettext as _
from handrail.i18n import together
from handrail.operator import Choice, Prompt
from handrail.operator.prompts import STOP, YES, yes_or_no
from handrail.profile.addresses import Comparison, advice, part_name
from handrail.sites.model import Press
from handrail.walk.finding import find
from handrail.walk.learning import ask_where
from handrail.walk.ledger import EffectWord
from handrail.walk.places import asking, reconcile
from handrail.walk.places.handing_in import hand_in
from handrail.walk.places.under_way import given_up, ordered
from handrail.walk.press import NOT_ARRIVED, SIGNED_OUT
from handrail.walk.stops import NeedsPerson, Waiting, in_minutes

if TYPE_CHECKING:
    from handrail.walk.places.address_place import AddressPlace

_POSTCARD_TAKES_DAYS = 10
"""Calendar days for the 5 to 7 business days that sellers report of an address postcard."""
_STEPS = {"postcard": "order", "document": "documents"}


async def there_is_none(place: AddressPlace) -> bool:
    """Where the page shows no part of it, have the person say whether there is none, or show where it is."""
    prompt = Prompt(
        "no-address",
        _("The page shows no part of the {channel} where the site file says. Is there none yet?",
          channel=place.label),
        choices=(
            Choice("none", _("There is none yet")),
            Choice("moved", _("It is shown; I point at it")),
            Choice(STOP, _("Stop here")),
        ),
        channel=place.name,
    )  # fmt: skip
    answer = await place.trail.ask(prompt)
    if answer is None or answer.choice not in ("none", "moved"):
        raise NeedsPerson(
            _("The page shows no part of the {channel} where the site file says.", channel=place.label),
            hint=_("Run the same command again and show where it stands; nothing was changed."),
            ends_run=False,
        )
    if answer.choice == "moved":
        for part, value in place.where.shown.items():
            await ask_where(place.trail, value.at, part_name(part))
    return answer.choice == "none"


async def wants_alignment(place: AddressPlace, comparison: Comparison) -> bool:
    """Name each part that is written differently; return whether the person wants it aligned."""
    for one in comparison.differing:
        place.trail.say(advice(one, place.kind))
    prompt = Prompt(
        "written-differently",
        _("The {channel} is the same place written differently. Keep it as it is?", channel=place.label),
        choices=(
            Choice("keep", _("Keep it as the site writes it")),
            Choice("align", _("Write it as the profile does")),
            Choice(STOP, _("Stop here")),
        ),
        default="keep",
        channel=place.name,
    )
    answer = await place.trail.ask(prompt)
    if answer is not None and answer.choice == STOP:
        raise NeedsPerson(_("Stopped before the {channel} was changed.", channel=place.label))
    return answer is not None and answer.choice == "align"


def question(place: AddressPlace, comparison: Comparison) -> str:
    """Return what the person approves: the difference, part by part."""
    changes = _("; ").join(_changes(comparison))
    return _("Save the {channel}: {changes}", channel=place.label, changes=changes or place.display)


def show_difference(place: AddressPlace, comparison: Comparison) -> None:
    """Tell the difference part by part where nobody approves it: below press, and in a rehearsal."""
    if place.trail.assist == "press" and not place.trail.rehearsing:
        return
    for change in _changes(comparison):
        place.trail.tell("say", _("{channel}, {change}", channel=place.label, change=change))


def _changes(comparison: Comparison) -> list[str]:
    return [
        _(
            "{part}: “{shown}” becomes “{wanted}”",
            part=part_name(one.part),
            shown=one.shown or _("(empty)"),
            wanted=one.wanted or _("(empty)"),
        )
        for one in comparison.differing
    ]


async def agree_to_kill(place: AddressPlace, deed: str) -> None:
    """Have the person agree to what makes the code on a postcard worthless; without that, stop."""
    if place.trail.rehearsing:
        place.trail.say(
            _(
                "{deed} would make the code on the postcard that is on its way worthless ({dates});"
                " a real run asks first.",
                deed=deed,
                dates=_dates(place),
            )
        )
        return
    prompt = Prompt(
        "another-postcard",
        _(
            "{deed} makes the code on the postcard that is on its way worthless ({dates})."
            " Do it all the same?",
            deed=deed,
            dates=_dates(place),
        ),
        choices=yes_or_no(),
        channel=place.name,
    )
    answer = await place.trail.ask(prompt)
    if answer is None or answer.choice != YES:
        raise NeedsPerson(
            _(
                "A postcard for the {channel} is on its way ({dates}); nobody agreed to make it worthless.",
                channel=place.label,
                dates=_dates(place),
            ),
            hint=_("Wait for the postcard, or run the same command again and agree."),
            ends_run=False,
        )
    place.gives_up = True


async def order(place: AddressPlace) -> None:
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
    answer = await place.trail.ask(prompt)
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


async def code(place: AddressPlace) -> str | None:
    """Ask for the code on the postcard; None where it has not come and that was dealt with."""
    if place.trail.assist == "guide":
        return await _has_come(place)
    return await asking.code(
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


async def _has_come(place: AddressPlace) -> str | None:
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
    answer = await place.trail.ask(prompt)
    if answer is None or answer.choice == STOP:
        raise NeedsPerson(_on_its_way(place), ends_run=False)
    if answer.choice == NOT_ARRIVED:
        await missing(place)
        return None
    return ""


def _on_its_way(place: AddressPlace) -> str:
    return _(
        "A postcard for the {channel} is on its way ({dates}).", channel=place.label, dates=_dates(place)
    )


async def missing(place: AddressPlace) -> None:
    """The postcard has not come: wait for it; overdue, ask whether another one may be sent."""
    await place.postcard_out()
    expected = asking.as_time(place.dates.get("expected"))
    await place.trail.capture(
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


async def another(place: AddressPlace, reason: str) -> None:
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


async def _chosen(place: AddressPlace, way: str) -> None:
    at = place.where.verify[way].choose  # type: ignore[index]  # one of this dict's keys
    assert at is not None  # noqa: S101  # the caller has looked
    radio = await find(place.trail, at, what=_("the choice of how to verify"))
    if place.trail.assist == "guide":
        await asking.revealed(place, radio, until=asking.checked(radio))
    else:
        await radio.check()


async def _ordered(
    place: AddressPlace, step: str, press: Press, effect: EffectWord, asked: str | None
) -> None:
    what = _("the button that orders the verification")
    # An order that the person gave up stays open until this one leaves.
    step = "order-again" if step == "order" and ordered(place) is not None else step
    result = await place.press(step, press, effect, asked, what=what, on_release=partial(given_up, place))
    word = result.word or await reconcile.after_silence(place, result)
    if word == SIGNED_OUT:
        await place.back()
    elif word in ("code-asked", "checking", "saved", "accepted"):
        await place.trail.capture(
            _("The verification of the {channel} is ordered", channel=place.label), place.slug(step)
        )
    else:
        await place.not_taken(word, result)


def _dates(place: AddressPlace) -> str:
    names = {
        "ordered": _("ordered {day}", day=place.dates.get("ordered", "")[:10]),
        "expected": _("expected by {day}", day=place.dates.get("expected", "")[:10]),
        "usable": _("usable until {day}", day=place.dates.get("usable", "")[:10]),
    }
    told = [
        _("{date}, as reckoned here", date=text) if name in place.reckoned else text
        for name, text in names.items()
        if name in place.dates
    ]
    return _(", ").join(told) or _("the site gives no dates")
