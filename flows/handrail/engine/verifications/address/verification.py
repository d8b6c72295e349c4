"""An address on a site: read, compared, saved once, and verified by post or by documents."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.core.i18n import together
from handrail.engine.context.ledger import EffectWord, Entry
from handrail.engine.context.results import VerificationReport
from handrail.engine.context.stops import NeedsPerson, SessionChanged, Waiting, in_minutes
from handrail.engine.effects.effect import NOT_ARRIVED, SIGNED_OUT
from handrail.engine.page.actions import press_to_reveal, wait_checked
from handrail.engine.page.find_element import find
from handrail.engine.page.interruptions import settle
from handrail.engine.page.navigation import open_page
from handrail.engine.page.stable_read import read_until_stable
from handrail.engine.repair.ask_element import ask_where
from handrail.engine.repair.ask_meaning import ask_what_it_means, ask_which
from handrail.engine.verifications import reasons
from handrail.engine.verifications.address import progress, questions
from handrail.engine.verifications.address.document_upload import have_document_chosen
from handrail.engine.verifications.address.form import AddressForm
from handrail.engine.verifications.address.postcard import Postcard
from handrail.engine.verifications.address.progress import VISIBLE_WITHIN_MINUTES, AddressProgress
from handrail.engine.verifications.address.shown_address import AddressReader, ShownAddress, UnderWay
from handrail.engine.verifications.base import OTHER_VALUE
from handrail.engine.verifications.code_verification import CodeVerification
from handrail.engine.verifications.questions import ask_code
from handrail.engine.verifications.reconcile import Uncertainty
from handrail.profile.matching.compare import advice, part_name
from handrail.sites.schema.actions import CodeEntry, Press
from handrail.sites.schema.address import AddressSlot, VerificationMethod
from handrail.sites.schema.base import AddressKind

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext
    from handrail.profile.model import Address

_MOST_ROUNDS = 6
_POSTCARD_TAKES_DAYS = 10
"""Calendar days for the 5 to 7 business days that sellers report of an address postcard."""
_STEPS: dict[questions.Method, tuple[str, EffectWord]] = {
    "postcard": ("order", "request-code"),
    "document": ("documents", "submit"),
}
"""What ordering a verification is called in the ledger, and its effect."""


class AddressVerification(CodeVerification):
    """One of the account's addresses, from what is shown to what is proven."""

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
        self._reader = AddressReader(run, spec, address, legal_name)
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

    @property
    def code(self) -> CodeEntry:
        """Where the site takes the code from the postcard."""
        if self.spec.postcard is None or self.spec.postcard.code is None:
            raise NeedsPerson(
                _("The site file does not say where the code from the postcard is typed."),
                hint=_("Type it on the page yourself, then run the same command again."),
                ends_run=False,
            )
        return self.spec.postcard.code

    async def wait_ready(self) -> None:
        """Wait until the address' state is shown."""
        if self.spec.status.at is not None:
            what = _("the state of the {channel}", channel=self.label)
            await find(self.run, self.spec.status.at, what=what)

    async def register_private(self) -> None:
        """Know the addresses that stand there now as business facts, right or wrong."""
        run = self.run
        specs = (spec for spec in run.site.address.values() if spec.page == self.page)
        for value in (value for spec in specs for value in spec.shown.values()):
            run.redaction.add_business(await run.view.read(value) or "")

    async def read(self) -> ShownAddress:
        """Read the address and its state, once what an earlier run left open is settled."""
        await self.arrive()
        shown = self._seen(await self.run.journal.step(f"read {self.name}", "read", self._reader.read_twice))
        while shown.is_empty and not await self._is_there_none():
            shown = await self._read()
        shown = await self._with_known_state(shown)
        if shown.state is None:
            raise reasons.unknown_state(self.label)
        for part in shown.comparison.differing:
            self.run.journal.event(
                "difference",
                channel=self.name,
                part=part.part,
                shown=part.shown,
                wanted=part.wanted,
                how=part.kind,
            )
        return shown

    async def wants_alignment(self, shown: ShownAddress) -> bool:
        """Say where the same place is written differently; return whether the person wants it aligned."""
        if shown.comparison.result != "written-differently":
            return False
        for part in shown.comparison.differing:
            self.run.journal.say(advice(part, self.kind))
        return await questions.ask_whether_to_align(self.run, self.name, self.label)

    async def _is_there_none(self) -> bool:
        """Whether there is no address yet, as the person says; where it has moved, they show its parts."""
        if await questions.ask_whether_none(self.run, self.name, self.label):
            return True
        for part, value in self.spec.shown.items():
            await ask_where(self.run, value.at, part_name(part))
        return False

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

    async def put(self) -> None:
        """Show the difference, fill, read back, and save once the person approved."""
        if await self._is_postcard_out() or self._postcard.order() is not None:
            await self._agree_to_lose_postcard(_("Saving another address"))
        else:
            await self._refuse_to_save_twice(await self._read())
        for _round in range(_MOST_ROUNDS):
            if await self._save():
                return
            await self.back()  # signed in anew: the form is empty again
        raise NeedsPerson(_("The site keeps signing out instead of saving."), ends_run=False)

    async def _refuse_to_save_twice(self, shown: ShownAddress) -> None:
        """Wait where this very address was saved and is not shown yet; ask where a change is under way."""
        if not shown.differs or self.run.rehearsing:
            return
        being_checked = await self._reader.is_being_checked(shown)
        waiting = self._progress.save_not_shown_yet(self.label, self.commitment, being_checked=being_checked)
        if waiting is not None:
            raise waiting
        if being_checked or self._progress.handed_in_recently():
            await questions.agree_to_begin_anew(self.run, self.name, self.label)

    async def _save(self) -> bool:
        """Fill, and save once; False where the site signed out instead."""
        before, save = await self._read(), self.spec.save
        wanted, changes = self._reader.wanted, questions.changes(before.comparison)
        self._tell_changes(changes)
        try:
            await self._open_form()
            filling = partial(self._form.fill, wanted)
            await self.run.journal.step(f"fill {self.name}", "fill", filling, policy="field")
        except SessionChanged:
            return False
        result = await self.press(
            "save",
            save,
            "request-code" if save.asks_for_code else "submit",
            _("Save the {channel}: {changes}", channel=self.label,
              changes=_("; ").join(changes) or self.display),
            what=_("the button that saves"),
            ready=partial(self._form.check, wanted),
            on_release=self._postcard.close_given_up,
        )  # fmt: skip
        word = await self.outcome_of(result)
        if word == SIGNED_OUT:
            return False
        if word not in ("saved", "verify-asked", "code-asked", "checking"):
            await self.not_taken(word, result)
        for part in before.comparison.differing:
            self.record_change(part.shown, part.wanted, part=part.part)
        await self.capture(_("{channel} is saved", channel=self.label), "saved")
        if word == "saved":
            await self._read_back()
        return True

    def _tell_changes(self, changes: list[str]) -> None:
        """Tell the difference part by part where nobody approves it: below press, and in a rehearsal."""
        if self.run.assist == "press" and not self.run.rehearsing:
            return
        for change in changes:
            self.run.journal.tell("say", _("{channel}, {change}", channel=self.label, change=change))

    async def _read_back(self) -> None:
        await self.back()
        shown = await self._read()
        if not shown.differs:
            return
        await self.capture(_("{channel} after saving", channel=self.label), "after-saving")
        if shown.state == "in-progress":
            raise Waiting(
                _("The {channel} is saved; the page does not show it yet.", channel=self.label),
                until=in_minutes(VISIBLE_WITHIN_MINUTES),
                until_from="handrail",
            )
        raise reasons.not_saved(self.label)

    async def _open_form(self) -> None:
        """Stand where the address is changed and verified."""
        if self.spec.edit is not None:
            await open_page(self.run, self.spec.edit)
        else:
            await self.stand()

    async def verify(self) -> None:
        """See the address verified, or have its verification ordered once, and say until when to wait."""
        for _round in range(_MOST_ROUNDS):
            if await self._is_verified():
                return
            under_way = await self._under_way()
            if under_way == "postcard":
                await self.enter_code()
            elif under_way == "checking":
                raise await self._wait_for_check()
            elif self._postcard.order() is not None and not self._postcard.is_given_up:
                await self._postcard_unseen()
            elif under_way is None and not await self._order() and not await self._is_shown_otherwise():
                raise NeedsPerson(
                    _(
                        "The {channel} is not verified, and the page offers no way to verify it.",
                        channel=self.label,
                    ),
                    hint=_("Look at the page, or ask the marketplace what it needs."),
                    ends_run=False,
                )
        raise NeedsPerson(_("The {channel} does not become verified.", channel=self.label), ends_run=False)

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

    async def _wait_for_check(self) -> Waiting:
        await self._is_being_checked()  # with its date
        await self.capture(_("{channel} is being checked", channel=self.label), "being-checked")
        expected = self.dates.time("expected")
        return Waiting(
            _("The site is checking the {channel}; nothing more is needed now.", channel=self.label),
            until=expected or in_minutes(VISIBLE_WITHIN_MINUTES),
            until_from="site" if expected else "handrail",
        )

    async def _is_shown_otherwise(self) -> bool:
        """Whether the person shows, under another name, how the verification goes on."""
        spec = self.spec
        known = {
            "asks-how": (spec.asks_how, _("What asks how the address shall be verified")),
            "postcard": (
                spec.postcard.see if spec.postcard else None,
                _("What says that a postcard is on its way"),
            ),
            "checking": (
                spec.checking.see if spec.checking else None,
                _("What says that it is being checked"),
            ),
        }
        return await ask_which(self.run, known)

    async def _order(self) -> bool:
        """Have the verification ordered where the site asks how; False where it does not ask."""
        shown = await self._read()  # on the account's page, which stands still by now
        await self._open_form()
        if self.spec.asks_how is None or not await self.run.view.is_seen(self.spec.asks_how):
            return False
        if shown.differs:
            raise NeedsPerson(
                _(
                    "The page still shows another {channel} than the profile's; nothing was ordered for it.",
                    channel=self.label,
                ),
                hint=_("Run the same command again once the page shows what was saved."),
                ends_run=False,
            )
        waiting = self._progress.documents_not_shown_yet(self.label, self.commitment)
        if waiting is not None:
            raise waiting
        if not await self.unless_signed_in(self._order_by_choice()):
            await self.back()
        return True

    async def _order_by_choice(self) -> None:
        """Have the person choose how the address is verified, and order that once."""
        method = await questions.ask_method(self.run, tuple(self.spec.verify), self.name, self.label)
        spec = self.spec.verify[method]
        await self._choose(spec)
        if spec.files:
            await have_document_chosen(self.run, spec.files, channel=self.name, label=self.label)
        question = (
            _("Order a postcard with a code to {address}", address=self.display)
            if method == "postcard"
            else _("Have the {channel} verified by the business documents", channel=self.label)
        )
        step, effect = _STEPS[method]
        # An order that the person gave up stays open until this one leaves.
        again = step == "order" and self._postcard.order() is not None
        await self._press_order("order-again" if again else step, spec.press, effect, question)

    async def _choose(self, spec: VerificationMethod) -> None:
        if spec.choose is None:
            return
        radio = await find(self.run, spec.choose, what=_("the choice of how to verify"))
        if self.run.assist == "guide":
            await press_to_reveal(self.run, radio, channel=self.name, until=wait_checked(self.run, radio))
        else:
            await radio.check()

    async def _order_another_postcard(self, reason: str) -> None:
        """Have another postcard sent, once the person agreed to what that kills."""
        again = self.spec.postcard.again if self.spec.postcard is not None else None
        if again is None:
            raise NeedsPerson(
                together(reason, _("The site file names no button for another one.")),
                hint=_("Order it on the page yourself, if you must."),
                ends_run=False,
            )
        await self._agree_to_lose_postcard(together(reason, _("Ordering another one")))
        await self._open_form()
        await self._press_order("order-again", again, "request-code", None)

    async def _press_order(self, step: str, press: Press, effect: EffectWord, question: str | None) -> None:
        result = await self.press(
            step,
            press,
            effect,
            question,
            what=_("the button that orders the verification"),
            on_release=self._postcard.close_given_up,
        )
        word = await self.outcome_of(result)
        if word == SIGNED_OUT:
            await self.back()
        elif word in ("code-asked", "checking", "saved", "accepted"):
            await self.capture(_("The verification of the {channel} is ordered", channel=self.label), step)
        else:
            await self.not_taken(word, result)

    async def open_code_form(self) -> None:
        """Bring the field for the postcard's code to sight."""
        field = self.code.field
        await settle(self.run)
        self.run.account.require_known()
        if not await self.run.view.is_seen(field):
            await self._open_form()
        await find(self.run, field, what=_("the field for the code"))

    async def ask_code(self) -> str | None:
        """Ask for the code on the postcard."""
        run, dates = self.run, self._postcard.describe_dates()
        if run.assist == "guide":
            came = await questions.ask_whether_postcard_came(run, self.name, self.label, dates)
            return "" if came else None
        return await ask_code(
            run,
            "postcard-code",
            _("Has the postcard for the {channel} come? Type its code ({dates}).", channel=self.label,
              dates=dates),
            channel=self.name,
            label=self.label,
            code_format=self.code.format,
            tried=self.tried,
            if_stopped=questions.postcard_on_its_way(self.label, dates),
            default=NOT_ARRIVED,
        )  # fmt: skip

    async def code_missing(self) -> None:
        """Wait for the postcard; overdue, have another one sent where the person agrees."""
        await self._is_postcard_out()
        expected = self.dates.time("expected")
        await self.capture(_("A postcard for the {channel} is on its way", channel=self.label), "postcard")
        if expected is not None and expected < datetime.now(UTC):
            await self._order_another_postcard(_("The postcard is overdue."))
            return
        raise Waiting(
            questions.postcard_on_its_way(self.label, self._postcard.describe_dates()),
            until=expected or in_minutes(_POSTCARD_TAKES_DAYS * 24 * 60),
            until_from="site" if expected and not self.dates.is_counted("expected") else "handrail",
        )

    async def code_expired(self) -> None:
        """Have another postcard sent, once the person agreed to what that kills."""
        await self._order_another_postcard(_("The code has expired."))

    async def confirm_verified(self) -> None:
        """Make sure that the account's page shows the address as verified."""
        await self.back()
        if not await self._is_verified():
            raise reasons.not_proven(self.label)

    async def _postcard_unseen(self) -> None:
        """A postcard was ordered from here and is not shown: wait, unless the person gives it up."""
        self._postcard.count_dates()
        day = self._postcard.order_day()
        if not self._postcard.may_still_show() and await questions.ask_to_give_up_unseen_postcard(
            self.run, self.name, self.label, day
        ):
            self._postcard.is_given_up = True
            return
        await self.capture(_("The page does not show the postcard that was ordered"), "unseen")
        raise Waiting(
            _(
                "A postcard for the {channel} was ordered on {day}; the page does not show it.",
                channel=self.label,
                day=day,
            ),
            until=in_minutes(VISIBLE_WITHIN_MINUTES),
            until_from="handrail",
        )

    async def _agree_to_lose_postcard(self, deed: str) -> None:
        """Have the person agree to what makes the code on a postcard worthless; without that, stop."""
        dates = self._postcard.describe_dates()
        if self.run.rehearsing:
            self.run.journal.say(
                _(
                    "{deed} would make the code on the postcard that is on its way worthless ({dates});"
                    " a real run asks first.",
                    deed=deed,
                    dates=dates,
                )
            )
            return
        await questions.agree_to_lose_postcard(self.run, self.name, self.label, deed, dates)
        self._postcard.is_given_up = True

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
