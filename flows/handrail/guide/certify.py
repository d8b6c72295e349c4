"""The certification, step by step: everything is compared before the clock is started."""

from __future__ import annotations

from handrail.core.i18n import gettext as _
from handrail.guide.address import addresses, entries_of, kind_name
from handrail.guide.model import Entry, Step
from handrail.guide.shared_steps import View, arrive, channel_entry, keep, sign_in
from handrail.guide.site_labels import watched, wordings
from handrail.sites.schema.base import Label
from handrail.sites.schema.locators import LocatorSpec


def certify(view: View) -> list[Step]:
    """Return the steps of the certification, or of the yearly review where it is no more than that."""
    page = view.site.certify.page if view.site.certify else None
    steps = [sign_in(view), _compare(view), arrive(view, page)]
    last = [_open_notice(view), _certify(view)] if view.starts_clock else [_answer(view)]
    return [*steps, *last, keep(view)]


def _compare(view: View) -> Step:
    return Step(
        _("First compare everything on the account's own pages"),
        do=(
            _("Each of these must be right today, as your documents have it."),
            _("If one differs, stop: mend it first, wait until the page shows it, and begin here again."),
        ),
        entries=tuple(_entries(view)),
    )


def _entries(view: View) -> list[Entry]:
    profile, stated = view.profile, addresses(view)
    entries = [Entry(_("Legal name"), profile.legal_name, profile.legal_name)]
    for kind, place in stated.items():
        # With commas in both languages: an address is copied as it stands here.
        written = ", ".join(entry.value for entry in entries_of(view, place)[1:])
        entries.append(Entry(kind_name(kind), written, written))
    if not stated:
        entries.append(_on_paper(_("Business address"), _("as on your licence")))
    entries += [channel_entry(view, channel, None) for channel in profile.contact]
    # These two are never shown, not even to their owner.
    entries.append(_on_paper(_("Tax id"), _("as on your tax certificate")))
    entries.append(_on_paper(_("Last digits of the bank account"), _("as on your bank statement")))
    return entries


def _on_paper(what: str, where: str) -> Entry:
    return Entry(what, where, where)


def _open_notice(view: View) -> Step:
    known = view.known.press[:1] if view.known else ()
    own: tuple[LocatorSpec | Label, ...] = (view.site.certify.open.press,) if view.site.certify else known
    return Step(
        _("Only now open the notice"),
        do=(_("Go on from the overview only if everything was right and you can finish today."),),
        press=wordings(view.site, own),
        warning=_("Opening it starts a deadline set by law, and nothing stops that clock again."),
    )


def _certify(view: View) -> Step:
    site = view.site
    own: tuple[LocatorSpec | Label, ...] = view.known.press[1:] if view.known else ()
    if site.certify:
        own = (*site.certify.tick, site.certify.certify.press)
    return Step(
        _("Read it, tick it and certify, yourself"),
        do=(
            _("Compare what it repeats once more. What differs is not certified."),
            _("Tick the box and press the button with your own hand."),
        ),
        press=wordings(site, own),
        watch=watched(site, [site.certify.certify] if site.certify else [], view.known),
    )


def _answer(view: View) -> Step:
    return Step(
        _("Answer what the site asks"),
        do=(
            _("Confirm only what is right today; change what is not, as the page offers it."),
            _("How this page looks has been published nowhere: read every line before you press."),
        ),
        press=wordings(view.site, view.known.press if view.known else ()),
        watch=watched(view.site, [], view.known),
    )
