"""What is under way for an address, by the page and by the ledger: nothing of it is begun a second time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.engine.context.deadline import days_after
from handrail.engine.context.ledger import Entry, Past
from handrail.engine.context.stops import Waiting, in_minutes
from handrail.engine.effects.press import observe
from handrail.engine.verifications.reconcile import Uncertainty
from handrail.operator import Prompt
from handrail.operator.prompts import YES, yes_or_no
from handrail.sites.locate import State

if TYPE_CHECKING:
    from handrail.engine.verifications.address.shown_address import Found
    from handrail.engine.verifications.address.verification import AddressVerification

_DATED = {"arrives": "expected", "usable": "usable"}
"""What a site file's rules call the dates of a postcard, and what the result calls them."""
_SAVED = ("saved", "verify-asked", "code-asked", "checking")
"""What a save comes to, one way or another."""
_VISIBLE_WITHIN_MINUTES = 24 * 60
"""How long a change may take to be shown: marketplaces speak of hours, up to a day."""


def ordered(place: AddressVerification) -> Entry | None:
    """Return the order of a postcard that the ledger knows to be out, whatever the page shows."""
    entries = place.run.ledger.still_open(place.key)
    return next((one for one in reversed(entries) if one.outcome == "code-asked"), None)


def reckon(place: AddressVerification) -> None:
    """Count a postcard's dates from its order, by the site file's rules, where the page names none."""
    entry, known = ordered(place), place.run.site.guide.get("address")
    if entry is None or entry.released_at is None:
        return
    counted = {"ordered": entry.released_at}
    for rule in known.deadlines if known is not None else ():
        if rule.starts == "ordered" and rule.what in _DATED:
            counted[_DATED[rule.what]] = days_after(entry.released_at, rule.days, business=rule.business_days)
    for name, at in counted.items():
        if name not in place.dates or name in place.reckoned:
            place.dates[name] = at.astimezone().isoformat(timespec="seconds")
            place.reckoned.add(name)


async def unseen(place: AddressVerification) -> None:
    """A postcard was ordered from here and is not shown: wait, unless the person gives it up."""
    reckon(place)
    entry = ordered(place)
    day = f"{entry.released_at.astimezone():%Y-%m-%d}" if entry and entry.released_at else "?"
    soon = timedelta(hours=place.where.shows_within_hours)
    may_come = entry is not None and bool(soon) and not entry.is_older_than(soon)
    if not may_come and await _gives_up(place, day):
        place.gives_up = True
        return
    await place.run.captures.take(
        _("The page does not show the postcard that was ordered"), place.slug("unseen")
    )
    raise Waiting(
        _(
            "A postcard for the {channel} was ordered on {day}; the page does not show it.",
            channel=place.label,
            day=day,
        ),
        until=in_minutes(_VISIBLE_WITHIN_MINUTES),
        until_from="handrail",
    )


async def _gives_up(place: AddressVerification, day: str) -> bool:
    question = _(
        "A postcard for the {channel} was ordered on {day}, and the page does not show it. Another one "
        "makes its code worthless. Order another one all the same?",
        channel=place.label,
        day=day,
    )
    prompt = Prompt("another-postcard", question, choices=yes_or_no(), channel=place.name)
    answer = await place.run.journal.ask(prompt)
    return answer is not None and answer.choice == YES


def nothing_handed_in(place: AddressVerification) -> None:
    """Wait where documents were handed in from here so lately that the page may not show it yet."""
    last = place.run.ledger.last(place.key, "documents", "checking", commitment=_committed(place))
    if last is not None and _lately(place, last):
        raise Waiting(
            _("The documents for the {channel} were handed in; the page does not show it yet.",
              channel=place.label),
            until=last.at + timedelta(hours=place.where.shows_within_hours),
            until_from="handrail",
        )  # fmt: skip


async def nothing_under_way(place: AddressVerification, found: Found) -> None:
    """Wait where this very address was saved and is not shown yet; ask where a change is under way."""
    last = place.run.ledger.last(place.key, "save", *_SAVED, commitment=_committed(place))
    if not found.differs or place.run.rehearsing:
        return
    busy = await place.is_checking(found)
    if last is not None and (_lately(place, last) or busy):
        raise Waiting(
            _("The {channel} was saved on {time}; the page does not show it yet, and it is not saved twice.",
              channel=place.label, time=f"{last.at.astimezone():%Y-%m-%d %H:%M %z}"),
            until=in_minutes(_VISIBLE_WITHIN_MINUTES),
            until_from="handrail",
        )  # fmt: skip
    documents = place.run.ledger.last(place.key, "documents", "checking")
    if busy or (documents is not None and _lately(place, documents)):
        await _agree_to_begin_anew(place)


async def _agree_to_begin_anew(place: AddressVerification) -> None:
    prompt = Prompt(
        "change-under-way",
        _(
            "The site is still working on a change of the {channel}. Saving now begins that anew. Save all "
            "the same?",
            channel=place.label,
        ),
        choices=yes_or_no(),
        channel=place.name,
    )
    answer = await place.run.journal.ask(prompt)
    if answer is None or answer.choice != YES:
        raise Waiting(
            _("The site is still working on a change of the {channel}; nothing was saved.",
              channel=place.label),
            until=in_minutes(_VISIBLE_WITHIN_MINUTES),
            until_from="handrail",
        )  # fmt: skip


def _committed(place: AddressVerification) -> str:
    return place.run.ledger.commitment(place.commitment_value)


def _lately(place: AddressVerification, past: Past) -> bool:
    """Whether it happened so lately that the page may not show it yet."""
    return datetime.now(UTC) - past.at < timedelta(hours=place.where.shows_within_hours)


async def infer_outcome(place: AddressVerification, entry: Entry) -> str | None:
    """Say what came of an effect as the account's page shows it now, or None where it cannot tell."""
    await place.stand()
    found = await place.look()
    ours = entry.commitment == place.run.ledger.commitment(place.commitment_value)
    if found.state is None or not ours:
        return None
    verified = found.state == "verified" and not found.differs
    if entry.step == "enter-code":
        return "accepted" if verified else None
    if entry.step == "save" and not found.differs:
        # Still written differently, it may be the old writing, or how this site writes the new one.
        return "saved" if found.comparison.result == "same" else None
    if verified:
        return "accepted"
    if entry.step == "order" and await place.postcard_out():
        return "code-asked"
    if entry.step == "documents" and await place.being_checked():
        return "checking"
    return _silence(place, entry, found.state)


def _silence(place: AddressVerification, entry: Entry, state: State) -> str | None:
    """Say what it means that the page does not show what was sent: most often, nothing yet."""
    where = place.where
    soon = timedelta(hours=where.shows_within_hours)
    if soon and not entry.is_older_than(soon):
        return None
    # A page may go on showing the old address while it works on the new one.
    if entry.step == "save":
        return None if state == "in-progress" else "not-saved"
    # Where the site file does not name what would be seen, not seeing it never proves anything.
    named = {
        "order": where.postcard is not None,
        "documents": where.checking is not None or where.status.in_progress is not None,
    }
    return "not-sent" if named.get(entry.step) else None


def uncertainty(place: AddressVerification, entry: Entry) -> Uncertainty:
    """Return what the person is asked about an effect that the page cannot tell."""
    if entry.step in ("order", "order-again"):
        return Uncertainty(
            _("a postcard was ordered for the {channel}", channel=place.label), "code-asked", "not-sent"
        )
    if entry.step == "documents":
        return Uncertainty(
            _("the documents were handed in for the {channel}", channel=place.label), "checking", "not-sent"
        )
    if entry.step == "save":
        return Uncertainty(_("the {channel} was saved", channel=place.label), "saved", "not-saved")
    return Uncertainty(_("the code for {channel} was taken", channel=place.label), "accepted", "wrong-code")


def given_up(place: AddressVerification) -> None:
    """Close the orders that the person gave up, as what makes them worthless leaves, and no sooner."""
    if not place.gives_up:
        return
    for entry in place.run.ledger.still_open(place.key):
        if entry.outcome == "code-asked":
            observe(place.run, entry, "superseded", why=_("the person agreed to another"))
    place.gives_up = False
