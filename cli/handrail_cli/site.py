"""handrail site: the sites there are, what their files say, and lifting a lock."""

from __future__ import annotations

from typing import Annotated

import typer

from handrail.i18n import gettext as _
from handrail_cli import options

app = typer.Typer(no_args_is_help=True)

Name = Annotated[str, typer.Argument(help=_("site, by name or site file"), metavar="NAME|FILE")]


@app.command("list", help=_("List the sites Handrail knows, and how sure it is of their labels."))
def list_sites(json: options.Json = False, lang: options.Lang = None) -> None:
    """List the sites in the package."""
    from rich.table import Table

    from handrail.sites import load_site, site_names
    from handrail.sites.words import SURE
    from handrail_cli.output import console, print_json

    sites = [load_site(name) for name in site_names()]
    if json:
        print_json(
            [
                {
                    "id": one.id,
                    "name": one.name,
                    "marketplace": one.marketplace,
                    "kind": one.kind,
                    "ceiling": one.terms.ceiling,
                    "labels": one.sureness(),
                }
                for one in sites
            ]
        )
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in (_("site"), _("name"), _("at most"), _("labels")):
        table.add_column(heading, header_style="bold")
    for one in sites:
        labels = " · ".join(f"{count} {SURE[how]}" for how, count in one.sureness().items())
        table.add_row(one.id, one.name, one.terms.ceiling, labels)
    console().print(table)


@app.command(help=_("Show what a site file says."))
def show(name: Name, json: options.Json = False, lang: options.Lang = None) -> None:
    """Show one site."""
    from handrail.sites import load_site
    from handrail_cli.output import print_json

    print_json(
        load_site(name).model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)
    )


@app.command(help=_("Print the JSON schema of a site file."))
def schema(lang: options.Lang = None) -> None:
    """Print the schema."""
    from handrail.sites import Site
    from handrail_cli.output import print_json

    print_json(Site.model_json_schema())


@app.command(help=_("Let Handrail back on a site that had refused automated access."))
def unlock(name: Name, state: options.State = None, lang: options.Lang = None) -> None:
    """Lift a site's lock."""
    from handrail.sites import load_site
    from handrail.walk.ledger import Ledger
    from handrail_cli.output import console

    site = load_site(name)
    ledger = Ledger(options.state_folder(state))
    try:
        lifted = ledger.unlock_site(site.id)
    finally:
        ledger.close()
    console().print(
        _("{site} is unlocked.", site=site.name) if lifted else _("{site} was not locked.", site=site.name)
    )
