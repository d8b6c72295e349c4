"""Output: results on stdout, messages on stderr."""

from __future__ import annotations

import json as jsonlib
import os
import sys
from typing import TYPE_CHECKING, Any

from handrail.core.errors import HandrailError
from handrail.core.i18n import gettext as _

if TYPE_CHECKING:
    from rich.console import Console

    from handrail.active_runs import Run, Stopped


def console(*, stderr: bool = False) -> Console:
    """Return a console for one of the two streams."""
    from rich.console import Console

    class Plain(Console):
        def on_broken_pipe(self) -> None:
            # Rich would leave with exit code 1, which means something else here.
            raise BrokenPipeError

    return Plain(stderr=stderr, highlight=False, soft_wrap=True)


def say(
    out: Console,
    text: str,
    *,
    first: str = "",
    hanging: int | None = None,
    style: str = "",
    first_style: str = "",
) -> None:
    """Print a sentence, wrapped at words where somebody reads it in a terminal, and in one line elsewhere.

    `first` stands before it and later lines are indented under it, or by `hanging` columns.
    """
    from rich.text import Text

    from handrail_cli.wrapping import wrapped

    width = out.width if out.is_terminal else 0
    lines = Text(wrapped(text, width, first, hanging), style=style)
    lines.stylize(first_style, 0, len(first))
    out.print(lines)


def discard_output() -> None:
    """Discard further output to stdout, after its reader closed it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def print_json(record: dict[str, Any] | list[Any]) -> None:
    """Print one JSON value on stdout and nothing else."""
    sys.stdout.write(jsonlib.dumps(record, ensure_ascii=False, indent=2) + "\n")


def print_error(error: HandrailError, *, of_run: bool, json: bool) -> None:
    """Print an error as a sentence and a hint; with --json also as one object.

    `of_run`: the object has all keys of a run's result.
    """
    talk = console(stderr=True)
    say(talk, error.message, first="✗ ", first_style="bold red")
    say(talk, error.hint, first="  ", style="dim")
    if json:
        code = error.exit_code
        record: dict[str, Any] = {"exit_code": code}
        if of_run:
            record = {**_NO_RESULT, "outcome": _OUTCOMES.get(code), **record}
        print_json({**record, "error": error_record(error)})


def error_record(error: HandrailError) -> dict[str, Any]:
    """Return an error as plain values; of a file, every wrong key of it."""
    record: dict[str, Any] = {"message": error.message, "hint": error.hint, "where": error.where}
    mistakes = getattr(error, "mistakes", ())
    return record | ({"mistakes": [mistake.as_json() for mistake in mistakes]} if mistakes else {})


def print_how_to_stop(*, asked_here: bool, window: bool) -> None:
    """Print how to stop this run, and all runs.

    `asked_here`: the prompts come in this terminal; `window`: the browser shows one.
    """
    from handrail.browser.stop_key import KEY

    ways = [_("type `stop all` at any question here")] if asked_here else []
    ways += [_("press {key} in the browser window", key=KEY)] if window else []
    ways.append(_("run `handrail stop` in another terminal"))
    talk = console(stderr=True)
    say(talk, _("Ctrl-C here ends this run at once, with its evidence."), style="dim")
    say(talk, _("To end every run at once: {ways}.", ways=_(", or ").join(ways)), style="dim")


def print_runs_of_other_accounts(runs: list[Run]) -> None:
    """Name the runs that stopping every run would stop too."""
    if runs:
        talk = console(stderr=True)
        talk.print(_("Stopping every run also stops these, of other accounts:"), style="bold yellow")
        for run in runs:
            talk.print(plain(f"    {_run_name(run)}"))


def _run_name(run: Run) -> str:
    from handrail.core.labels import label

    return _(
        "{flow} on {site} for {account}", flow=label("flow", run.flow), site=run.site, account=run.account
    )


def print_stopped(runs: list[Stopped], *, stderr: bool = False) -> None:
    """Print each stopped run, and where its evidence is."""
    from handrail.core.labels import label

    out = console(stderr=stderr)
    for stopped in runs:
        run = stopped.run
        name = _run_name(run)
        if stopped.still_running:
            ending = _("still running (process {pid}); end it in its own window.", pid=run.pid)
        else:
            ending = label("outcome", stopped.outcome) if stopped.outcome else _("had ended already")
        out.print(plain(f"{name}: {ending}"))
        if stopped.bundle is not None:
            out.print(plain(_("Evidence: {path}", path=stopped.bundle)), style="bold")


_NO_RESULT: dict[str, Any] = {
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


def plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)
