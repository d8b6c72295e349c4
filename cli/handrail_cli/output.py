"""What a person or a script reads: results on stdout, talk on stderr."""

from __future__ import annotations

import json as jsonlib
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from handrail.errors import HandrailError
from handrail.i18n import gettext as _

if TYPE_CHECKING:
    from rich.console import Console

    from handrail.stopping import Stopped
    from handrail.walk.places.place import Report
    from handrail.walk.result import RunResult


def console(*, stderr: bool = False) -> Console:
    """Return a console for one of the two streams."""
    from rich.console import Console

    class Plain(Console):
        def on_broken_pipe(self) -> None:
            # Rich would leave with exit code 1, which means something else here.
            raise BrokenPipeError

    return Plain(stderr=stderr, highlight=False, soft_wrap=True)


def nobody_reads() -> None:
    """Let what is still to be written to stdout go nowhere, now that its reader has gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def print_json(record: dict[str, Any] | list[Any]) -> None:
    """Print one JSON value on stdout and nothing else."""
    sys.stdout.write(jsonlib.dumps(record, ensure_ascii=False, indent=2) + "\n")


def refusal(error: HandrailError, *, of_run: bool, json: bool) -> None:
    """Say an error as a sentence and a hint; with --json also as the one object a script reads.

    `of_run`: the object has all that a run's has.
    """
    talk = console(stderr=True)
    talk.print(f"[bold red]✗[/] {_plain(error.message)}")
    talk.print(f"  {_plain(error.hint)}", style="dim")
    if json:
        code = error.exit_code
        record: dict[str, Any] = {"exit_code": code}
        if of_run:
            record = {**_NOTHING_DONE, "outcome": _OUTCOMES.get(code), **record}
        print_json(
            {
                **record,
                "error": {"message": error.message, "hint": error.hint, "where": error.where},
            }
        )


def how_to_stop(*, asked_here: bool, window: bool) -> None:
    """Say, as a run begins, how the person ends it, and how every run at once.

    `asked_here`: the prompts come in this terminal; `window`: the browser shows one.
    """
    from handrail.browser.stop_key import KEY

    ways = [_("type `stop all` at any question here")] if asked_here else []
    ways += [_("press {key} in the browser window", key=KEY)] if window else []
    ways.append(_("run `handrail stop` in another terminal"))
    talk = console(stderr=True)
    talk.print(_("Ctrl-C here ends this run at once, with its evidence."), style="dim")
    talk.print(_plain(_("To end every run at once: {ways}.", ways=_(", or ").join(ways))), style="dim")


def stopped(runs: list[Stopped], *, stderr: bool = False) -> None:
    """Name each run that was told to stop, and where its evidence is."""
    from handrail.evidence.words import word

    out = console(stderr=stderr)
    for one in runs:
        flow = word("flow", one.run.flow)
        run = _("{flow} on {site} for {account}", flow=flow, site=one.run.site, account=one.run.account)
        if one.still_running:
            told = _("still running (process {pid}); end it in its own window.", pid=one.run.pid)
        else:
            told = word("outcome", one.outcome) if one.outcome else _("had ended already")
        out.print(_plain(f"{run}: {told}"))
        if one.bundle is not None:
            out.print(_plain(_("Evidence: {path}", path=one.bundle)), style="bold")


def result(ended: RunResult, *, json: bool) -> None:
    """Print how a run ended; the last line for a person is where the evidence is."""
    if json:
        print_json(ended.as_json())
        return
    from handrail.moments import readable_text

    out = console()
    mark, style = _MARKS[ended.outcome.value]
    dry = " [black on yellow] " + _("DRY RUN") + " [/]" if ended.dry_run else ""
    rehearsal = " [black on cyan] " + _("REHEARSAL") + " [/]" if ended.rehearsal else ""
    out.print(f"[{style}]{mark} {_headline(ended)}[/]{dry}{rehearsal}")
    out.print(_channel_table(ended))
    for sentence in _certified(ended):
        out.print(f"  {_plain(sentence)}")
    for sentence in ended.advice:
        out.print(f"  • {_plain(sentence)}")
    # What is done has no deadline left; a rehearsal has done nothing.
    if ended.deadline and (ended.outcome.value != "done" or ended.would_send):
        out.print(f"  [bold]{_plain(_('Deadline: {deadline}', deadline=ended.deadline))}[/]")
    if ended.until:
        who = _("the site says so") if ended.until_from == "site" else _("Handrail suggests it")
        out.print("  " + _("Come back at {time} ({who}).", time=readable_text(ended.until), who=who))
    if ended.bundle:
        out.print(_plain(_("Report:   {path}", path=ended.bundle / "report.html")), style="dim")
        out.print(_plain(_("Evidence: {path}", path=ended.bundle)), style="bold")


_NOTHING_DONE: dict[str, Any] = {
    "flow": None,
    "site": None,
    "dry_run": None,
    "rehearsal": None,
    "outcome": None,
    "exit_code": 2,
    "advice": [],
    "until": None,
    "until_from": None,
    "deadline": None,
    "channels": [],
    "effects": [],
    "would_send": [],
    "held_back": [],
    "site_saw": [],
    "steps": [],
    "bundle": None,
}

_OUTCOMES = {3: "unfinished", 4: "needs-person"}
"""What an error before or after a run means; a usage error has no outcome."""

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
    from handrail.evidence.words import store

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

    from handrail.evidence.words import store

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
    from handrail.evidence import summary
    from handrail.evidence.events import read_events
    from handrail.evidence.statement import LOG
    from handrail.moments import readable

    events = read_events(ended.bundle / LOG)
    certified, due = summary.certified(events), summary.deadline(events)
    if certified is not None:
        yield summary.certified_sentence(certified.by, readable(certified.at.astimezone()))
    if due is not None and due.met:
        yield _("Deadline met: {deadline}", deadline=_("; ").join(due.readings))


def _state(one: Report, ended: RunResult) -> str:
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


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)
