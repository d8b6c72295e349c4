"""What a flow is given: the profile, the verifications of this site, and how they went."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.core.outcome import Outcome, heaviest
from handrail.engine.context.results import VerificationReport
from handrail.engine.context.stops import NeedsPerson
from handrail.engine.page.navigation import open_page

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext
    from handrail.engine.verifications.address.verification import AddressVerification
    from handrail.engine.verifications.certification.verification import Certification
    from handrail.engine.verifications.contact.verification import ContactVerification
    from handrail.profile.channel import Channel
    from handrail.profile.model import Address, Profile
    from handrail.sites.schema.base import AddressKind
    from handrail.sites.schema.pages import Stores

_ADDRESSES: tuple[AddressKind, ...] = ("registered", "business")


class FlowContext:
    """One flow in one run; each verification is loaded only where a flow asks for it."""

    def __init__(self, run: RunContext, profile: Profile) -> None:
        self._run = run
        self.profile = profile
        """The seller's own truth, as settled before the browser opened."""
        self.reports: list[VerificationReport] = []
        """How each verification ended, in order."""

    def contact(self, channel: Channel) -> ContactVerification:
        """Return the verification of a contact channel; NeedsPerson where the site file has none."""
        from handrail.engine.verifications.contact.verification import ContactVerification

        spec = self._run.site.contact.get(channel.kind)
        if spec is None:
            raise NeedsPerson(
                _(
                    "The site file of {site} does not say where the {channel} stands.",
                    site=self._run.site.name,
                    channel=channel,
                ),
                hint=self._by_hand() or _("Add [contact.{kind}] to the site file.", kind=channel.kind),
            )
        return ContactVerification(self._run, spec, channel, self.reports)

    def addresses(self) -> tuple[AddressKind, ...]:
        """Return which addresses the profile states, those first that this site keeps where we know."""
        stated = [kind for kind in _ADDRESSES if self._address(kind) is not None]
        return tuple(sorted(stated, key=lambda kind: kind not in self._run.site.address))

    def address(self, kind: AddressKind) -> AddressVerification:
        """Return the verification of an address; NeedsPerson where the site file has none."""
        from handrail.engine.verifications.address.verification import AddressVerification

        spec, address = self._run.site.address.get(kind), self._address(kind)
        if spec is None or address is None:
            raise NeedsPerson(
                _(
                    "The site file of {site} does not say where the {kind} address stands.",
                    site=self._run.site.name,
                    kind=kind,
                ),
                hint=self._by_hand() or _("Add [address.{kind}] to the site file.", kind=kind),
            )
        return AddressVerification(self._run, spec, kind, address, self.profile.legal_name, self.reports)

    def certification(self) -> Certification:
        """Return the certification; NeedsPerson where the site file has none."""
        from handrail.engine.verifications.certification.verification import Certification

        spec = self._run.site.certify
        if spec is None:
            raise NeedsPerson(
                _("The site file of {site} knows no certification.", site=self._run.site.name),
                hint=self._by_hand()
                or _("The INFORM Consumers Act is a law of the United States: see the US store's site file."),
            )
        return Certification(self._run, spec, self.profile, self.reports)

    async def look_at_other_stores(self) -> None:
        """See which of the account's other stores still ask, and say so; nothing is changed there."""
        stores = self._run.site.stores
        if stores is None:
            return
        await self._run.journal.step(
            "look at the other stores", "read", partial(self._read_other_stores, stores)
        )

    def outcome(self) -> Outcome:
        """Return how the flow went, over all its verifications."""
        return heaviest([report.outcome for report in self.reports if report.outcome is not None])

    def _address(self, kind: AddressKind) -> Address | None:
        return self.profile.registered_address if kind == "registered" else self.profile.business_address

    def _by_hand(self) -> str | None:
        """Return the way that is left where nobody knows the pages; None where there is none either."""
        site, flow = self._run.site, self._run.flow
        if flow not in map(str, site.guide):
            return None
        return _(
            "`handrail guide {flow} --site {site} --profile FILE` makes a checklist for your own browser.",
            flow=flow,
            site=site.id,
        )

    async def _read_other_stores(self, stores: Stores) -> None:
        view, journal = self._run.view, self._run.journal
        if not await view.anchor(stores.page).count():
            await open_page(self._run, stores.page)
        own_names = view.site.words(stores.this)
        for card in await view.locate(stores.card).all():
            name = (await view.locate(stores.name, root=card).first.inner_text()).strip()
            if name in own_names:
                continue
            asks = await view.locate(stores.asks, root=card).count() > 0
            state = "unverified" if asks else "verified"
            self.reports.append(VerificationReport("contact", name, state, None))
            if asks:
                text = _(
                    "{store} still asks for its own emergency contact: run this again for it.", store=name
                )
                journal.say(text)
