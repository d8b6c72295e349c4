"""An address on a site: read, compared, filled and saved once, and verified by post or by documents."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.engine.context.ledger import EffectWord, Entry
from handrail.engine.context.results import VerificationReport
from handrail.engine.context.stops import NeedsPerson, SessionChanged, Waiting, in_minutes
from handrail.engine.effects.effect import SIGNED_OUT
from handrail.engine.page.find_element import find
from handrail.engine.page.interruptions import settle
from handrail.engine.page.navigation import open_page
from handrail.engine.page.stable_read import read_one, read_until_stable
from handrail.engine.repair.ask_meaning import ask_what_it_means, ask_which
from handrail.engine.verifications import questions, reconcile
from handrail.engine.verifications.address import postcard, postcard_questions, progress
from handrail.engine.verifications.address.form import AddressForm
from handrail.engine.verifications.address.shown_address import Found, UnderWay, in_one_line
from handrail.engine.verifications.code_verification import CodeVerification
from handrail.engine.verifications.reconcile import Uncertainty
from handrail.profile.matching.compare import compare, part_name
from handrail.sites.schema.actions import CodeEntry
from handrail.sites.schema.address import AddressSlot
from handrail.sites.schema.base import AddressKind
from handrail.sites.schema.locators import LocatorSpec, Value

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext
    from handrail.profile.model import Address

_MOST_ROUNDS = 6
_VISIBLE_WITHIN_MINUTES = 24 * 60
"""How long a saved address may take to be shown: marketplaces speak of hours, up to a day."""


class AddressVerification(CodeVerification):
    """One of the account's addresses, from what is shown to what is proven."""

    def __init__(
        self,
        run: RunContext,
        where: AddressSlot,
        kind: AddressKind,
        address: Address,
        legal_name: str,
        reports: list[VerificationReport],
    ) -> None:
        super().__init__(run, name=kind, page=where.page, reports=reports)
        self.kind = kind
        self.where = where
        self.address = address
        self.form = AddressForm(self, where, address, legal_name)
        self._legal_name = legal_name
        self.gives_up = False
        """Whether the person agreed to make a postcard's code worthless; closed as that leaves."""

    @property
    def label(self) -> str:
        """The address as a person calls it."""
        return _("registered address") if self.kind == "registered" else _("business address")

    @property
    def display(self) -> str:
        """The address on one line: a business fact, which is what is being proven."""
        return in_one_line(self.form.wanted)

    @property
    def commitment_value(self) -> str:
        """The address as the profile states it."""
        return json.dumps(self.form.fitted(self.address), sort_keys=True, ensure_ascii=False)

    @property
    def code(self) -> CodeEntry:
        """Where the site takes the code from the postcard."""
        if self.where.postcard is None or self.where.postcard.code is None:
            raise NeedsPerson(
                _("The site file does not say where the code from the postcard is typed."),
                hint=_("Type it on the page yourself, then run the same command again."),
                ends_run=False,
            )
        return self.where.postcard.code

    async def read(self) -> Found:
        """Read the address and its state, once what an earlier run left open is settled."""
        await self.arrive()
        found = await self.run.journal.step(f"read {self.name}", "read", self._look_twice)
        while found.is_empty and not await postcard_questions.there_is_none(self):
            found = await self.look()
        if found.state is None and await ask_what_it_means(self.run, self.where.status, self.label):
            found = await self.look()
        if found.state is None:
            raise self.unknown_state()
        for one in found.comparison.differing:
            self.run.journal.event(
                "difference",
                channel=self.name,
                part=one.part,
                shown=one.shown,
                wanted=one.wanted,
                how=one.kind,
            )
        return found

    async def align(self, found: Found) -> bool:
        """Say where the same place is written differently; return whether the person wants it aligned."""
        if found.comparison.result != "written-differently":
            return False
        return await postcard_questions.wants_alignment(self, found.comparison)

    async def put(self) -> None:
        """Show the difference, fill, read back, and save once the person approved."""
        if await self.postcard_out() or progress.ordered(self) is not None:
            await postcard_questions.agree_to_kill(self, _("Saving another address"))
        else:
            await progress.nothing_under_way(self, await self.look())
        for _round in range(_MOST_ROUNDS):
            if await self._saved():
                return
            await self.back()  # signed in anew: the form is empty again
        raise NeedsPerson(_("The site keeps signing out instead of saving."), ends_run=False)

    async def _saved(self) -> bool:
        """Fill, and save once; False where the site signed out instead."""
        before = await self.look()
        postcard_questions.show_difference(self, before.comparison)
        try:
            await self.open_form()
            await self.run.journal.step(f"fill {self.name}", "fill", self.form.fill, policy="field")
        except SessionChanged:
            return False
        question = postcard_questions.question(self, before.comparison)
        save = self.where.save
        effect: EffectWord = "request-code" if save.asks_for_code else "submit"
        result = await self.press(
            "save",
            save,
            effect,
            question,
            what=_("the button that saves"),
            ready=self.form.kept,
            on_release=partial(progress.given_up, self),
        )
        word = result.word or await reconcile.after_silence(self, result)
        if word == SIGNED_OUT:
            return False
        if word not in ("saved", "verify-asked", "code-asked", "checking"):
            await self.not_taken(word, result)
        for one in before.comparison.differing:
            self.changed(one.shown, one.wanted, part=one.part)
        await self.run.captures.take(_("{channel} is saved", channel=self.label), self.slug("saved"))
        if word == "saved":
            await self._read_back()
        return True

    async def verify(self) -> None:
        """See the address verified, or have its verification ordered once, and say until when to wait."""
        for _round in range(_MOST_ROUNDS):
            if await self.verified():
                return
            seen = await self._under_way()
            if seen == "postcard":
                await self.enter_code()
            elif seen == "checking":
                raise await self._wait_for_check()
            elif progress.ordered(self) is not None and not self.gives_up:
                await progress.unseen(self)
            elif seen is None and not await self._order() and not await self._shown_otherwise():
                raise NeedsPerson(
                    _(
                        "The {channel} is not verified, and the page offers no way to verify it.",
                        channel=self.label,
                    ),
                    hint=_("Look at the page, or ask the marketplace what it needs."),
                    ends_run=False,
                )
        raise NeedsPerson(_("The {channel} does not become verified.", channel=self.label), ends_run=False)

    async def look(self) -> Found:
        """Read what stands on the page now, without judging it."""
        run, where = self.run, self.where
        shown = {
            str(part): await read_one(run, value, what=part_name(part)) or ""
            for part, value in where.shown.items()
        }
        now = await run.view.state(where.status, [text for text in shown.values() if text])
        if now is not None:
            self.state = now
        comparison = compare(self.address, shown, self._legal_name)
        # What is typed is what was held against the page, and so what the person approves.
        self.form.wanted = self.form.fitted(comparison.written or self.address)
        return Found(comparison, now)

    async def hide(self) -> None:
        """Know the addresses that stand there now as business facts, right or wrong."""
        run = self.run
        there = (where for where in run.site.address.values() if where.page == self.page)
        for value in (value for where in there for value in where.shown.values()):
            run.redaction.add_business(await run.view.read(value) or "")

    async def wait_ready(self) -> None:
        """Wait until the address' state is shown."""
        if self.where.status.at is not None:
            await find(
                self.run, self.where.status.at, what=_("the state of the {channel}", channel=self.label)
            )

    async def verified(self) -> bool:
        """Whether the account's page shows this very address as verified; that is kept as proof."""
        await self.stand()
        found = await self.look()
        if found.state is None and await ask_what_it_means(self.run, self.where.status, self.label):
            found = await self.look()
        if found.state != "verified" or found.differs:
            return False
        for entry in self.run.ledger.still_open(self.key):
            self.run.ledger.observe(entry, "verified")
        await self.run.captures.take(_("{channel} is verified", channel=self.label), self.slug("verified"))
        return True

    async def _look_twice(self) -> Found:
        """Read it; what is not simply right is read until it stands still, since parts may come late."""
        found = await self.look()
        right = found.state == "verified" and found.comparison.result == "same"
        return found if right else await read_until_stable(self.run, self.look)

    async def _under_way(self) -> UnderWay | None:
        """Say what the page shows under way, if anything; nothing is believed only once it stands still."""
        await self.stand()
        seen = await self._seen_under_way()
        if seen is None:
            seen = await read_until_stable(self.run, self._seen_under_way)
        if seen == "postcard":
            await self.postcard_out()  # with its dates
        return seen

    async def _seen_under_way(self) -> UnderWay | None:
        found, where = await self.look(), self.where
        if found.state == "verified" and not found.differs:
            return "verified"
        if where.postcard is not None and await self._sees(where.postcard.see):
            return "postcard"
        return "checking" if await self.is_checking(found) else None

    async def is_checking(self, found: Found) -> bool:
        """Whether the site is working on the address: by its state, or by what says so beside it."""
        checking = self.where.checking
        return found.state == "in-progress" or (checking is not None and await self._sees(checking.see))

    async def postcard_out(self) -> bool:
        """Whether a postcard is on its way; its dates are noted."""
        postcard = self.where.postcard
        if postcard is None:
            return False
        await self.stand()
        if not await self._sees(postcard.see):
            return False
        for name, value in (
            ("ordered", postcard.ordered),
            ("expected", postcard.expected),
            ("usable", postcard.usable),
        ):
            if value is not None:
                await self._note_date(name, value)
        progress.reckon(self)
        return True

    async def being_checked(self) -> bool:
        """Whether the site is checking documents or a change; its date is noted."""
        await self.stand()
        checking = self.where.checking
        if checking is not None and checking.expected is not None:
            await self._note_date("expected", checking.expected)
        return await self.is_checking(await self.look())

    async def infer_outcome(self, entry: Entry) -> str | None:
        """Say what came of an effect as the account's page shows it now, or None where it cannot tell."""
        return await progress.infer_outcome(self, entry)

    def uncertainty(self, entry: Entry) -> Uncertainty:
        """Return what the person is asked about an effect that the page cannot tell."""
        return progress.uncertainty(self, entry)

    async def stand_at_code(self) -> None:
        """Bring the field for the postcard's code to sight."""
        field = self.code.field
        await settle(self.run)
        self.run.account.require_known()
        if not await self._sees(field):
            await self.open_form()
        await find(self.run, field, what=_("the field for the code"))

    async def ask_code(self) -> str | None:
        """Ask for the code on the postcard."""
        return await postcard.code(self)

    async def code_missing(self) -> None:
        """Wait for the postcard, or have another one sent, as the person says."""
        await postcard.missing(self)

    async def code_expired(self, reason: str) -> None:
        """Have another postcard sent, once the person agreed to what that kills."""
        await postcard.another(self, reason)

    async def confirm_verified(self) -> None:
        """Make sure that the account's page shows the address as verified."""
        await self.back()
        if not await self.verified():
            raise self.not_proven()

    async def open_form(self) -> None:
        """Stand where the address is changed and verified."""
        if self.where.edit is not None:
            await open_page(self.run, self.where.edit)
        else:
            await self.stand()

    async def _order(self) -> bool:
        """Have the verification ordered where the site asks how; False where it does not ask."""
        other = (await self.look()).differs  # on the account's page, which stands still by now
        await self.open_form()
        if self.where.asks_how is None or not await self._sees(self.where.asks_how):
            return False
        if other:
            raise self._another_would_be_verified()
        progress.nothing_handed_in(self)
        if not await self.unless_signed_in(postcard.order(self)):
            await self.back()
        return True

    def _another_would_be_verified(self) -> NeedsPerson:
        return NeedsPerson(
            _(
                "The page still shows another {channel} than the profile's; nothing was ordered for it.",
                channel=self.label,
            ),
            hint=_("Run the same command again once the page shows what was saved."),
            ends_run=False,
        )

    async def _shown_otherwise(self) -> bool:
        """Whether the person shows, under another name, how the verification goes on."""
        where = self.where
        known = {
            "asks-how": (where.asks_how, _("What asks how the address shall be verified")),
            "postcard": (
                where.postcard.see if where.postcard else None,
                _("What says that a postcard is on its way"),
            ),
            "checking": (
                where.checking.see if where.checking else None,
                _("What says that it is being checked"),
            ),
        }
        return await ask_which(self.run, known)

    async def _read_back(self) -> None:
        await self.back()
        found = await self.look()
        if not found.differs:
            return
        await self.run.captures.take(
            _("{channel} after saving", channel=self.label), self.slug("after-saving")
        )
        if found.state == "in-progress":
            raise Waiting(
                _("The {channel} is saved; the page does not show it yet.", channel=self.label),
                until=in_minutes(_VISIBLE_WITHIN_MINUTES),
                until_from="handrail",
            )
        raise self.not_saved()

    async def _wait_for_check(self) -> Waiting:
        await self.being_checked()  # with its date
        await self.run.captures.take(
            _("{channel} is being checked", channel=self.label), self.slug("being-checked")
        )
        said = questions.as_time(self.dates.get("expected"))
        return Waiting(
            _("The site is checking the {channel}; nothing more is needed now.", channel=self.label),
            until=said or in_minutes(_VISIBLE_WITHIN_MINUTES),
            until_from="site" if said else "handrail",
        )

    async def _sees(self, at: LocatorSpec) -> bool:
        return await self.run.view.locate(at).count() > 0

    async def _note_date(self, name: str, value: Value) -> None:
        text = await self.run.view.read(value)
        if text is not None and questions.as_time(text) is not None:
            self.dates[name] = text
            self.reckoned.discard(name)
