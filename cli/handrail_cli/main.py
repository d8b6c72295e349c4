"""The handrail command: all verbs, and the one place that turns errors into exit codes."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from handrail.core.errors import HandrailError
from handrail.core.i18n import choose, language
from handrail.core.i18n import gettext as _

if TYPE_CHECKING:
    import typer

_RUNS = {"run", "dry-run"}


class Interrupted(HandrailError):
    """The person pressed Ctrl-C, or the machine is being shut down."""

    exit_code = 4


def run() -> None:
    """Run the console script; SIGTERM counts as Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    _write_any_letter()
    sys.exit(main(sys.argv[1:]))


def _write_any_letter() -> None:
    """Write UTF-8 to files and pipes, so that no character raises an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            plain = not stream.isatty() and "PYTHONIOENCODING" not in os.environ
            stream.reconfigure(encoding="utf-8" if plain else None, errors="backslashreplace")


def main(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code; no user error ends in a traceback."""
    try:
        choose(_given_language(arguments))
        code = _invoke(build_app(), arguments)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        from handrail_cli import output

        output.discard_output()
        return 0
    except HandrailError as error:
        return _report(error, arguments)
    except KeyboardInterrupt:
        return _report(Interrupted(_("Stopped by the person."), hint=_("Nothing had begun.")), arguments)
    except Exception as mistake:  # the last place that can report it as a sentence
        from handrail.engine.internal_error import InternalError

        return _report(InternalError.of(mistake), arguments)


def build_app() -> typer.Typer:
    """Return the whole application, in the language chosen before."""
    import typer

    from handrail_cli import (
        doctor,
        dry_run,
        evidence,
        guide,
        mock,
        profile,
        run,
        scenarios,
        site,
        stop,
        version,
    )

    app = typer.Typer(
        name="handrail",
        help=_("Guide a marketplace seller through a verification, and keep the evidence."),
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(version.root)
    app.command("dry-run", help=_("Rehearse a verification on the mock marketplace."))(dry_run.dry_run)
    app.command("run", help=_("Walk a verification on a site, with you at its side."))(run.run)
    app.command("stop", help=_("Stop all your runs on this machine at once, each with its evidence."))(
        stop.stop
    )
    app.command("guide", help=_("Make a checklist for your own browser; nothing is opened."))(guide.guide)
    app.add_typer(profile.app, name="profile", help=_("Show an example profile, or check yours."))
    app.command("scenarios", help=_("List what can be rehearsed."))(scenarios.scenarios)
    app.command("mock", help=_("Open the mock marketplace for use by hand."))(mock.mock)
    app.add_typer(
        site.app, name="site", help=_("List, show, check and unlock sites, and see what was learned of them.")
    )
    app.add_typer(evidence.app, name="evidence", help=_("Check, show and hand out what a run has left."))
    app.command("doctor", help=_("Check that this machine has what a run needs."))(doctor.doctor)
    return app


def _report(error: HandrailError, arguments: Sequence[str]) -> int:
    from handrail_cli import output

    try:
        output.print_error(error, of_run=not _RUNS.isdisjoint(arguments), json="--json" in arguments)
    except OSError:
        # The terminal is gone; the exit code still counts.
        output.discard_output()
    return error.exit_code


def _invoke(app: typer.Typer, arguments: Sequence[str]) -> int:
    import typer
    import typer.main

    # Not command.main(): that gives Ctrl-C and a closed pipe exit codes that mean other things here.
    command = typer.main.get_command(app)
    if language() != "en":
        from handrail_cli.help_i18n import translate

        translate(command)
    try:
        with command.make_context("handrail", list(arguments)) as context:
            command.invoke(context)
    except typer.Exit as ended:
        return ended.exit_code
    except typer.TyperException as error:
        from handrail_cli.usage_errors import bad_usage

        raise bad_usage(error) from None
    return 0


def _given_language(arguments: Sequence[str]) -> str | None:
    for index, argument in enumerate(arguments):
        if argument == "--lang":
            return arguments[index + 1] if index + 1 < len(arguments) else None
        if argument.startswith("--lang="):
            return argument.partition("=")[2]
    return None


if __name__ == "__main__":
    run()
