"""Make the context of one run from its job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.engine.account_lock import session_file
from handrail.engine.context.account_session import AccountSession
from handrail.engine.context.captures import Captures
from handrail.engine.context.journal import Journal
from handrail.engine.context.page_view import PageView
from handrail.engine.context.run_context import RunContext
from handrail.engine.network.fence import Fence
from handrail.privacy.redactor import Redactor

if TYPE_CHECKING:
    from handrail.engine.context.ledger import Ledger
    from handrail.engine.job import Job
    from handrail.evidence.recording.recorder import Recorder
    from handrail.sites.schema.base import Level


def new_context(
    job: Job, *, assist: Level, ledger: Ledger, recorder: Recorder, redaction: Redactor
) -> RunContext:
    """Return what the parts of this run share; the browser is not open yet."""
    return RunContext(
        flow=job.flow,
        profile=job.profile,
        assist=assist,
        ledger=ledger,
        redaction=redaction,
        journal=Journal(
            operator=job.operator,
            recorder=recorder,
            redaction=redaction,
            watch=job.watch,
            stop_all=job.stop_all,
        ),
        captures=Captures(recorder, redaction),
        view=PageView(job.site),
        account=AccountSession(session_file(job)),
        fence=Fence(job.site) if job.rehearse else None,
        notice_date=job.notice_date,
    )
