"""Print a verdict: the proven time, whether it is intact, its signer, the kind of run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.core.i18n import together
from handrail.core.time_format import readable
from handrail_cli.output import console

if TYPE_CHECKING:
    from handrail.evidence.verify.verdict import Verdict

Line = tuple[str, str]
"""A style and a sentence."""

_ABOUT_TIME = frozenset({"no-trusted-time", "no-timestamp", "stamp-unknown"})


def print_verdict(verdict: Verdict, *, stderr: bool = False) -> None:
    """Print a verdict for a person."""
    for style, line in verdict_lines(verdict):
        console(stderr=stderr).print(line, style=style, markup=False)


def verdict_lines(verdict: Verdict) -> Iterator[Line]:
    """Yield a verdict line by line, the time first."""
    yield _time(verdict)
    if verdict.reasons:
        yield "bold red", "✗ " + _("It does not verify: {reason}", reason=verdict.reasons[0].sentence)
        if more := len(verdict.reasons) - 1:
            yield "red", "  " + _("Reasons besides: {count}. --json lists them all.", count=more)
        return
    yield "bold green", "✓ " + _("Intact: nothing in it has changed since it was sealed.")
    yield from _signer(verdict)
    if verdict.copy_of is not None:
        yield (
            "bold yellow",
            "! " + _("COPY: made from the bundle named below, without names and addresses."),
        )
    for nature in _nature(verdict):
        yield "bold yellow", "! " + nature
    if verdict.waits_for_person:
        yield "bold yellow", "! " + _("INCOMPLETE: the run waits for a person; this was done until then.")
    elif not verdict.complete:
        yield "bold yellow", "! " + _("INCOMPLETE: the run broke off, and this is what there was until then.")
    yield "", "  " + _("Bundle: {name}", name=verdict.bundle_id)
    if verdict.copy_of is not None:
        yield "", "  " + _("Its seal's sha256: {digest}", digest=verdict.copy_of.attestation)


def _time(verdict: Verdict) -> Line:
    time = verdict.time
    if time is None:
        return "bold yellow", _("NO TRUSTED TIME: {why}", why=_no_time(verdict))
    sealed = _here(time.sealed_by)
    if time.began_after is None:
        return "bold green", _("Sealed before {time}, says {who}.", time=sealed, who=time.authority)
    began = _here(time.began_after)
    return "bold green", _(
        "Begun about {began}, sealed before {time}, says {who}.", began=began, time=sealed, who=time.authority
    )


def _no_time(verdict: Verdict) -> str:
    if not verdict.intact:
        return _("what does not verify proves none.")
    why = next(reason.sentence for reason in (*verdict.reasons, *verdict.notes) if reason.code in _ABOUT_TIME)
    if verdict.ended is None:
        return why
    return together(why, _("By the signer's own clock it ended at {time}.", time=_here(verdict.ended)))


def _here(moment: datetime) -> str:
    return readable(moment.astimezone(), seconds=True)


def _signer(verdict: Verdict) -> Iterator[Line]:
    if verdict.signer == "pinned":
        yield "bold green", "✓ " + _("Signed by a key that you trust.")
    else:
        yield "bold yellow", "! " + _("Signed by a key that is not pinned here.")
        yield "yellow", "  " + _("Compare this fingerprint with the one that the signer tells you:")
    yield "", f"  {verdict.fingerprint}"


def _nature(verdict: Verdict) -> Iterator[str]:
    if verdict.added_by_hand:
        yield _("ADDED BY HAND: pictures that a person put in; Handrail opened no page and checked nothing.")
    if verdict.kind == "mock":
        yield _("DRY RUN: played on the mock marketplace; it proves nothing about a real one.")
    if verdict.kind == "test":
        yield _("TEST: done on a site on the signer's own machine.")
    if verdict.nature == "rehearsal":
        yield _("REHEARSAL: nothing that has an effect was sent.")
