"""A place: where a site keeps one thing of the account, stood before, pressed once, and reported."""

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
from handrail.engine.context.stops import NeedsPerson, SessionChanged, Stop
from handrail.engine.effects.effect import SIGNED_OUT, Effect, EffectResult
from handrail.engine.effects.press import press_once
from handrail.engine.page.interruptions import settle
from handrail.engine.page.navigation import open_page
from handrail.engine.verifications import questions, reconcile
from handrail.engine.verifications.reconcile import Uncertainty
from handrail.sites.schema.actions import Press

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext


_MOST_SIGN_INS = 3


class Verification:
    """One thing an account keeps on a site; a stop that ends only this one goes no further."""

    def __init__(self, run: RunContext, *, name: str, page: str, reports: list[VerificationReport]) -> None:
        self.run = run
        self.name = name
        """Its channel in the ledger and in the result: email, business, certification."""
        self.page = page
        """The page it stands on, by its name in the site file."""
        self.state: str = "unseen"
        self.dates: dict[str, str] = {}
        self.reckoned: set[str] = set()
        """Which dates the page does not name: counted from the order, by the site file's rules."""
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
        """Wait until the page shows the place; its anchor may come before it."""

    async def hide(self) -> None:
        """Keep the private values that stand there out of the evidence, however the site writes them."""

    async def infer_outcome(self, entry: Entry) -> str | None:
        """Say what came of an effect as the page shows it now, or None where it cannot tell."""
        raise NotImplementedError

    def uncertainty(self, entry: Entry) -> Uncertainty:
        """Return what the person is asked about an effect that the page cannot tell."""
        raise NotImplementedError

    async def not_taken(self, word: str, result: EffectResult) -> None:
        """Deal with a site that did not do what was asked of it; most often, stop."""
        questions.not_taken(self, word, result)

    def stopping(self) -> None:
        """Say what is left standing where the person stops the run here."""

    @property
    def key(self) -> Key:
        """Whose effects these are in the ledger."""
        run = self.run
        return Key(
            run.site.id,
            " ".join((run.account.name or run.profile.account.name).split()),
            run.flow,
            self.name,
        )

    async def __aenter__(self) -> Self:
        """Begin with this place."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        """Report how it ended; a stop that ends only this place goes no further."""
        if error is None:
            self._report(Outcome.DONE)
        elif isinstance(error, asyncio.CancelledError):
            self._report(Outcome.NEEDS_PERSON)
            self.stopping()
        elif isinstance(error, Stop):
            self._report(error.outcome, error)
            self.run.view.has_open_form = True
            if not error.ends_run:
                if error.captured:
                    return True
                caption = _("{channel} stopped here", channel=self.label)
                await self.run.captures.take(caption, self.slug("stopped"))
                return True
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
        """Have one effect, once; a page that something came over is begun anew instead."""
        if await settle(self.run):
            # Whatever came in between may have emptied the form: begin this step anew.
            return EffectResult(SIGNED_OUT, None)
        act = Effect(
            name=name,
            effect=effect,
            press=press,
            what=what,
            question=question,
            channel=self.name,
            marketplace=self.run.site.marketplace,
            display=self.display,
            commitment=self.run.ledger.commitment(self.commitment_value),
            lead=lead,
            ready=ready,
            by_hand=by_hand,
            hands=hands,
            on_release=on_release,
        )
        try:
            return await self.run.journal.step(
                f"{name} {self.name}", act.effect, partial(press_once, self.run, self.key, act)
            )
        except SessionChanged:
            return EffectResult(SIGNED_OUT, None)

    async def arrive(self) -> None:
        """Stand there for the first time: keep what is found, and settle what an earlier run left open."""
        if self._arrived:
            return
        await self.stand()
        await self.hide()
        await self.run.captures.take(_("{channel} as found", channel=self.label), self.slug("found"))
        await reconcile.settle_open(self)
        self._arrived = True

    async def stand(self) -> None:
        """Be on the place's own page; where the browser stands there already, it is not loaded anew."""
        run = self.run
        anchor = run.site.pages[self.page].anchor
        here = (
            run.account.name is not None
            and not run.view.has_open_form
            and await run.view.locate(anchor).count() > 0
        )
        if here and not await settle(run) and await self.unless_signed_in(self.wait_ready()):
            return
        await self.back()

    async def back(self) -> None:
        """Load the place's page anew."""
        for _again in range(_MOST_SIGN_INS):
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

    def changed(self, before: str, after: str, **more: str) -> None:
        """Put a change into the evidence."""
        self.run.journal.event(
            "change",
            channel=self.name,
            marketplace=self.run.site.marketplace,
            before=before,
            after=after,
            **more,
        )

    def unknown_state(self) -> NeedsPerson:
        """Return the reason to stop where the page describes the state in other words than ours."""
        return NeedsPerson(
            _(
                "The page does not say in known words whether the {channel} is verified.",
                channel=self.label,
            ),
            hint=_("Look at the page; when its words have changed, add them to the site file."),
        )

    def not_proven(self) -> NeedsPerson:
        """Return the reason to stop where the site took the code and shows no proof of it."""
        return NeedsPerson(
            _(
                "The site took the code, but the page does not show the {channel} as verified.",
                channel=self.label,
            ),
            hint=_("Look at the page; a site may need some minutes. Run the same command again later."),
        )

    def not_saved(self) -> NeedsPerson:
        """Return the reason to stop where the site said it saved, and shows something else."""
        return NeedsPerson(
            _("The site said it saved the {channel}, but the page shows another.", channel=self.label),
            hint=_("Look at the page before anything else is done there."),
        )

    def slug(self, what: str) -> str:
        """Return a capture's file name."""
        return f"{self.name}-{what}"

    def _report(self, outcome: Outcome, stop: Stop | None = None) -> None:
        marketplace, dates = self.run.site.marketplace, tuple(self.dates.items())
        reckoned = tuple(sorted(self.reckoned))
        self._reports.append(
            VerificationReport(self.name, marketplace, self.state, outcome, stop, dates, reckoned)
        )
