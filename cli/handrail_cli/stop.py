"""handrail stop: every run of this user on this machine ends at once, with its evidence."""

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
    """Stop every run, and say what each left; 3 where one does not end."""
    from handrail.active_runs import stop_all
    from handrail.core.outcome import Outcome
    from handrail_cli import output

    stopped = stop_all(options.state_folder(state), only=state is not None)
    stuck = any(one.still_running for one in stopped)
    code = Outcome.UNFINISHED.exit_code if stuck else 0
    if json:
        output.print_json({"exit_code": code, "runs": [one.as_json() for one in stopped]})
        raise typer.Exit(code)
    if not stopped:
        output.console().print(_("No run is under way."))
    output.stopped(stopped)
    raise typer.Exit(code)
