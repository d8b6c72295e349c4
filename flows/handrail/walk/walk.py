"""What a flow is given: the profile, a slot for each channel, and how the walk went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.i18n import gettext as _
from handrail.outcome import Outcome, heaviest
from handrail.sites.locate import locate
from handrail.walk.arrive import open_page
from handrail.walk.place import Report
from handrail.walk.slot import Slot
from handrail.walk.stops import NeedsPerson

if TYPE_CHECKING:
    from handrail.profile.channel import Channel
    from handrail.profile.model import Profile
    from handrail.sites.model import Stores
    from handrail.walk.trail import Trail


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
                hint=_("Add [contact.{kind}] to the site file.", kind=channel.kind),
            )
        return Slot(self._trail, where, channel, self.reports)

    async def look_at_other_stores(self) -> None:
        """See which of the account's other stores still ask, and say so; nothing is changed there."""
        stores = self._trail.site.stores
        if stores is None:
            return
        await self._trail.step("look at the other stores", "read", lambda: self._look_at(stores))

    def outcome(self) -> Outcome:
        """Return how the walk went, over all its channels."""
        return heaviest([report.outcome for report in self.reports if report.outcome is not None])

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
