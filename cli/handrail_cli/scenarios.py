"""handrail scenarios: list the scenarios, or print their schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from handrail.core.i18n import gettext as _
from handrail_cli import options

if TYPE_CHECKING:
    from handrail_fixtures.knobs import Words


def scenarios(
    json: options.Json = False,
    schema: Annotated[
        bool, typer.Option("--schema", help=_("print the JSON schema of a scenario file"))
    ] = False,
    lang: options.Lang = None,
) -> None:
    """List the scenarios."""
    from handrail_cli.output import console, print_json
    from handrail_cli.tables import Column, show_table
    from handrail_fixtures import scenario

    if schema:
        print_json(scenario.schema())
        return
    played = {name: scenario.load(name) for name in scenario.names()}
    if json:
        print_json(
            [
                {
                    "name": name,
                    "flow": entry.flow,
                    "exit_code": entry.expect.exit,
                    "title": _in_use(entry.title),
                }
                for name, entry in played.items()
            ]
        )
        return
    show_table(
        console(),
        [Column(_("scenario"), copied=True), Column(_("flow")), Column(_("exit")), Column(_("what happens"))],
        [(name, entry.flow, str(entry.expect.exit), _in_use(entry.title)) for name, entry in played.items()],
    )


def _in_use(title: Words) -> str:
    from handrail.core.i18n import language

    return (title.zh if language() == "zh" else title.en) or title.en or title.zh or ""
