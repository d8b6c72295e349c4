"""A visit: pages opened only to be looked at, behind the fence; nothing is pressed, nothing kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from filelock import FileLock

from handrail.browser.find import find_browser
from handrail.browser.launch import open_browser
from handrail.browser.screen import require_screen
from handrail.browser.stop_key import hear_stop_key
from handrail.engine.account_lock import lock_account, refuse_locked_site
from handrail.engine.context.ledger import Ledger
from handrail.engine.context.run_context import RunContext
from handrail.engine.job import Job
from handrail.engine.network.gate import Gate
from handrail.engine.new_context import new_context
from handrail.evidence.keys.signer import Signer
from handrail.evidence.recording.event_log import Log
from handrail.evidence.recording.recorder import Recorder
from handrail.privacy.redactor import Redactor


@asynccontextmanager
async def visiting(job: Job) -> AsyncIterator[RunContext]:
    """Open a browser on the job's site and yield its trail; what it notes goes with the visit.

    Raises BadInput where another run uses the account, or the site wants no automated access.
    """
    browser = find_browser(job.browser, headless=job.headless)
    if not job.headless:
        require_screen()
    with lock_account(job):
        ledger = Ledger(job.state, rehearsal=True)
        try:
            refuse_locked_site(job, ledger)
            with (
                TemporaryDirectory(prefix="visit-", dir=job.state) as aside,
                closing(Log(Path(aside) / "events.jsonl")) as log,
            ):
                run = _context(job, ledger, log, Path(aside))
                assert run.fence is not None  # noqa: S101  # it has just been given one
                async with (
                    open_browser(browser, headless=job.headless, session=run.account.file) as context,
                    run.fence.installed(context),
                ):
                    gate = Gate(job.site, on_blocked=run.journal.on_blocked)
                    await gate.install(context)
                    context.on("dialog", partial(run.journal.on_dialog, has_window=not job.headless))
                    if job.stop_all is not None:
                        hear_stop_key(context, job.stop_all, job.stop_offer)
                    run.open(await context.new_page(), gate, guided=not job.headless)
                    yield run
        finally:
            ledger.close()


def _context(job: Job, ledger: Ledger, log: Log, aside: Path) -> RunContext:
    redaction = Redactor(job.profile)
    # Never sealed, so any key will do.
    signer = Signer(Ed25519PrivateKey.generate(), demo=True)
    recorder = Recorder(aside, "visit", log, FileLock(aside / "lock"), clean=redaction.clean, signer=signer)
    return new_context(job, assist="guide", ledger=ledger, recorder=recorder, redaction=redaction)
