"""The certification: compared first, its clock started on the person's word, certified by their own hand."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from playwright.async_api import TimeoutError

from handrail.core.i18n import gettext as _
from handrail.engine.context.ledger import Entry
from handrail.engine.context.page_view import LOOK_MS
from handrail.engine.context.results import VerificationReport, WouldSend
from handrail.engine.context.stops import NeedsPerson
from handrail.engine.effects.effect import SIGNED_OUT
from handrail.engine.effects.press import let_through
from handrail.engine.effects.rehearsal import Rehearsed, stay_away
from handrail.engine.page.actions import press_to_reveal, wait_checked
from handrail.engine.page.find_element import find
from handrail.engine.page.navigation import open_page, stand_on
from handrail.engine.page.stable_read import read_until_stable
from handrail.engine.repair.ask_meaning import ask_which
from handrail.engine.verifications.base import Verification
from handrail.engine.verifications.certification.clock import Clock
from handrail.engine.verifications.certification.comparison import ItemComparison
from handrail.engine.verifications.certification.questions import ask_whether_asked
from handrail.engine.verifications.reconcile import Uncertainty
from handrail.operator import Prompt
from handrail.operator.prompts import done_or_stop
from handrail.sites.schema.certification import CertificationSpec
from handrail.sites.schema.locators import LocatorSpec

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext
    from handrail.profile.model import Profile

_MOST_ROUNDS = 4
_GOES_IN_MS = 15_000
"""How long the notice may take to come, its clock running already."""


class Certification(Verification):
    """One certification of the account's information, from what is compared to what is certified."""

    def __init__(
        self, run: RunContext, spec: CertificationSpec, profile: Profile, reports: list[VerificationReport]
    ) -> None:
        super().__init__(run, name="certification", page=spec.page, reports=reports)
        self.spec = spec
        self._clock = Clock(run, spec, self.key)
        self._comparison = ItemComparison(run, spec, profile, self._clock)
        self._seen_by_eye: bool | None = None

    @property
    def label(self) -> str:
        """The certification as a person calls it."""
        return _("certification of the account's information")

    @property
    def display(self) -> str:
        """Which items are certified."""
        return _(", ").join(item.name for item in self._comparison.items)

    @property
    def commitment_value(self) -> str:
        """Every item that is certified, as the evidence shows it."""
        return json.dumps([(item.kind, item.wanted) for item in self._comparison.items], ensure_ascii=False)

    async def is_asked(self) -> bool:
        """Look whether the site asks, and by when; what an earlier run left open is settled."""
        run = self.run
        await self.arrive()
        await run.journal.step("read certification", "read", self._clock.read)
        asks = await self._asks_for_certain()
        if asks is None:
            raise self._unreadable()
        if not asks:
            self.state = "verified"
            self._clock.forget()
            await self._nothing_asked()
            return False
        self.state = "unverified"
        last = run.ledger.last(self.key, "certify", "accepted")
        lag = timedelta(hours=self.spec.refreshes_within_hours)
        if last is not None and datetime.now(UTC) - last.at < lag:
            run.journal.say(
                _(
                    "You certified on {time}; the site may go on asking for up to {hours} hours. "
                    "Nothing is sent again. Evidence: {bundle}",
                    time=f"{last.at.astimezone():%Y-%m-%d %H:%M %z}",
                    hours=f"{self.spec.refreshes_within_hours:g}",
                    bundle=last.run,
                )
            )
            await self.capture(_("The site still asks"), "still-asked")
            return False
        return True

    async def compare(self) -> None:
        """Hold every item on the account's own pages against the profile; stop where one differs."""
        await self._comparison.compare_all()

    async def confirm(self) -> None:
        """Have the person say, by name, that each compared value is true today."""
        await self._comparison.confirm()

    async def open_notice(self) -> None:
        """Open the page that starts the clock, on the person's word; once it runs, just open it."""
        if self.run.rehearsing and self.run.site.leads_to_a_hidden_clock(self.spec.review):
            raise self._rehearsed_before_the_overview()
        for _round in range(_MOST_ROUNDS):
            await open_page(self.run, self.spec.review)
            if self._clock.runs and not self.run.rehearsing:
                if not await self.unless_signed_in(self._go_in()):
                    continue
            elif not await self._started():
                continue
            if await self._on_notice():
                return
            # Signing in would lead straight back to the notice: the way goes by the safe page.
            await self.back()
        raise NeedsPerson(_("The notice does not open."), hint=self._clock.by_when())

    def _rehearsed_before_the_overview(self) -> Rehearsed:
        """Rehearse no further: nobody knows the address of the page that starts the clock."""
        label = self.spec.open.press.name or self.spec.open.press.text
        button = self.run.site.called(label) if label else self.spec.review
        marketplace = self.run.site.marketplace
        would_send = WouldSend(
            self.name, marketplace, "open-notice", "start-clock", self.spec.open.sends, button
        )
        return stay_away(self.run, would_send)

    async def _started(self) -> bool:
        """Start the clock on the person's word; return whether the browser now stands on the notice."""
        await self._clock.agree_to_start()
        result = await self.press(
            "open-notice",
            self.spec.open,
            "start-clock",
            None,
            what=_("the button that leads to the notice"),
        )
        word = result.word
        if word == SIGNED_OUT or word is None:
            word = await self.look_again(result)
        if word == "opened":
            self._clock.start()
        elif word not in (SIGNED_OUT, "not-opened", "nothing-left"):
            await self.not_taken(word, result)
        # Where only the safe page has told so, that is where the browser stands.
        return word == "opened" and result.word is not None

    async def certify(self) -> None:
        """Have the person tick and certify with their own hand, once; keep the page before and after."""
        for _round in range(_MOST_ROUNDS):
            if await self._certified():
                return
            await self.back()  # signed in anew: the way to the notice begins again
            await self.open_notice()
        raise NeedsPerson(_("The site keeps signing out; nothing is certified."), hint=self._clock.by_when())

    async def _certified(self) -> bool:
        """Have it ticked and certified; False where the site signed out instead."""
        for at in self.spec.tick:
            if not await self.unless_signed_in(self._ticked(at)):
                return False
        await self.capture(_("Before certifying"), "before")
        result = await self.press(
            "certify",
            self.spec.certify,
            "submit",
            _("Certify on the page yourself: press the marked button. It is a statement under law."),
            what=_("the button that certifies"),
            hands="certify",
        )
        word = await self.outcome_of(result)
        if word == SIGNED_OUT:
            return False
        if word != "accepted":
            await self.not_taken(word, result)
        self.state = "verified"
        await self.capture(_("Certified"), "certified")
        await self._see_it_refreshed()
        return True

    async def wait_ready(self) -> None:
        """Wait until the page says whether it asks; where nobody knows its words for it, ask the person."""
        known = {
            "asked": (self.spec.asked, _("What says that it asks for the certification")),
            "not-asked": (self.spec.not_asked, _("What says that it asks for nothing")),
        }
        places = [at for at, _what in known.values() if at is not None]
        self._seen_by_eye = None
        for _round in range(_MOST_ROUNDS):
            # Looked for again once the person said which: what is not seen proves nothing.
            with suppress(TimeoutError):
                await self.run.view.any_of(places).first.wait_for(timeout=LOOK_MS)
                return
            if self.spec.not_asked is None:
                self._seen_by_eye = await ask_whether_asked(self.run, self.name, self._clock.by_when())
                return
            if not await ask_which(self.run, known):
                break
        raise self._unreadable()

    def _unreadable(self) -> NeedsPerson:
        return NeedsPerson(
            _("The page does not say in known words whether it asks for the certification."),
            hint=_("Look at the page; when its words have changed, add them to the site file."),
        )

    async def _asks(self) -> bool | None:
        """Whether the page asks, by what it shows, else by what the person saw; None where neither tells."""
        if await self.run.view.is_seen(self.spec.asked):
            return True
        if self.spec.not_asked is not None and await self.run.view.is_seen(self.spec.not_asked):
            return False
        return self._seen_by_eye

    async def _asks_for_certain(self) -> bool | None:
        """Whether the page asks; that it asks for nothing is believed only once it stands still."""
        asks = await self._asks()
        return True if asks else await read_until_stable(self.run, self._asks)

    async def infer_outcome(self, entry: Entry) -> str | None:
        """Say what came of an effect as the page shows it now, or None where it cannot tell."""
        await self.stand()
        await self._clock.read()
        if entry.step == "open-notice":
            if self.spec.clock is None:
                return None
            return "opened" if self._clock.runs else "not-opened"
        asks = await self._asks_for_certain()
        if asks is not True:
            return None if asks is None else "accepted"
        # While its status may be old, a site that still asks proves nothing.
        return None if self.spec.refreshes_within_hours else "not-saved"

    def uncertainty(self, entry: Entry) -> Uncertainty:
        """Return what the person is asked about an effect that the page cannot tell."""
        if entry.step == "open-notice":
            return Uncertainty(_("the notice was opened"), "opened", "not-opened")
        return Uncertainty(_("the information was certified"), "accepted", "not-saved")

    async def _nothing_asked(self) -> None:
        await self.capture(_("The site asks for nothing"), "not-asked")
        last = self.run.ledger.last(self.key, "certify", "accepted")
        if last is not None:
            self.run.journal.say(
                _(
                    "Certified on {time}. Evidence: {bundle}",
                    time=f"{last.at.astimezone():%Y-%m-%d %H:%M %z}",
                    bundle=last.run,
                )
            )

    async def _go_in(self) -> None:
        """Open the notice whose clock runs already: that has no effect any more."""
        run = self.run
        button = await find(run, self.spec.open.press, what=_("the button that leads to the notice"))
        anchor = run.view.anchor(self.spec.notice)
        async with let_through(run, self.spec.open):
            until = anchor.first.wait_for(timeout=0) if run.assist == "guide" else None
            await press_to_reveal(run, button, channel=self.name, until=until)
            known = anchor.or_(run.view.any_of([interruption.see for interruption in run.site.interruptions]))
            # A notice that looks different now is for the person to recognise.
            with suppress(TimeoutError):
                await known.first.wait_for(timeout=_GOES_IN_MS)

    async def _on_notice(self) -> bool:
        """Stand on the notice, and compare what it repeats; False where something led away from it."""
        run = self.run
        if not await stand_on(run, self.spec.notice):
            return False
        await self.capture(_("Notice and certification"), "notice")
        await self._clock.read_notice()
        if self.spec.repeats_items:
            await self._comparison.compare_again()
        return True

    async def _ticked(self, at: LocatorSpec) -> None:
        box = await find(self.run, at, what=_("the box to tick"))
        if await box.is_checked():
            return
        prompt = Prompt(
            "tick",
            _("Read the statement on the page; when it is true, tick the marked box yourself."),
            choices=done_or_stop(),
            channel=self.name,
            target=box,
        )
        not_ticked = NeedsPerson(
            _("The statement was not ticked; nothing is certified."), hint=self._clock.by_when()
        )
        await self.run.journal.require(prompt, not_ticked, until=wait_checked(self.run, box))
        if not await box.is_checked():
            raise not_ticked

    async def _see_it_refreshed(self) -> None:
        await self.back()
        asks = await self._asks()
        await self.capture(_("What the site says afterwards"), "afterwards")
        if asks:
            self.run.journal.say(
                _(
                    "The site still asks: its status may take up to {hours} hours."
                    " Nothing more is to be done.",
                    hours=f"{self.spec.refreshes_within_hours:g}",
                )
            )
