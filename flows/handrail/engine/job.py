"""Everything a run is given, checked before anything is opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from handrail.browser.find import find_browser
from handrail.browser.screen import require_screen
from handrail.core.errors import BadInput
from handrail.core.i18n import gettext as _
from handrail.engine.context.results import RunEvent
from handrail.evidence.timestamps.authorities import Authority, authorities_for
from handrail.registry import check_profile, find_flow
from handrail.sites.schema.base import LEVELS, Level
from handrail.sites.schema.site import Site

if TYPE_CHECKING:
    from handrail.browser.find import Browser
    from handrail.browser.stop_key import StopOffer
    from handrail.evidence.keys.signer import Signer
    from handrail.operator import Operator
    from handrail.profile.model import Profile
    from handrail.registry import Flow


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
    watch: Callable[[RunEvent], None] = lambda _event: None
    """Called with everything as it happens."""
    stop_all: Callable[[], None] | None = None
    """Tells every run of this user to stop, this one too; None where nothing would come of it."""
    stop_offer: StopOffer | None = None
    """Offers to stop this run only, before `stop_all` stops runs of other accounts."""
    second_tab: str | None = None
    """An address for the person's own eyes, opened in a second tab where there is a window."""


@dataclass(frozen=True)
class CheckedJob:
    """A job with everything that its names and defaults stand for."""

    job: Job
    flow: Flow
    assist: Level
    browser: Browser
    authorities: tuple[Authority, ...]
    """Who stamps the beginning and the seal of its evidence."""


def check(job: Job) -> CheckedJob:
    """Return the job with what it stands for; BadInput for what can be refused before anything is touched."""
    flow = find_flow(job.flow)
    check_profile(job.flow, job.profile)
    assist, browser = _assist(job), find_browser(job.browser, headless=job.headless)
    if not job.headless:
        require_screen()
    authorities = authorities_for(job.site.kind, job.home or job.state)
    return CheckedJob(job, flow, assist, browser, authorities)


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
