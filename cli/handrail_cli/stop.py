"""handrail stop: every run on this machine ends at once, with its evidence."""

from __future__ import annotations

import typer

from handrail.i18n import gettext as _
from handrail_cli import options


def stop(json: options.Json = False, state: options.State = None, lang: options.Lang = None) -> None:
    """Stop every run of the state folder, and say what each left; 3 where one does not end."""
    from rich.markup import escape

    from handrail.evidence.words import word
    from handrail.outcome import Outcome
    from handrail.stopping import stop_all
    from handrail_cli.output import console, print_json

    stopped = stop_all(options.state_folder(state))
    stuck = [one for one in stopped if one.still_running]
    code = Outcome.UNFINISHED.exit_code if stuck else 0
    if json:
        print_json({"exit_code": code, "runs": [one.as_json() for one in stopped]})
        raise typer.Exit(code)
    out = console()
    if not stopped:
        out.print(_("No run is under way."))
    for one in stopped:
        run = _("{flow} on {site}", flow=word("flow", one.run.flow), site=one.run.site)
        if one.still_running:
            told = _("still running (process {pid}); end it in its own window.", pid=one.run.pid)
        else:
            told = word("outcome", one.outcome) if one.outcome else _("had ended already")
        out.print(f"{escape(run)}: {escape(told)}")
        if one.bundle is not None:
            out.print(escape(_("Evidence: {path}", path=one.bundle)), style="bold")
    raise typer.Exit(code)
