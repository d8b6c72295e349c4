"""handrail site: the sites there are, what their files say, what was learned of them, and lifting a lock."""

from __future__ import annotations

import typer

from handrail.core.i18n import gettext as _
from handrail_cli.site import check, diff, export, list, record, schema, show, unlock

app = typer.Typer(no_args_is_help=True)

app.command("list", help=_("List the sites Handrail knows, and how sure it is of their labels."))(
    list.list_sites
)
app.command("show", help=_("Show what a site file says, with what was learned on this machine."))(show.show)
app.command("check", help=_("Look which places of a site file still resolve; nothing is pressed or sent."))(
    check.check
)
app.command("diff", help=_("Show what was learned on this machine, as changes to the site file."))(diff.diff)
app.command("export", help=_("Print what was learned, with nothing of yours in it, to be sent back."))(
    export.export
)
app.command("record", help=_("Keep a page's roles, names and levels on this machine, without any value."))(
    record.record
)
app.command("schema", help=_("Print the JSON schema of a site file."))(schema.schema)
app.command("unlock", help=_("Let Handrail back on a site that had refused automated access."))(unlock.unlock)
