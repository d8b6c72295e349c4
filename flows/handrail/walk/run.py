"""A run: one walk of a flow, by one operator, which always leaves its evidence."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout
from playwright.async_api import Error as PlaywrightError

from handrail.browser.find import find_browser
from handrail.browser.opening import open_browser
from handrail.browser.stop_key import hear_stop_key
from handrail.errors import BadInput, HandrailError
from handrail.evidence.bundle import Recorder
from handrail.evidence.keys import signer_for
from handrail.evidence.stamps import Authority, authorities_for
from handrail.flow import check_profile, find_flow
from handrail.i18n import gettext as _
from handrail.i18n import language
from handrail.outcome import Outcome
from handrail.reasons import system
from handrail.sites.model import LEVELS, Level, Site
from handrail.walk import site_saw
from handrail.walk.bug import BrowserClosed, Bug
from handrail.walk.ledger import Ledger
from handrail.walk.network.fence import Fence
from handrail.walk.network.gate import Gate
from handrail.walk.notice import count_from_notice
from handrail.walk.numbers import settle_numbers
from handrail.walk.redaction import Redaction
from handrail.walk.result import RunResult
from handrail.walk.stops import NeedsPerson, Stop, Waiting
from handrail.walk.trail import Moment, Trail
from handrail.walk.walk import Walk

if TYPE_CHECKING:
    from handrail.browser.find import Browser
    from handrail.evidence.signer import Signer
    from handrail.flow import Flow
    from handrail.operator import Operator
    from handrail.profile.model import Profile
    from handrail.walk.deadline import Deadline


@dataclass(frozen=True)
class Job:
    """Everything a run is given."""

    flow: str
    site: Site
    profile: Profile
    operator: Operator
    out: Path
    """The folder bundles are put in."""
    state: Path
    """The folder of the ledger, the locks and the kept sessions."""
    home: Path | None = None
    """The folder of keys and settings, where that is another than `state`."""
    signer: Signer | None = None
    """Whose key seals the evidence; None for the one in `home`, and nobody is asked for its passphrase."""
    browser: Path | None = None
    """An explicit choice of browser, by executable."""
    assist: Level | None = None
    """How much Handrail does; None for the site file's default."""
    headless: bool = False
    guided: bool | None = None
    """Whether prompts are shown on the page too; None: where there is a window."""
    notice_date: date | None = None
    """The day of the notice that demands the verification; a deadline is counted from it."""
    rehearse: bool = False
    """Whether everything is read, compared and filled behind a fence that lets no effect out."""
    watch: Callable[[Moment], None] = lambda _moment: None
    """Told of everything as it happens."""
    stop_all: Callable[[], None] | None = None
    """Tells every run of this user to stop, this one too; None where nothing would come of it."""


async def run_flow(job: Job) -> RunResult:
    """Walk the flow once and return how it ended; the evidence is written whatever happens.

    Raises BadInput before anything is opened or written half.
    """
    flow, assist, browser, authorities = check(job)
    signer = job.signer or signer_for(job.site.kind, job.home or job.state)
    with alone(job):
        ledger = Ledger(job.state, rehearsal=job.rehearse)
        try:
            refuse_locked(job, ledger)
            return await _Run(job, assist, browser, ledger, signer, authorities).walk(flow)
        finally:
            ledger.close()


def check(job: Job) -> tuple[Flow, Level, Browser, tuple[Authority, ...]]:
    """Return what the job is walked with; BadInput for what can be refused before anything is touched."""
    flow = find_flow(job.flow)
    check_profile(job.flow, job.profile)
    assist, browser = _assist(job), find_browser(job.browser, headless=job.headless)
    return flow, assist, browser, authorities_for(job.site.kind, job.home or job.state)


class _Run:
    """One run while it lasts."""

    def __init__(
        self,
        job: Job,
        assist: Level,
        browser: Browser,
        ledger: Ledger,
        signer: Signer,
        authorities: Sequence[Authority],
    ) -> None:
        self._job = job
        self._browser = browser
        self._ledger = ledger
        self._dry = job.site.kind == "mock"
        redaction = Redaction(job.profile)
        recorder = Recorder.begin(
            job.out,
            facts=self._facts(assist),
            clean=redaction.clean,
            scan=redaction.scan,
            signer=signer,
            authorities=authorities,
        )
        self._trail = Trail(
            flow=job.flow,
            site=job.site,
            profile=job.profile,
            assist=assist,
            operator=job.operator,
            ledger=ledger,
            recorder=recorder,
            redaction=redaction,
            session_file=session_file(job),
            watch=job.watch,
            notice_date=job.notice_date,
            fence=Fence(job.site) if job.rehearse else None,
            stop_all=job.stop_all,
        )
        self._walk: Walk | None = None

    async def walk(self, flow: Flow) -> RunResult:
        """Walk, turn whatever stopped it into an outcome, and close the evidence."""
        for note in self._job.site.origin.notes if self._job.site.origin else ():
            self._trail.say(note)
        before = site_saw.told(self._job.site.base) if self._dry else None
        stop: HandrailError | None = None
        try:
            outcome = await self._walked(flow)
        except (Stop, BadInput) as reason:
            stop = reason
        except (asyncio.CancelledError, Exception) as trouble:  # of a mistake of ours, too
            stop = self._cut_off(trouble)
        try:
            await self._trail.developed()
        except Exception as mistake:  # a picture that failed must not take the rest with it
            stop = stop or Bug.of(mistake)
        if stop is not None:
            outcome = self._outcome_of(stop)
        elif self._ledger.open_of(self._trail.recorder.bundle_id):
            outcome = Outcome.UNKNOWN  # whatever the place that it belongs to made of it
        ended = self._finish(outcome, stop, before)
        if isinstance(stop, BadInput) and not self._trail.has_page:
            # Nothing was opened: a setting must be mended first, and the evidence says which.
            raise stop
        return ended

    def _cut_off(self, trouble: BaseException) -> HandrailError:
        # A closing browser may complain before the person's word to stop has come through.
        if isinstance(trouble, asyncio.CancelledError) or _told_to_stop():
            self._trail.recorder.event("stop", by="person")
            return NeedsPerson(_("Stopped by the person."), hint=_("Run the same command again to go on."))
        if isinstance(trouble, HandrailError):
            return trouble
        return BrowserClosed.of(trouble) if isinstance(trouble, PlaywrightError) else Bug.of(trouble)

    async def _walked(self, flow: Flow) -> Outcome:
        trail, job = self._trail, self._job
        profile = await settle_numbers(trail, trail.profile)
        async with (
            open_browser(self._browser, headless=job.headless, session=trail.session_file) as context,
            trail.fence.standing(context) if trail.fence else nullcontext(),
        ):
            gate = Gate(trail.site, on_blocked=trail.blocked)
            await gate.stand(context)
            guided = not job.headless if job.guided is None else job.guided
            context.on("dialog", partial(trail.met_dialog, shown=not job.headless))
            if job.stop_all is not None:
                hear_stop_key(context, job.stop_all)
            trail.enter(await context.new_page(), gate, guided=guided)
            self._walk = Walk(trail, profile)
            count_from_notice(trail)
            try:
                outcome = await flow(self._walk)
            except Stop as stop:
                await trail.capture_stop(stop)
                raise
            return outcome

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
        trail, job = self._trail, self._job
        reports = tuple(self._walk.reports) if self._walk else ()
        stops = [one for one in (stop, *(report.stop for report in reports)) if one is not None]
        grave = (one for one in stops if isinstance(one, Stop) and one.outcome == outcome)
        # What a rehearsal did not send is no error.
        main = next(grave, stop) if outcome != Outcome.DONE else None
        waiting = main if isinstance(main, Waiting) else None
        if not self._ledger.anything_open(job.site.id):
            trail.session_file.unlink(missing_ok=True)
        until, until_from = _until(waiting, trail.deadline)
        clean = trail.redaction.clean
        held_back = self._held_back()
        said = [clean(text) for one in dict.fromkeys(stops) for text in (one.message, one.hint)]
        result = RunResult(
            flow=job.flow,
            site=job.site.id,
            dry_run=self._dry,
            rehearsal=job.rehearse,
            outcome=outcome,
            advice=tuple(dict.fromkeys([*said, *map(clean, trail.advice)])),
            until=until,
            until_from=until_from,
            deadline=trail.deadline,
            channels=reports,
            effects=tuple(self._ledger.released_by(trail.recorder.bundle_id)),
            would_send=tuple(trail.would_send),
            held_back=held_back,
            site_saw=tuple(site_saw.since(before, job.site.base)) if self._dry else (),
            steps=tuple(trail.steps),
            error=main,
        )
        return trail.closed(result)

    def _held_back(self) -> tuple[tuple[str, int], ...]:
        trail = self._trail
        if trail.fence is None:
            return ()
        counts = sorted((trail.redaction.clean(what), n) for what, n in trail.fence.held_back.items())
        trail.recorder.event("fence", held_back=[{"request": what, "count": n} for what, n in counts])
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


def _assist(job: Job) -> Level:
    terms = job.site.terms
    wanted = job.assist or terms.default
    if LEVELS.index(wanted) > LEVELS.index(terms.ceiling):
        raise BadInput(
            _(
                "{site} allows at most the assist level {ceiling}, not {wanted}.",
                site=job.site.name,
                ceiling=terms.ceiling,
                wanted=wanted,
            ),
            hint=_(
                "Use --assist {ceiling}; the site file says who read the terms, and when.",
                ceiling=terms.ceiling,
            ),
            where="--assist",
        )
    return wanted


@contextmanager
def alone(job: Job) -> Iterator[None]:
    """Keep a second run off the same account while this one lasts."""
    name = f"{job.site.id}-{_slug(job.profile.account.name)}.lock"
    try:
        (job.state / "locks").mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(job.state / "locks" / name)
        lock.acquire(blocking=False)
    except Timeout:
        raise BadInput(
            _(
                "Another run is using the account {account} on {site}.",
                account=job.profile.account.name,
                site=job.site.name,
            ),
            hint=_("Wait until it has ended, or stop it."),
        ) from None
    except OSError as error:
        raise BadInput(
            _(
                "The state folder {folder} cannot be used: {reason}.",
                folder=job.state,
                reason=system(error),
            ),
            hint=_("Choose another folder with --state DIR, or mend its permissions."),
            where=str(job.state),
        ) from None
    try:
        yield
    finally:
        lock.release()


def session_file(job: Job) -> Path:
    """Return where the visitor's storage state is kept for as long as something is open."""
    return job.state / "sessions" / f"{job.site.id}-{_slug(job.profile.account.name)}.json"


def refuse_locked(job: Job, ledger: Ledger) -> None:
    """Raise BadInput where the site has said that it wants no automated access."""
    since = ledger.locked_since(job.site.id)
    if since is not None:
        raise BadInput(
            _(
                "{site} has refused automated access on {since}; Handrail stays away from it.",
                site=job.site.name,
                since=since[:10],
            ),
            hint=_(
                "When you know that it is welcome again, run `handrail site unlock {site}`.",
                site=job.site.id,
            ),
            where=job.site.id,
        )


def _until(waiting: Waiting | None, deadline: Deadline | None) -> tuple[str | None, str | None]:
    """Return when there is something to do again, and who says so: never past the deadline."""
    if waiting is None:
        return None, None
    if deadline is not None and deadline.at < datetime.fromisoformat(waiting.until):
        return deadline.at.astimezone().isoformat(timespec="seconds"), "handrail"
    return waiting.until, waiting.until_from


def _told_to_stop() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _slug(name: str) -> str:
    name = " ".join(name.split())
    import hashlib

    # Names of any script become a file name of the same length that two accounts never share.
    return hashlib.sha256(name.encode()).hexdigest()[:16]
