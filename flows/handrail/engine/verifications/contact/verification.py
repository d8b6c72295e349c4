"""One channel of the emergency contact: read, saved, and verified by a code."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from handrail.core.errors import BadInput
from handrail.core.i18n import gettext as _
from handrail.engine.context.ledger import EffectWord, Entry
from handrail.engine.context.results import VerificationReport
from handrail.engine.context.stops import NeedsPerson, ReadingChanged, SessionChanged, Waiting, in_minutes
from handrail.engine.effects.effect import SIGNED_OUT, EffectResult
from handrail.engine.page.find_element import find
from handrail.engine.page.navigation import open_page
from handrail.engine.page.stable_read import read_until_stable, watch
from handrail.engine.repair.ask_meaning import ask_what_it_means
from handrail.engine.verifications import questions, reasons
from handrail.engine.verifications.base import OTHER_VALUE
from handrail.engine.verifications.code_verification import CodeVerification
from handrail.engine.verifications.contact import code_delivery, recovery
from handrail.engine.verifications.contact.code_delivery import CodeDelivery, pending_reading
from handrail.engine.verifications.contact.form import ContactForm
from handrail.engine.verifications.contact.shown_contact import ShownContact, read_contact
from handrail.engine.verifications.phone_number import ask_for_number
from handrail.engine.verifications.reconcile import Uncertainty
from handrail.sites.schema.actions import CodeEntry, Press
from handrail.sites.schema.contact import ContactSlot

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext
    from handrail.profile.channel import Channel

_MOST_ROUNDS = 6


class ContactVerification(CodeVerification):
    """One channel on this site, from what is shown to what is proven."""

    def __init__(
        self, run: RunContext, spec: ContactSlot, channel: Channel, reports: list[VerificationReport]
    ) -> None:
        super().__init__(run, name=channel.kind, page=spec.page, reports=reports)
        self.spec = spec
        self.channel = channel
        self._form = ContactForm(run, spec)
        self._delivery = CodeDelivery(run, spec, self.key)

    @property
    def label(self) -> str:
        """The channel as a person calls it, masked."""
        return str(self.channel)

    @property
    def display(self) -> str:
        """The channel's masked form."""
        return self.channel.display

    @property
    def commitment_value(self) -> str:
        """The channel's canonical form."""
        return self.channel.value

    @property
    def code(self) -> CodeEntry:
        """Where the site takes this channel's code."""
        return self.spec.code

    def say_what_is_left(self) -> None:
        """Say that a code is on its way, where one is."""
        if self._delivery.is_on_its_way:
            self.run.journal.say(_("A code is on its way to {channel}.", channel=self.channel))

    async def wait_ready(self) -> None:
        """Wait until the channel's state is shown."""
        if self.spec.status.at is not None:
            what = _("the state of the {channel}", channel=self.channel)
            await find(self.run, self.spec.status.at, what=what)
        await _watch_page(self.run, self.page)

    async def register_private(self) -> None:
        """Keep the values that stand there now out of the evidence too, however the site writes them."""
        for spec in self.run.site.contact.values():
            for value in await self.run.view.read_all(spec.value):
                self.run.redaction.add_shown(value)

    async def read(self) -> ShownContact:
        """Read the value and its state, once what an earlier run left open is settled."""
        await self.arrive()
        shown = await self.run.journal.step(f"read {self.name}", "read", self._read_twice)
        shown = await self._with_known_state(shown)
        if shown.verified is None:
            raise reasons.unknown_state(self.label)
        return shown

    async def keep_proof(self) -> None:
        """Keep the page as the proof that there is nothing to do."""
        await self.capture(_("{channel} is verified already", channel=self.channel), "verified")

    async def put(self, channel: Channel, *, anew: bool = False) -> None:
        """Fill the value, read it back, and save it once the person approved.

        `anew` is for a site that sends a code only on saving, where the person agreed to another one.
        """
        self.channel = channel
        save = self.spec.save
        asks = save is not None and save.asks_for_code and not anew
        if asks and await self._code_is_on_its_way():
            return
        for _round in range(_MOST_ROUNDS):
            if await self._save(save):
                return
            await self.back()  # signed in anew: the form is empty again
        raise NeedsPerson(_("The site keeps signing out instead of saving."), ends_run=False)

    async def _save(self, save: Press | None) -> bool:
        """Fill, and save once; False where the site signed out instead."""
        channel, before = self.channel, await self._read()
        filling = partial(self._form.fill, channel)
        try:
            field = await self.run.journal.step(f"fill {self.name}", "fill", filling, policy="field")
        except SessionChanged:
            return False
        if save is None:
            return True
        effect: EffectWord = "request-code" if save.asks_for_code else "submit"
        result = await self.press(
            "save",
            save,
            effect,
            _("Save {channel}", channel=channel),
            what=_("the button that saves"),
            ready=partial(self._form.check, field, channel),
        )
        word = await self.outcome_of(result)
        if word == SIGNED_OUT:
            return False
        if word not in ("code-asked", "saved"):
            await self.not_taken(word, result)
            return True
        self._delivery.is_on_its_way = word == "code-asked"
        self.record_change(", ".join(map(self._display_of, before.values)), channel.display)
        if word == "saved":
            # A site that sends a code on saving shows the new value only once the code was entered.
            await self._read_back()
        return True

    async def request_code(self) -> None:
        """Ask for a code, unless saving sent one or one is on its way already."""
        for _round in range(_MOST_ROUNDS):
            if self._delivery.is_on_its_way or await self._code_is_on_its_way():
                return
            press = self.spec.request or self.spec.save
            with suppress(ReadingChanged):
                await self._ask_site_for_code(press, ready=self._delivery.confirm_none_pending)
                return
        raise NeedsPerson(_("The page keeps changing; no code was asked for."), ends_run=False)

    async def _ask_site_for_code(
        self, press: Press | None, *, ready: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        """Press the button that makes the site send a code, once the person approved."""
        if press is None:
            raise NeedsPerson(
                _("This site sends a code only when the {channel} is saved anew.", channel=self.channel),
                hint=_("Save it on the page yourself, then run the same command again."),
            )
        if press is self.spec.save:
            await self.back()
            await self.put(self.channel, anew=True)
            return
        for _round in range(_MOST_ROUNDS):
            if await self._request(press, ready):
                return
            await self.back()
        raise NeedsPerson(_("The site keeps asking to sign in; no code was asked for."), ends_run=False)

    async def _request(self, press: Press, ready: Callable[[], Awaitable[None]] | None) -> bool:
        """Ask for a code once; False where the site signed out instead."""
        if not await self.unless_signed_in(self._form.close_code_form(self.channel)):
            await self.back()
        question = _("Ask for a code to be sent to {channel}", channel=self.channel)
        what = _("the button that sends a code")
        result = await self.press("request", press, "request-code", question, what=what, ready=ready)
        word = await self.outcome_of(result)
        if word == SIGNED_OUT:
            return False
        if word != "code-asked":
            await self.not_taken(word, result)
            return True
        self._delivery.is_on_its_way = True
        return True

    async def open_code_form(self) -> None:
        """Bring the code's field to sight, wherever an interruption or a new run has left the page."""
        await self._form.open_code_form(self.channel)

    async def ask_code(self) -> str | None:
        """Ask the person for the code."""
        if self.run.assist == "guide":
            return ""
        return await questions.ask_code(
            self.run,
            "code",
            _("Type the code that was sent to {channel}.", channel=self.channel),
            channel=self.name,
            label=self.label,
            code_format=self.code.format,
            tried=self.tried,
            if_stopped=_("A code was sent to {channel}, and nobody entered it.", channel=self.channel),
        )

    async def code_missing(self) -> None:
        """Wait, have another code sent, or use another value: as the person says."""
        choice = await recovery.ask_about_missing_code(self.run, self.channel)
        if choice == "new-code":
            self._delivery.close("given-up", _("the person asked for a new code"))
            await self._ask_site_for_code(self._another_code_press)
        elif choice == "another-number":
            await self._use_another_value()
        else:
            raise Waiting(
                _("The code for {channel} has not arrived; nothing more was asked for.",
                  channel=self.channel),
                until=in_minutes(10),
                until_from="handrail",
            )  # fmt: skip

    async def code_expired(self) -> None:
        """Have another code sent, once the person agreed."""
        await self._agree_to_another_code(_("The code has expired."))
        await self._ask_site_for_code(self._another_code_press)

    async def confirm_verified(self) -> None:
        """Make sure that the page shows the channel as verified."""
        await self.stand()
        shown = await self._with_known_state(await self._read_twice())
        if not (shown.verified and shown.matches(self.channel)):
            raise reasons.not_proven(self.label)
        self.close_open_effects()
        await self.capture(_("{channel} is verified", channel=self.channel), "verified")

    async def not_taken(self, word: str, result: EffectResult) -> None:
        """Offer what is left where the site will not send a code there; else stop."""
        if word != "refused":
            await super().not_taken(word, result)
            return
        self._delivery.close("refused", None, source="page")
        await self.capture(_("The site refused {channel}", channel=self.channel), "refused")
        if await recovery.ask_after_refusal(self.run, self.channel) == "another-number":
            await self._use_another_value()
            return
        raise Waiting(
            _("The site refused to send a code to {channel}.", channel=self.channel),
            until=in_minutes(24 * 60),
            until_from="handrail",
        )

    async def infer_outcome(self, entry: Entry) -> str | None:
        """Return what came of an effect as the page shows it now, or None where it cannot tell."""
        return await self._delivery.infer_outcome(entry, await self._read(), self.channel)

    def uncertainty(self, entry: Entry) -> Uncertainty:
        """Return what the person is asked about an effect that the page cannot tell."""
        return code_delivery.uncertainty(entry, self.channel)

    @property
    def _another_code_press(self) -> Press | None:
        return self.spec.again or self.spec.request or self.spec.save

    async def _code_is_on_its_way(self) -> bool:
        """Whether a code asked for earlier is still good; another needs the person's word."""
        delivery = await self._delivery.look(self.channel)
        if delivery == "on-its-way":
            self._delivery.is_on_its_way = True
        elif delivery == "lost":
            await self._agree_to_another_code(
                _("A code was asked for earlier, and the page no longer waits for it.")
            )
        elif delivery == "for-another-value":
            await self._agree_to_another_code(
                _("A code was asked for earlier, for another value than this one.")
            )
        return self._delivery.is_on_its_way

    async def _agree_to_another_code(self, reason: str) -> None:
        await recovery.agree_to_another_code(self.run, self.channel, reason)
        self._delivery.close("superseded", reason)

    async def _use_another_value(self) -> None:
        """Have the person give another value, save it, and ask for a code to be sent there."""
        other = await ask_for_number(self.run, self.channel)
        self._delivery.close("superseded", _("the person gave another number"))
        self.tried.clear()  # codes for the value before mean nothing any more
        await self.put(other)
        if not self._delivery.is_on_its_way:
            await self._ask_site_for_code(self.spec.request)

    async def _read(self) -> ShownContact:
        """Read what stands on the page now, and remember its state."""
        shown = await read_contact(self.run.view, self.spec)
        if shown.verified is not None:
            self.state = _state_of(shown, is_ours=shown.matches(self.channel))
        return shown

    async def _read_twice(self) -> ShownContact:
        """Read it; what is not simply right, or right by silence alone, once the page stands still."""
        shown = await self._read()
        by_silence = self.spec.status.unverified_when is not None
        right = shown.verified and shown.matches(self.channel) and not by_silence
        return shown if right else await read_until_stable(self.run, self._read, watched=self.name)

    async def _with_known_state(self, shown: ShownContact) -> ShownContact:
        """Read it anew where the person has said what unknown words of its state mean."""
        if shown.verified is None and await ask_what_it_means(self.run, self.spec.status, self.label):
            return await self._read()
        return shown

    async def _read_back(self) -> None:
        if not (await self._read()).matches(self.channel):
            await open_page(self.run, self.page)
            await self.wait_ready()
            if not (await self._read()).matches(self.channel):
                raise reasons.not_saved(self.label)

    def _display_of(self, value: str) -> str:
        try:
            return self.channel.with_value(value).display
        except BadInput:
            return _("a value that cannot be read")


async def _watch_page(run: RunContext, page: str) -> None:
    """Begin the quiet time of everything that will be concluded from this page, for every channel on it."""
    specs = {kind: spec for kind, spec in run.site.contact.items() if spec.page == page}
    await asyncio.gather(
        *(watch(run, kind, partial(read_contact, run.view, spec)) for kind, spec in specs.items()),
        *(
            watch(run, pending_reading(kind), run.view.locate(spec.pending.see).count)
            for kind, spec in specs.items()
            if spec.pending.page is None
        ),
    )


def _state_of(shown: ShownContact, *, is_ours: bool) -> str:
    """Return the state of the profile's value: a badge beside another value says nothing of it."""
    if not shown.verified:
        return "unverified"
    return "verified" if is_ours else OTHER_VALUE
