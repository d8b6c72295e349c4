"""handrail evidence: everything that is done with a bundle once it is there."""

from __future__ import annotations

import typer

from handrail.core.i18n import gettext as _
from handrail_cli.evidence import export, key, list, open, show, verify

app = typer.Typer(no_args_is_help=True)

app.command(
    "verify",
    help=_("Check a bundle: 0 intact and by a trusted key, 1 does not verify, 4 intact and by a stranger's."),
)(verify.verify)
app.command("list", help=_("List the bundles there are; nothing is checked."))(list.list_bundles)
app.command("show", help=_("Check a bundle, and tell what happened in the run."))(show.show)
app.command("open", help=_("Check a bundle, and open its report in your browser."))(open.open_report)
app.command("export", help=_("Check a bundle, and write it as one zip file, a PDF or pictures."))(
    export.export
)
app.add_typer(key.app, name="key", help=_("Show, replace, hand out and pin signing keys."))
