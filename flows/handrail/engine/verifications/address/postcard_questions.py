"""What an address asks the person: how to write it, how to verify it, and what a postcard brought."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.engine.context.stops import NeedsPerson
from handrail.engine.repair.ask_element import ask_where
from handrail.operator import Choice, Prompt
from handrail.operator.prompts import STOP, YES, yes_or_no
from handrail.profile.matching.compare import Comparison, advice, part_name

if TYPE_CHECKING:
    from handrail.engine.verifications.address.verification import AddressVerification


async def there_is_none(place: AddressVerification) -> bool:
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
    answer = await place.run.journal.ask(prompt)
    if answer is None or answer.choice not in ("none", "moved"):
        raise NeedsPerson(
            _("The page shows no part of the {channel} where the site file says.", channel=place.label),
            hint=_("Run the same command again and show where it stands; nothing was changed."),
            ends_run=False,
        )
    if answer.choice == "moved":
        for part, value in place.where.shown.items():
            await ask_where(place.run, value.at, part_name(part))
    return answer.choice == "none"


async def wants_alignment(place: AddressVerification, comparison: Comparison) -> bool:
    """Name each part that is written differently; return whether the person wants it aligned."""
    for one in comparison.differing:
        place.run.journal.say(advice(one, place.kind))
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
    answer = await place.run.journal.ask(prompt)
    if answer is not None and answer.choice == STOP:
        raise NeedsPerson(_("Stopped before the {channel} was changed.", channel=place.label))
    return answer is not None and answer.choice == "align"


def question(place: AddressVerification, comparison: Comparison) -> str:
    """Return what the person approves: the difference, part by part."""
    changes = _("; ").join(_changes(comparison))
    return _("Save the {channel}: {changes}", channel=place.label, changes=changes or place.display)


def show_difference(place: AddressVerification, comparison: Comparison) -> None:
    """Tell the difference part by part where nobody approves it: below press, and in a rehearsal."""
    if place.run.assist == "press" and not place.run.rehearsing:
        return
    for change in _changes(comparison):
        place.run.journal.tell("say", _("{channel}, {change}", channel=place.label, change=change))


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


async def agree_to_kill(place: AddressVerification, deed: str) -> None:
    """Have the person agree to what makes the code on a postcard worthless; without that, stop."""
    if place.run.rehearsing:
        place.run.journal.say(
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
    answer = await place.run.journal.ask(prompt)
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


def _dates(place: AddressVerification) -> str:
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
