"""Print how a run ended: as text for a person, or as one JSON object."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail_cli.output import console, print_json, say

if TYPE_CHECKING:
    from rich.console import Console

    from handrail.engine.context.results import RunResult, VerificationReport


def print_result(ended: RunResult, *, json: bool) -> None:
    """Print how a run ended; the last line for a person is where the evidence is."""
    if json:
        print_json(ended.as_json())
        return
    from handrail.core.time_format import readable_text

    out = console()
    mark, style = _MARKS[ended.outcome.value]
    dry = " [black on yellow] " + _("DRY RUN") + " [/]" if ended.dry_run else ""
    rehearsal = " [black on cyan] " + _("REHEARSAL") + " [/]" if ended.rehearsal else ""
    out.print(f"[{style}]{mark} {_headline(ended)}[/]{dry}{rehearsal}")
    _show_channels(ended, out)
    for sentence in _certified(ended):
        say(out, sentence, first="  ")
    for sentence in ended.advice:
        say(out, sentence, first="  • ")
    # What is done has no deadline left; a rehearsal has done nothing.
    if ended.deadline and (ended.outcome.value != "done" or ended.would_send):
        say(out, _("Deadline: {deadline}", deadline=ended.deadline), first="  ", style="bold")
    if ended.until:
        who = _("the site says so") if ended.until_from == "site" else _("Handrail suggests it")
        say(out, _("Come back at {time} ({who}).", time=readable_text(ended.until), who=who), first="  ")
    if ended.bundle:
        say(out, _("Report:   {path}", path=ended.bundle / "report.html"), style="dim")
        say(out, _("Evidence: {path}", path=ended.bundle), style="bold")


_MARKS = {
    "done": ("✓", "bold green"),
    "waiting": ("◷", "bold yellow"),
    "needs-person": ("☞", "bold yellow"),
    "unfinished": ("…", "bold yellow"),
    "refused": ("✗", "bold red"),
    "unknown": ("?", "bold red"),
}


def _headline(ended: RunResult) -> str:
    if ended.outcome.value == "done" and ended.would_send:
        return _("Rehearsed; nothing was sent.")
    from handrail.core.labels import store_label

    others = [report for report in ended.channels if report.outcome is None and report.state == "unverified"]
    asking = [store_label(report.marketplace) for report in others]
    if ended.outcome.value == "done" and asking:
        return _("Done for this store; still asking: {stores}.", stores=", ".join(asking))
    if ended.outcome.value == "done" and _gave_certification(ended):
        return _("Certified.")
    return {
        "done": _("Done."),
        "waiting": _("Nothing to do until later."),
        "needs-person": _("A person is needed."),
        "unfinished": _("Not finished; nothing is in doubt, so it is safe to run again."),
        "refused": _("The site said no."),
        "unknown": _("Something was sent, and what came of it is not known."),
    }[ended.outcome.value]


def _show_channels(ended: RunResult, out: Console) -> None:
    from handrail.core.labels import label, store_label
    from handrail_cli.tables import Column, show_table

    rows = [
        (
            label("channel", report.channel),
            store_label(report.marketplace),
            _state(report, ended),
            _sent(report, ended),
        )
        for report in ended.channels
    ]
    show_table(out, [Column()] * 4, rows, indent=2)


def _sent(report: VerificationReport, ended: RunResult) -> str:
    """Return what was sent for one channel or, in a rehearsal, what would have been pressed."""
    from handrail.core.labels import label

    if report.outcome is None:
        return ""
    sent = [
        f"{label('sent', step)} x{count}"
        for channel, step, _effect, count in ended.effects
        if channel == report.channel
    ]
    return _(", ").join(
        sent
        or [
            _("would press “{button}”", button=press.button)
            for press in ended.would_send
            if press.channel == report.channel
        ]
    )


def _gave_certification(ended: RunResult) -> bool:
    return any(step == "certify" for _channel, step, _effect, _count in ended.effects)


def _certified(ended: RunResult) -> Iterator[str]:
    """Yield who certified and when, by the evidence, and whether the deadline is met."""
    if ended.bundle is None or not _gave_certification(ended):
        return
    from handrail.core.time_format import readable
    from handrail.evidence.format.events import read_events
    from handrail.evidence.format.layout import LOG
    from handrail.evidence.report import summary

    events = read_events(ended.bundle / LOG)
    certified, due = summary.certified(events), summary.deadline(events)
    if certified is not None:
        yield summary.certified_sentence(
            certified.by,
            readable(certified.at.astimezone()),
            is_persons_word=certified.is_persons_word,
        )
    if due is not None and due.met:
        yield _("Deadline met: {deadline}", deadline=_("; ").join(due.readings))


def _state(report: VerificationReport, ended: RunResult) -> str:
    from handrail.core.labels import label

    if report.channel != "certification" or report.state not in ("verified", "unverified"):
        return label("state", report.state)
    certified = report.state == "verified" and _gave_certification(ended)
    return label("certification", "certified" if certified else report.state)
