"""What a flow is given: the profile, a slot for each channel, and how the walk went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.i18n import gettext as _
from handrail.outcome import Outcome, heaviest
from handrail.sites.locate import locate
from handrail.walk.arrive import open_page
from handrail.walk.places.address_place import AddressPlace
from handrail.walk.places.certifying import Certifying
from handrail.walk.places.place import Report
from handrail.walk.places.slot import Slot
from handrail.walk.stops import NeedsPerson

if TYPE_CHECKING:
    from handrail.profile.channel import Channel
    from handrail.profile.model import Address, Profile
    from handrail.sites.model import AddressKind, Stores
    from handrail.walk.trail import Trail

_ADDRESSES: tuple[AddressKind, ...] = ("registered", "business")


class Walk:
    """One walk of a flow through a site's pages."""

    def __init__(self, trail: Trail, profile: Profile) -> None:
        self._trail = trail
        self.profile = profile
        """The seller's own truth, as settled before the browser opened."""
        self.reports: list[Report] = []
        """How each channel ended, in the order walked."""

    def slot(self, channel: Channel) -> Slot:
        """Return the slot where this site keeps the channel."""
        where = self._trail.site.contact.get(channel.kind)
        if where is None:
            raise NeedsPerson(
                _(
                    "The site file of {site} does not say where the {channel} stands.",
                    site=self._trail.site.name,
                    channel=channel,
                ),
                hint=self._by_hand() or _("Add [contact.{kind}] to the site file.", kind=channel.kind),
            )
        return Slot(self._trail, where, channel, self.reports)

    def addresses(self) -> tuple[AddressKind, ...]:
        """Return which addresses the profile states, those first that this site keeps where we know."""
        stated = [kind for kind in _ADDRESSES if self._address(kind) is not None]
        return tuple(sorted(stated, key=lambda kind: kind not in self._trail.site.address))

    def address(self, kind: AddressKind) -> AddressPlace:
        """Return the place where this site keeps the address."""
        where, meant = self._trail.site.address.get(kind), self._address(kind)
        if where is None or meant is None:
            raise NeedsPerson(
                _(
                    "The site file of {site} does not say where the {kind} address stands.",
                    site=self._trail.site.name,
                    kind=kind,
                ),
                hint=self._by_hand() or _("Add [address.{kind}] to the site file.", kind=kind),
            )
        return AddressPlace(self._trail, where, kind, meant, self.profile.legal_name, self.reports)

    def certification(self) -> Certifying:
        """Return the certification, where this site has one."""
        where = self._trail.site.certify
        if where is None:
            raise NeedsPerson(
                _("The site file of {site} knows no certification.", site=self._trail.site.name),
                hint=self._by_hand()
                or _("The INFORM Consumers Act is a law of the United States: see the US store's site file."),
            )
        return Certifying(self._trail, where, self.profile, self.reports)

    async def look_at_other_stores(self) -> None:
        """See which of the account's other stores still ask, and say so; nothing is changed there."""
        stores = self._trail.site.stores
        if stores is None:
            return
        await self._trail.step("look at the other stores", "read", lambda: self._look_at(stores))

    def outcome(self) -> Outcome:
        """Return how the walk went, over all its channels."""
        return heaviest([report.outcome for report in self.reports if report.outcome is not None])

    def _address(self, kind: AddressKind) -> Address | None:
        return self.profile.registered_address if kind == "registered" else self.profile.business_address

    def _by_hand(self) -> str | None:
        """Name the way that is left where nobody knows the pages; None where there is none, either."""
        site, flow = self._trail.site, self._trail.flow
        if not any(flow == known for known in site.guide):
            return None
        return _(
            "`handrail guide {flow} --site {site} --profile FILE` makes a checklist for your own browser.",
            flow=flow,
            site=site.id,
        )

    async def _look_at(self, stores: Stores) -> None:
        trail = self._trail
        here = trail.site.pages[stores.page].anchor
        if not await locate(trail.page, trail.site, here).count():
            await open_page(trail, stores.page)
        this = trail.site.words(stores.this)
        for card in await locate(trail.page, trail.site, stores.card).all():
            name = (await locate(trail.page, trail.site, stores.name, root=card).first.inner_text()).strip()
            if name in this:
                continue
            asks = await locate(trail.page, trail.site, stores.asks, root=card).count() > 0
            state = "unverified" if asks else "verified"
            self.reports.append(Report("contact", name, state, None))
            if asks:
                trail.say(
                    _(
                        "{store} still asks for its own emergency contact: run this again for it.",
                        store=name,
                    )
                )
