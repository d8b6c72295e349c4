"""A run: one flow, gone through once, by one operator; it always leaves its evidence."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import nullcontext
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from playwright.async_api import Error as PlaywrightError

from handrail.browser.launch import BrowserProcess, open_browser, open_second_tab
from handrail.browser.stop_key import hear_stop_key
from handrail.core.errors import BadInput, HandrailError
from handrail.core.i18n import gettext as _
from handrail.core.i18n import language
from handrail.core.outcome import Outcome
from handrail.engine import mock_counts
from handrail.engine.account_lock import lock_account, refuse_locked_site
from handrail.engine.close_evidence import close_evidence
from handrail.engine.context.ledger import Ledger
from handrail.engine.context.results import RunCost, RunResult
from handrail.engine.context.stops import NeedsPerson, Stop, Waiting
from handrail.engine.flow_context import FlowContext
from handrail.engine.internal_error import BrowserClosed, InternalError
from handrail.engine.job import CheckedJob, Job, check
from handrail.engine.network.gate import Gate
from handrail.engine.new_context import new_context
from handrail.engine.notice_deadline import count_from_notice
from handrail.engine.verifications.phone_number import settle_numbers
from handrail.evidence.keys.signing_keys import signer_for
from handrail.evidence.recording.recorder import Recorder
from handrail.privacy.redactor import Redactor
from handrail.sites.schema.base import Level

if TYPE_CHECKING:
    from playwright.async_api import Browser as PlaywrightBrowser

    from handrail.engine.context.deadline import Deadline
    from handrail.evidence.keys.signer import Signer


async def run_flow(job: Job, *, browser: BrowserProcess | PlaywrightBrowser | None = None) -> RunResult:
    """Run the flow once and return how it ended; the evidence is written whatever happens.

    A `browser` that is open already is used by one run at a time, and left open; a process that is
    starting begins to end with the run, and whoever made it waits for its end.
    Raises BadInput before anything is opened or written half.
    """
    checked = check(job)
    signer = job.signer or signer_for(job.site.kind, job.home or job.state)
    with lock_account(job):
        ledger = Ledger(job.state, rehearsal=job.rehearse)
        try:
            refuse_locked_site(job, ledger)
            if browser is not None:
                return await _Run(checked, ledger, signer, browser).carry_out()
            process = BrowserProcess(checked.browser, headless=job.headless)
            try:
                return await _Run(checked, ledger, signer, process).carry_out()
            finally:
                await process.ended()
        finally:
            ledger.close()


class _Run:
    """One run while it lasts."""

    def __init__(
        self,
        checked: CheckedJob,
        ledger: Ledger,
        signer: Signer,
        running: BrowserProcess | PlaywrightBrowser,
    ) -> None:
        job = checked.job
        self._job = job
        self._flow = checked.flow
        self._found = checked.browser
        self._running = running
        self._ledger = ledger
        self._dry = job.site.kind == "mock"
        redaction = Redactor(job.profile)
        recorder = Recorder.begin(
            job.out,
            facts=self._facts(checked.assist),
            clean=redaction.clean,
            scan=redaction.scan,
            signer=signer,
            authorities=checked.authorities,
        )
        self._recorder = recorder
        self._context = new_context(
            job, assist=checked.assist, ledger=ledger, recorder=recorder, redaction=redaction
        )
        self._flow_context: FlowContext | None = None

    async def carry_out(self) -> RunResult:
        """Run the flow, turn whatever stopped it into an outcome, and close the evidence."""
        for note in self._job.site.origin.notes if self._job.site.origin else ():
            self._context.journal.say(note)
        before = mock_counts.counts_or_none(self._job.site.base) if self._dry else None
        stop: HandrailError | None = None
        try:
            outcome = await self._run_in_browser()
        except (Stop, BadInput) as reason:
            stop = reason
        except (asyncio.CancelledError, Exception) as trouble:  # of a mistake of ours, too
            stop = self._reason_of(trouble)
        try:
            await self._context.captures.packed()
        except Exception as mistake:  # a picture that failed must not take the rest with it
            stop = stop or InternalError.of(mistake)
        if stop is not None:
            outcome = self._outcome_of(stop)
        elif self._ledger.open_of(self._context.journal.bundle_id):
            outcome = Outcome.UNKNOWN  # whatever its verification made of it
        ended = self._finish(outcome, stop, before)
        if isinstance(stop, BadInput) and not self._context.view.is_open:
            # Nothing was opened: a setting must be mended first, and the evidence says which.
            raise stop
        return ended

    def _reason_of(self, trouble: BaseException) -> HandrailError:
        """Return why the run was cut off; a closing browser may complain before the word to stop comes."""
        if isinstance(trouble, asyncio.CancelledError) or _is_cancelled():
            self._context.journal.event("stop", by="person")
            return NeedsPerson(_("Stopped by the person."), hint=_("Run the same command again to go on."))
        if isinstance(trouble, HandrailError):
            return trouble
        return (
            BrowserClosed.of(trouble) if isinstance(trouble, PlaywrightError) else InternalError.of(trouble)
        )

    async def _run_in_browser(self) -> Outcome:
        run, job = self._context, self._job
        profile = await settle_numbers(run, run.profile)
        async with (
            open_browser(
                self._found, headless=job.headless, session=run.account.file, running=self._running
            ) as context,
            run.fence.installed(context) if run.fence else nullcontext(),
        ):
            gate = Gate(run.site, on_blocked=run.journal.on_blocked)
            await gate.install(context)
            guided = not job.headless if job.guided is None else job.guided
            context.on("dialog", partial(run.journal.on_dialog, has_window=not job.headless))
            if job.stop_all is not None:
                hear_stop_key(context, job.stop_all, job.stop_offer)
            run.open(await context.new_page(), gate, guided=guided)
            if job.second_tab is not None and not job.headless:
                await open_second_tab(context, job.second_tab)
            self._flow_context = FlowContext(run, profile)
            count_from_notice(run)
            try:
                outcome = await self._flow(self._flow_context)
            except Stop as stop:
                await self._record_stop(stop)
                raise
            return outcome

    async def _record_stop(self, stop: Stop) -> None:
        journal = self._context.journal
        journal.event("stop", by="walk", outcome=stop.outcome.value, text=stop.message)
        journal.tell("stop", stop.message)
        await self._context.captures.take_last(_("Stopped here"), "stopped")

    def _outcome_of(self, stop: HandrailError) -> Outcome:
        name = " ".join(self._job.profile.account.name.split())
        if self._ledger.in_doubt(self._job.site.id, name):
            return Outcome.UNKNOWN
        if isinstance(stop, Stop):
            return stop.outcome
        return Outcome.NEEDS_PERSON if isinstance(stop, BadInput) else Outcome.UNFINISHED

    def _finish(
        self, outcome: Outcome, stop: HandrailError | None, before: Counter[tuple[str, str]] | None
    ) -> RunResult:
        run, job = self._context, self._job
        reports = tuple(self._flow_context.reports) if self._flow_context else ()
        stops = [each for each in (stop, *(report.stop for report in reports)) if each is not None]
        deciding = (each for each in stops if isinstance(each, Stop) and each.outcome == outcome)
        # What a rehearsal did not send is no error.
        main = next(deciding, stop) if outcome != Outcome.DONE else None
        if not self._ledger.anything_open(job.site.id):
            run.account.file.unlink(missing_ok=True)
        until, until_from = _until(main, run.deadline)
        held_back = self._held_back()
        reasons = [text for each in dict.fromkeys(stops) for text in (each.message, each.hint)]
        advice = dict.fromkeys(map(run.redaction.clean, (*reasons, *run.journal.advice)))
        result = RunResult(
            flow=job.flow,
            site=job.site.id,
            dry_run=self._dry,
            rehearsal=job.rehearse,
            outcome=outcome,
            advice=tuple(advice),
            until=until,
            until_from=until_from,
            deadline=run.deadline,
            channels=reports,
            effects=tuple(self._ledger.released_by(run.journal.bundle_id)),
            would_send=tuple(run.journal.would_send),
            held_back=held_back,
            site_saw=tuple(mock_counts.since(before, job.site.base)) if self._dry else (),
            steps=tuple(run.journal.steps),
            error=main,
            cost=RunCost(run.pauses.seconds, run.view.page_loads, run.captures.taken),
        )
        return close_evidence(self._recorder, result)

    def _held_back(self) -> tuple[tuple[str, int], ...]:
        run = self._context
        if run.fence is None:
            return ()
        counts = sorted((run.redaction.clean(what), n) for what, n in run.fence.held_back.items())
        run.journal.event("fence", held_back=[{"request": what, "count": n} for what, n in counts])
        return tuple(counts)

    def _facts(self, assist: Level) -> dict[str, str | bool]:
        job = self._job
        return {
            "flow": job.flow,
            "site": job.site.id,
            "site_name": job.site.name,
            "account": job.profile.account.name,
            "legal_name": job.profile.legal_name,
            "site_kind": job.site.kind,
            "dry_run": self._dry,
            "rehearsal": job.rehearse,
            "assist": assist,
            "language": language(),
        }


def _until(stop: HandrailError | None, deadline: Deadline | None) -> tuple[str | None, str | None]:
    """Return when there is something to do again, and who says so: never past the deadline."""
    if not isinstance(stop, Waiting):
        return None, None
    if deadline is not None and deadline.at < datetime.fromisoformat(stop.until):
        return deadline.at.astimezone().isoformat(timespec="seconds"), "handrail"
    return stop.until, stop.until_from


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
