"""Steps shared by all checklists: signing in, going to the page, keeping the proof."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from handrail.core.errors import BadInput
from handrail.core.i18n import gettext as _
from handrail.guide.model import Entry, Step
from handrail.guide.site_labels import link, wording_of, wordings
from handrail.profile.channel import Channel
from handrail.profile.model import Profile
from handrail.sites.schema.address import AddressSlot
from handrail.sites.schema.base import Label
from handrail.sites.schema.contact import ContactSlot
from handrail.sites.schema.guide import GuideEntry
from handrail.sites.schema.locators import LocatorSpec
from handrail.sites.schema.site import Site


@dataclass(frozen=True)
class View:
    """The input of all steps."""

    flow: str
    """Which verification."""
    site: Site
    """Where."""
    profile: Profile
    """Whose."""
    known: GuideEntry | None
    """What the site file adds for a person."""
    command: str
    """The command that makes this checklist, as it is typed."""

    @classmethod
    def of(cls, flow: str, site: Site, profile: Profile, command: str) -> View:
        """Return the view; BadInput if the site file knows nothing of this flow."""
        places = {"contact": site.contact, "address": site.address, "certify": site.certify}
        known = {str(name): table for name, table in site.guide.items()}
        if not places[flow] and flow not in known:
            has = [name for name in places if places[name] or name in known]
            raise BadInput(
                _("The site file of {site} knows nothing of {flow}.", site=site.name, flow=flow),
                hint=_("It knows of these: {names}.", names=", ".join(has)),
                where=flow,
            )
        return cls(flow, site, profile, known.get(flow), command)

    @property
    def hosts(self) -> str:
        """The hosts that may stand in the address bar."""
        return ", ".join(self.site.hosts)

    @property
    def starts_clock(self) -> bool:
        """Whether a page of this verification starts a deadline when it is opened."""
        rules = self.known.deadlines if self.known else ()
        return self.site.certify is not None or any(rule.starts == "opened" for rule in rules)


def sign_in(view: View) -> Step:
    """Return the step that every checklist begins with."""
    return Step(
        _("Sign in yourself"),
        do=(
            _("Type the address into your own browser, or take it from your bookmarks."),
            _("The address bar shows one of these hosts, and nothing else: {hosts}.", hosts=view.hosts),
            _("The page names the account {account}.", account=view.profile.account.name),
        ),
        link=view.site.base if view.site.base.startswith("https://") else None,
    )


def arrive(view: View, page: str | None) -> Step:
    """Return the step that leads to the page; `page` is a key of the site file's pages."""
    known = view.known
    page = (known.page if known else None) or page
    address = link(view.site, page)
    anchor = view.site.pages[page].anchor if page else None
    asked = view.site.certify.asked if view.site.certify and view.flow == "certify" else None
    return Step(
        _("Go to the page"),
        do=(_way(page, address),),
        link=address,
        path=wordings(view.site, known.path if known else ()),
        look_for=wordings(view.site, [anchor, asked, *(known.look_for if known else ())]),
    )


def _way(page: str | None, address: str | None) -> str:
    if page is None:
        return _("Nobody has published this page's address: go by the menu, or search the site's own help.")
    return _("Open the page by its address, or by the menu.") if address else _("Go there by the menu.")


def keep(view: View) -> Step:
    """Return the step that every checklist ends with."""
    sentences = {
        "contact": _("Other stores of the same account keep a contact of their own: look at each of them."),
        "address": _("Look again a few days later: the status may follow the change late."),
        "certify": _("A mail that comes again is answered by looking at the page, not by certifying twice."),
    }
    return Step(
        _("Keep the proof"),
        do=(
            _("Take a screenshot (PNG) of the whole page, with the address bar and what it says now."),
            _("Put it into a bundle: {command}", command=f"`{view.command} --add PICTURE.png`"),
            sentences[view.flow],
        ),
        look_for=wordings(view.site, [*_done(view), *(view.known.done if view.known else ())]),
    )


def _done(view: View) -> Iterator[LocatorSpec | Label]:
    """Yield the labels that the page shows once the flow is done."""
    site = view.site
    slots: Mapping[str, Iterable[ContactSlot | AddressSlot]] = {
        "contact": site.contact.values(),
        "address": site.address.values(),
    }
    for slot in slots.get(view.flow, ()):
        if slot.status.verified is not None:
            yield slot.status.verified
    if view.flow == "certify" and site.certify is not None and site.certify.not_asked is not None:
        yield site.certify.not_asked


def channel_entry(view: View, channel: Channel, slot: ContactSlot | None) -> Entry:
    """Return a contact in the form this site wants."""
    return Entry(
        _("Phone number") if channel.kind == "phone" else _("E-mail address"),
        channel.typed(slot.form if slot else "international"),
        channel.display,
        wording_of(view.site, slot.field) if slot else None,
    )
