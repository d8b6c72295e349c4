"""handrail mock: the mock marketplace, for use by hand."""

from __future__ import annotations

from typing import Annotated

import typer

from handrail.core.i18n import gettext as _
from handrail_cli import options


def mock(
    scenario: Annotated[
        str, typer.Option(help=_("scenario to play, by name or file"), metavar="NAME|FILE")
    ] = "ok",
    port: Annotated[int, typer.Option(help=_("port on 127.0.0.1; 0 takes a free one"), min=0, max=65535)] = 0,
    lang: options.Lang = None,
) -> None:
    """Serve the mock marketplace until Ctrl-C."""
    from handrail.core.signals import until_interrupted
    from handrail_cli.output import console
    from handrail_fixtures.scenario import load
    from handrail_fixtures.serve import MockSite

    with MockSite(load(scenario), port) as site:
        # One plain line that a script can wait for and read.
        typer.echo(site.url)
        talk = console(stderr=True)
        talk.print(
            _(
                "The mock marketplace is open. Codes arrive at {url}/_mock/outbox; Ctrl-C closes it.",
                url=site.url,
            )
        )
        until_interrupted()
