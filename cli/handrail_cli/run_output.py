"""Print how a run ended: as text for a person, or as one JSON object."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail_cli.output import console, plain, print_json

if TYPE_CHECKING:
    from handrail.engine.context.results import RunResult, VerificationReport


def result(ended: RunResult, *, json: bool) -> None:
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
    out.print(_channel_table(ended))
    for sentence in _certified(ended):
        out.print(f"  {plain(sentence)}")
    for sentence in ended.advice:
        out.print(f"  • {plain(sentence)}")
    # What is done has no deadline left; a rehearsal has done nothing.
    if ended.deadline and (ended.outcome.value != "done" or ended.would_send):
        out.print(f"  [bold]{plain(_('Deadline: {deadline}', deadline=ended.deadline))}[/]")
    if ended.until:
        who = _("the site says so") if ended.until_from == "site" else _("Handrail suggests it")
        out.print("  " + _("Come back at {time} ({who}).", time=readable_text(ended.until), who=who))
    if ended.bundle:
        out.print(plain(_("Report:   {path}", path=ended.bundle / "report.html")), style="dim")
        out.print(plain(_("Evidence: {path}", path=ended.bundle)), style="bold")


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
    from handrail.evidence.report.labels import store

    others = [one for one in ended.channels if one.outcome is None and one.state == "unverified"]
    asking = [store(one.marketplace) for one in others]
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


def _channel_table(ended: RunResult) -> object:
    from rich.table import Table

    from handrail.evidence.report.labels import store

    table = Table(box=None, padding=(0, 2, 0, 2), show_header=False)
    for one in ended.channels:
        sent = _(", ").join(
            f"{_STEPS()[step]} x{count}"
            for channel, step, _effect, count in ended.effects
            if channel == one.channel and one.outcome is not None
        )
        would = [w.button for w in ended.would_send if w.channel == one.channel and one.outcome is not None]
        sent = sent or _(", ").join(_("would press “{button}”", button=button) for button in would)
        table.add_row(_CHANNELS()[one.channel], store(one.marketplace), _state(one, ended), sent)
    return table


def _gave_certification(ended: RunResult) -> bool:
    return any(step == "certify" for _channel, step, _effect, _count in ended.effects)


def _certified(ended: RunResult) -> Iterator[str]:
    """Say who certified and when, as the evidence has it, and that the deadline is met."""
    if ended.bundle is None or not _gave_certification(ended):
        return
    from handrail.core.time_format import readable
    from handrail.evidence.format.events import read_events
    from handrail.evidence.format.layout import LOG
    from handrail.evidence.report import summary

    events = read_events(ended.bundle / LOG)
    certified, due = summary.certified(events), summary.deadline(events)
    if certified is not None:
        yield summary.certified_sentence(certified.by, readable(certified.at.astimezone()))
    if due is not None and due.met:
        yield _("Deadline met: {deadline}", deadline=_("; ").join(due.readings))


def _state(one: VerificationReport, ended: RunResult) -> str:
    if one.channel == "certification":
        if one.state == "verified" and _gave_certification(ended):
            return _("certified")
        return {"verified": _("nothing asked"), "unverified": _("asked for")}.get(
            one.state, _STATES()[one.state]
        )
    return _STATES()[one.state]


def _CHANNELS() -> dict[str, str]:
    return {
        "email": _("e-mail"),
        "phone": _("phone number"),
        "contact": _("emergency contact"),
        "registered": _("registered address"),
        "business": _("business address"),
        "certification": _("certification"),
    }


def _STATES() -> dict[str, str]:
    return {
        "verified": _("verified"),
        "unverified": _("not verified"),
        "in-progress": _("in progress"),
        "unseen": _("not looked at"),
        "pending": _("waiting for a code"),
    }


def _STEPS() -> dict[str, str]:
    return {
        "save": _("saved"),
        "request": _("code asked for"),
        "enter-code": _("code entered"),
        "order": _("postcard ordered"),
        "order-again": _("another postcard ordered"),
        "documents": _("documents handed in"),
        "open-notice": _("notice opened"),
        "certify": _("certified"),
    }
