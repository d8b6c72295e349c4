"""One address as the account's page shows it: its value and state, and what is under way for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.engine.context.ledger import Entry
from handrail.engine.context.results import VerificationReport
from handrail.engine.page.find_element import find
from handrail.engine.page.navigation import open_page
from handrail.engine.page.stable_read import read_until_stable
from handrail.engine.repair.ask_meaning import ask_what_it_means
from handrail.engine.verifications.address import progress
from handrail.engine.verifications.address.form import AddressForm
from handrail.engine.verifications.address.postcard import Postcard
from handrail.engine.verifications.address.progress import AddressProgress
from handrail.engine.verifications.address.shown_address import (
    AddressReader,
    ShownAddress,
    UnderWay,
    watch_addresses,
)
from handrail.engine.verifications.base import OTHER_VALUE
from handrail.engine.verifications.code_verification import CodeVerification
from handrail.engine.verifications.reconcile import Uncertainty
from handrail.sites.schema.address import AddressSlot
from handrail.sites.schema.base import AddressKind

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext
    from handrail.profile.model import Address


class AddressOnPage(CodeVerification):
    """One of the account's addresses, as far as its page can tell."""

    def __init__(
        self,
        run: RunContext,
        spec: AddressSlot,
        kind: AddressKind,
        address: Address,
        legal_name: str,
        reports: list[VerificationReport],
    ) -> None:
        super().__init__(run, name=kind, page=spec.page, reports=reports)
        self.kind = kind
        self.spec = spec
        self._reader = AddressReader(run, spec, address, legal_name, kind=kind)
        self._form = AddressForm(run, spec, address, name=kind, label=self.label)
        self._postcard = Postcard(run, spec, self.key, self.dates)
        self._progress = AddressProgress(run, spec, self.key)

    @property
    def label(self) -> str:
        """The address as a person calls it."""
        return _("registered address") if self.kind == "registered" else _("business address")

    @property
    def display(self) -> str:
        """The address on one line: a business fact, which is what is being proven."""
        return self._reader.wanted_line

    @property
    def commitment_value(self) -> str:
        """The address as the profile states it."""
        return self._reader.commitment_value

    async def wait_ready(self) -> None:
        """Wait until the address' state is shown."""
        if self.spec.status.at is not None:
            what = _("the state of the {channel}", channel=self.label)
            await find(self.run, self.spec.status.at, what=what)
        await watch_addresses(self.run, self.page)

    async def register_private(self) -> None:
        """Know the addresses that stand there now as business facts, right or wrong."""
        run = self.run
        specs = (spec for spec in run.site.address.values() if spec.page == self.page)
        for value in (value for spec in specs for value in spec.shown.values()):
            run.redaction.add_business(await run.view.read(value) or "")

    async def _read(self) -> ShownAddress:
        """Read what stands on the page now, and remember its state."""
        return self._seen(await self._reader.read())

    def _seen(self, shown: ShownAddress) -> ShownAddress:
        if shown.state is not None:
            # A badge beside another address says nothing of the profile's.
            is_others = shown.state == "verified" and shown.differs
            self.state = OTHER_VALUE if is_others else shown.state
        return shown

    async def _with_known_state(self, shown: ShownAddress) -> ShownAddress:
        """Read it anew where the person has said what unknown words of its state mean."""
        if shown.state is None and await ask_what_it_means(self.run, self.spec.status, self.label):
            return await self._read()
        return shown

    async def _is_verified(self) -> bool:
        """Whether the account's page shows this very address as verified; that is kept as proof."""
        await self.stand()
        shown = await self._with_known_state(await self._read())
        if not shown.is_verified:
            return False
        self.close_open_effects()
        await self.capture(_("{channel} is verified", channel=self.label), "verified")
        return True

    async def _under_way(self) -> UnderWay | None:
        """Say what the page shows under way, if anything; nothing is believed only once it stands still."""
        await self.stand()
        under_way = await self._shown_under_way()
        if under_way is None:
            under_way = await read_until_stable(self.run, self._shown_under_way)
        if under_way == "postcard":
            await self._is_postcard_out()  # with its dates
        return under_way

    async def _shown_under_way(self) -> UnderWay | None:
        shown = await self._read()
        if shown.is_verified:
            return "verified"
        if self.spec.postcard is not None and await self.run.view.is_seen(self.spec.postcard.see):
            return "postcard"
        return "checking" if await self._reader.is_being_checked(shown) else None

    async def _is_postcard_out(self) -> bool:
        """Whether the account's page shows a postcard on its way; its dates are noted."""
        if self.spec.postcard is None:
            return False
        await self.stand()
        return await self._postcard.is_shown()

    async def _is_being_checked(self) -> bool:
        """Whether the site is checking documents or a change; its date is noted."""
        await self.stand()
        checking = self.spec.checking
        if checking is not None and checking.expected is not None:
            self.dates.note("expected", await self.run.view.read(checking.expected))
        return await self._reader.is_being_checked(await self._read())

    async def _open_form(self) -> None:
        """Stand where the address is changed and verified."""
        if self.spec.edit is not None:
            await open_page(self.run, self.spec.edit)
        else:
            await self.stand()

    async def infer_outcome(self, entry: Entry) -> str | None:
        """Return what came of an effect as the account's page shows it now, or None where it cannot tell."""
        await self.stand()
        shown = await self._read()
        if shown.state is None or entry.commitment != self.commitment:
            return None
        under_way: UnderWay | None = None
        if shown.is_verified:
            under_way = "verified"
        elif entry.step == "order" and await self._is_postcard_out():
            under_way = "postcard"
        elif entry.step == "documents" and await self._is_being_checked():
            under_way = "checking"
        return self._progress.infer_outcome(entry, shown, shown.state, under_way)

    def uncertainty(self, entry: Entry) -> Uncertainty:
        """Return what the person is asked about an effect that the page cannot tell."""
        return progress.uncertainty(entry, self.label)
