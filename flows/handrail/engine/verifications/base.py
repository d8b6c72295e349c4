"""One thing an account keeps on a site: stood before, pressed once for each effect, and reported."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

from handrail.core.i18n import gettext as _
from handrail.core.outcome import Outcome
from handrail.engine.context.ledger import EffectWord, Entry, Key
from handrail.engine.context.results import VerificationReport
from handrail.engine.context.stops import NeedsPerson, OutcomeUnknown, PageNotReady, SessionChanged, Stop
from handrail.engine.effects.effect import NOTHING_LEFT, SIGNED_OUT, Effect, EffectResult
from handrail.engine.effects.press import observe, press_once
from handrail.engine.page.interruptions import settle, turned_away
from handrail.engine.page.navigation import open_page
from handrail.engine.verifications import reasons
from handrail.engine.verifications.dates import Dates
from handrail.engine.verifications.reconcile import NEVER_LEFT, Uncertainty, ask_what_happened
from handrail.sites.schema.actions import Press

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext

_MOST_SIGN_INS = 3
OTHER_VALUE = "other-value"
"""The state where the page's badge stands beside another value than the profile's."""


class Verification:
    """One verification of a run; a stop that ends only this one lets the run go on."""

    def __init__(self, run: RunContext, *, name: str, page: str, reports: list[VerificationReport]) -> None:
        self.run = run
        self.name = name
        """Its channel in the ledger and in the result: email, business, certification."""
        self.page = page
        """The page it stands on, by its name in the site file."""
        # A run only goes on where the page's name, or the person's word, is this very account.
        account = " ".join(run.profile.account.name.split())
        self.key = Key(run.site.id, account, run.flow, name)
        """Whose effects these are in the ledger."""
        self.state: str = "unseen"
        self.dates = Dates()
        self._reports = reports
        self._arrived = False

    @property
    def label(self) -> str:
        """What sentences call it, with personal values in display form."""
        raise NotImplementedError

    @property
    def display(self) -> str:
        """Its value as it may be shown and kept."""
        raise NotImplementedError

    @property
    def commitment_value(self) -> str:
        """Its value as the ledger commits to it."""
        raise NotImplementedError

    async def wait_ready(self) -> None:
        """Wait until the page shows it; the page's anchor may come before."""

    async def register_private(self) -> None:
        """Keep the private values that stand there out of the evidence, however the site writes them."""

    async def infer_outcome(self, entry: Entry) -> str | None:
        """Return what came of an effect as the page shows it now, or None where it cannot tell."""
        raise NotImplementedError

    def uncertainty(self, entry: Entry) -> Uncertainty:
        """Return what the person is asked about an effect that the page cannot tell."""
        raise NotImplementedError

    async def not_taken(self, word: str, result: EffectResult) -> None:
        """Deal with a site that did not do what was asked of it; most often, stop."""
        if word == "automation-refused":
            raise turned_away(self.run, word)
        raise reasons.not_taken(self.label, word, result)

    def say_what_is_left(self) -> None:
        """Say what is left standing where the person stops the run here."""

    async def __aenter__(self) -> Self:
        """Begin with this verification."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        """Report how it ended; a stop that ends only this verification goes no further."""
        if error is None:
            self._report(Outcome.DONE)
        elif isinstance(error, asyncio.CancelledError):
            self._report(Outcome.NEEDS_PERSON)
            self.say_what_is_left()
        elif isinstance(error, Stop):
            self._report(error.outcome, error)
            self.run.view.has_open_form = True
            if not error.ends_run and not error.captured:
                await self.capture(_("{channel} stopped here", channel=self.label), "stopped")
            return not error.ends_run
        return False

    async def press(
        self,
        name: str,
        press: Press,
        effect: EffectWord,
        question: str | None,
        *,
        what: str,
        lead: Callable[[], Awaitable[None]] | None = None,
        ready: Callable[[], Awaitable[None]] | None = None,
        by_hand: str | None = None,
        hands: Literal["certify"] | None = None,
        on_release: Callable[[], None] | None = None,
    ) -> EffectResult:
        """Have one effect, once; where something came over the page, signed-out is returned instead."""
        if await settle(self.run):
            # Whatever came in between may have emptied the form: begin this step anew.
            return EffectResult(SIGNED_OUT, None)
        planned = Effect(
            name=name,
            effect=effect,
            press=press,
            what=what,
            question=question,
            channel=self.name,
            marketplace=self.run.site.marketplace,
            display=self.display,
            commitment=self.commitment,
            lead=lead,
            ready=ready,
            by_hand=by_hand,
            hands=hands,
            on_release=on_release,
        )
        pressing = partial(press_once, self.run, self.key, planned)
        try:
            return await self.run.journal.step(planned.label, effect, pressing)
        except SessionChanged:
            return EffectResult(SIGNED_OUT, None)

    @property
    def commitment(self) -> str:
        """The salted hash of its value, by which the ledger knows it again."""
        return self.run.ledger.commitment(self.commitment_value)

    async def outcome_of(self, result: EffectResult) -> str:
        """Return the outcome of a press; where the page did not tell, it is looked at anew."""
        return result.word or await self.look_again(result)

    async def look_again(self, result: EffectResult) -> str:
        """Find out what came of a press by loading the page anew, and by asking where it cannot tell."""
        if result.entry is None:
            return NOTHING_LEFT
        try:
            await self.back()
        except PageNotReady as trouble:
            raise OutcomeUnknown(
                _(
                    "Something was sent for the {channel}, and the site cannot be asked what came of it.",
                    channel=self.label,
                ),
                hint=_("Run the same command again: it looks at the page before anything else."),
            ) from trouble
        return await self._settle(result.entry)

    async def arrive(self) -> None:
        """Stand there for the first time: keep what is shown, and settle what an earlier run left open."""
        if self._arrived:
            return
        await self.stand()
        await self.register_private()
        await self.capture(_("{channel} as found", channel=self.label), "found")
        await self._settle_earlier_runs()
        self._arrived = True

    async def _settle_earlier_runs(self) -> None:
        """Find out what became of every effect that an earlier run left open; a rehearsal only says so."""
        run = self.run
        if run.rehearsing and run.ledger.left_open(self.key):
            run.journal.say(
                _(
                    "An earlier run left something open for {channel}. A rehearsal settles nothing: "
                    "the next real run looks into it first.",
                    channel=self.label,
                )
            )
        for entry in run.ledger.still_open(self.key):
            if entry.stage == "intended":
                why = _("held at the gate when the run ended")
                observe(run, entry, NEVER_LEFT, source="inferred", why=why)
            elif entry.stage == "released":
                await self._settle(entry)

    async def _settle(self, entry: Entry) -> str:
        try:
            word = await self.infer_outcome(entry)
        except SessionChanged:
            await self.back()  # it reads the account's name before anything else
            word = await self.infer_outcome(entry)
        if word is not None:
            observe(self.run, entry, word, source="page", why=_("looked up afterwards"))
            return word
        word = await ask_what_happened(self.run, self.name, self.uncertainty(entry))
        observe(self.run, entry, word, source="person")
        return word

    async def stand(self) -> None:
        """Be on its own page; where the browser stands there already, it is not loaded anew."""
        run = self.run
        here = (
            run.account.name is not None
            and not run.view.has_open_form
            and await run.view.anchor(self.page).count() > 0
        )
        if here and not await settle(run) and await self.unless_signed_in(self.wait_ready()):
            return
        await self.back()

    async def back(self) -> None:
        """Load its page anew."""
        for _attempt in range(_MOST_SIGN_INS):
            await open_page(self.run, self.page)
            if await self.unless_signed_in(self.wait_ready()):
                return
        raise NeedsPerson(_("The site keeps asking to sign in; nothing was sent."), ends_run=False)

    async def unless_signed_in(self, doing: Awaitable[None]) -> bool:
        """Do it; False where somebody signed in meanwhile, so that it begins anew with the account's name."""
        try:
            await doing
        except SessionChanged:
            return False
        return True

    async def capture(self, caption: str, what: str) -> None:
        """Keep what the page shows, in a file named after this verification."""
        await self.run.captures.take(caption, f"{self.name}-{what}")

    def record_change(self, before: str, after: str, **more: str) -> None:
        """Put a change into the evidence."""
        marketplace = self.run.site.marketplace
        self.run.journal.event(
            "change", channel=self.name, marketplace=marketplace, before=before, after=after, **more
        )

    def close_open_effects(self) -> None:
        """Close in the ledger whatever is open: the page shows it as verified."""
        for entry in self.run.ledger.still_open(self.key):
            self.run.ledger.observe(entry, "verified")

    def _report(self, outcome: Outcome, stop: Stop | None = None) -> None:
        report = VerificationReport(
            self.name,
            self.run.site.marketplace,
            self.state,
            outcome,
            stop,
            dates=self.dates.as_pairs(),
            reckoned=self.dates.counted_names(),
        )
        self._reports.append(report)
