"""One run at a time for one account: its lock, its kept session, and whether the site is locked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from handrail.core.error_text import system
from handrail.core.errors import BadInput
from handrail.core.i18n import gettext as _
from handrail.engine.context.ledger import Ledger
from handrail.engine.job import Job


@contextmanager
def lock_account(job: Job) -> Iterator[None]:
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


def refuse_locked_site(job: Job, ledger: Ledger) -> None:
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


def _slug(name: str) -> str:
    # Names of any script become a file name of the same length that two accounts never share.
    return hashlib.sha256(" ".join(name.split()).encode()).hexdigest()[:16]
