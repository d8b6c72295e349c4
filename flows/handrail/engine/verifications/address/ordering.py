"""Order the verification of an address once, and enter the code that a postcard brings."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.core.i18n import together
from handrail.engine.context.ledger import EffectWord
from handrail.engine.context.stops import NeedsPerson, Waiting, in_minutes
from handrail.engine.effects.effect import NOT_ARRIVED, SIGNED_OUT
from handrail.engine.page.actions import press_to_reveal, wait_checked
from handrail.engine.page.find_element import find
from handrail.engine.page.interruptions import settle
from handrail.engine.verifications import reasons
from handrail.engine.verifications.address import questions
from handrail.engine.verifications.address.document_upload import have_document_chosen
from handrail.engine.verifications.address.on_page import AddressOnPage
from handrail.engine.verifications.address.progress import VISIBLE_WITHIN_MINUTES
from handrail.engine.verifications.questions import ask_code
from handrail.sites.schema.actions import CodeEntry, Press
from handrail.sites.schema.address import VerificationMethod

if TYPE_CHECKING:
    pass

_POSTCARD_TAKES_DAYS = 10
"""Calendar days for the 5 to 7 business days that sellers report of an address postcard."""
_STEPS: dict[questions.Method, tuple[str, EffectWord]] = {
    "postcard": ("order", "request-code"),
    "document": ("documents", "submit"),
}
"""What ordering a verification is called in the ledger, and its effect."""


class AddressOrdering(AddressOnPage):
    """One address whose verification is ordered, by postcard or by documents."""

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
