"""handrail stop: stop all runs of this user on this machine, each with its evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from handrail.core.i18n import gettext as _
from handrail_cli import options


def stop(
    json: options.Json = False,
    state: Annotated[
        Path | None,
        typer.Option(help=_("only the runs of this state folder"), rich_help_panel=options.RUNNING),
    ] = None,
    lang: options.Lang = None,
) -> None:
    """Stop all runs, and print how each ended; exits with 3 if one does not end."""
    from handrail.active_runs import stop_all
    from handrail.core.outcome import Outcome
    from handrail_cli import output

    stopped = stop_all(options.state_folder(state), only=state is not None)
    stuck = any(run.still_running for run in stopped)
    code = Outcome.UNFINISHED.exit_code if stuck else 0
    if json:
        output.print_json({"exit_code": code, "runs": [run.as_json() for run in stopped]})
        raise typer.Exit(code)
    if not stopped:
        output.console().print(_("No run is under way."))
    output.print_stopped(stopped)
    raise typer.Exit(code)
