"""The handrail command: verbs put together, and the one place where an error becomes an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from handrail.errors import BadInput, HandrailError
from handrail.i18n import choose
from handrail.i18n import gettext as _

if TYPE_CHECKING:
    import typer

INTERRUPTED = 4


def run() -> None:
    """Be the console script."""
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code; nothing a user can cause ends in a traceback."""
    choose(_given_language(arguments))
    from handrail_cli import output

    wants_json = "--json" in arguments
    try:
        return _invoke(build_app(), arguments)
    except HandrailError as error:
        output.refusal(error, verb=next(iter(arguments), ""), json=wants_json)
        return error.exit_code
    except KeyboardInterrupt:
        stopped = HandrailError(_("Stopped by the person."), hint=_("Nothing had begun."))
        output.refusal(stopped, verb=next(iter(arguments), ""), json=wants_json)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; there is nobody left to tell.
        sys.stderr.close()
        return 0


def build_app() -> typer.Typer:
    """Return the whole application, in the language chosen before."""
    import typer

    from handrail_cli import doctor, dry_run, mock, profile, run_on_site, scenarios, site

    app = typer.Typer(
        name="handrail",
        help=_("Guide a marketplace seller through a verification, and keep the evidence."),
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    app.command("dry-run", help=_("Rehearse a verification on the mock marketplace."))(dry_run.dry_run)
    app.command("run", help=_("Walk a verification on a site, with you at its side."))(run_on_site.run)
    app.add_typer(profile.app, name="profile", help=_("Show an example profile, or check yours."))
    app.command("scenarios", help=_("List what can be rehearsed."))(scenarios.scenarios)
    app.command("mock", help=_("Open the mock marketplace for use by hand."))(mock.mock)
    app.add_typer(site.app, name="site", help=_("List, show and unlock sites."))
    app.command("doctor", help=_("Check that this machine has what a run needs."))(doctor.doctor)
    return app


def _root(
    version: bool = False,
) -> None:
    """Take what stands before the verb."""


def _invoke(app: typer.Typer, arguments: Sequence[str]) -> int:
    import click
    import typer.main

    command = typer.main.get_command(app)
    try:
        code = command.main(args=list(arguments), prog_name="handrail", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return BadInput.exit_code
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else "handrail"
        raise BadInput(
            _usage_sentence(error),
            hint=_("`{command} --help` shows what it takes.", command=path),
            where=path,
        ) from None
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
    return code if isinstance(code, int) else 0


def _usage_sentence(error: Exception) -> str:
    message = error.format_message() if hasattr(error, "format_message") else str(error)
    return message if message.endswith((".", "!", "?", "。")) else message + "."


def _given_language(arguments: Sequence[str]) -> str | None:
    for index, argument in enumerate(arguments):
        if argument == "--lang":
            return arguments[index + 1] if index + 1 < len(arguments) else None
        if argument.startswith("--lang="):
            return argument.partition("=")[2]
    return None


if __name__ == "__main__":
    run()
