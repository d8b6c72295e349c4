"""Options that several verbs share, each written once."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from handrail.core.i18n import gettext as _

RUNNING = _("Where things are")

Browser = Annotated[
    Path | None, typer.Option(help=_("browser to use, by its executable"), rich_help_panel=RUNNING)
]
Lang = Annotated[
    Literal["en", "zh"] | None,
    typer.Option(help=_("language of every sentence; else the locale's")),
]
Out = Annotated[Path, typer.Option(help=_("folder the evidence is put in"), rich_help_panel=RUNNING)]
State = Annotated[
    Path | None,
    typer.Option(
        help=_("folder of the ledger and of kept sessions; else HANDRAIL_STATE"),
        rich_help_panel=RUNNING,
    ),
]
Json = Annotated[bool, typer.Option("--json", help=_("print one JSON object and nothing else"))]
Verbose = Annotated[bool, typer.Option("--verbose", help=_("show every step, and the policies at work"))]
Assist = Annotated[
    Literal["guide", "fill", "press"] | None,
    typer.Option(help=_("how much Handrail does: point, type, or also press; else what the site file says")),
]
Flow = Annotated[
    str, typer.Argument(help=_("verification to walk: contact, address or certify"), metavar="FLOW")
]
NoticeDate = Annotated[
    datetime | None,
    typer.Option(
        "--notice-date",
        help=_("day of the notice that demands it"),
        formats=["%Y-%m-%d"],
        metavar="YYYY-MM-DD",
    ),
]
Bundle = Annotated[
    Path,
    typer.Argument(
        help=_("bundle: its folder, its zip file, or its id or the end of it"),
        metavar="PATH|ID",
        show_default=False,
    ),
]
EvidenceFolder = Annotated[
    Path, typer.Option("--in", help=_("folder that an id is looked for in"), metavar="DIR")
]
TrustedKey = Annotated[
    str | None,
    typer.Option(help=_("the one key to trust, not those pinned here"), metavar="FINGERPRINT|FILE"),
]
SiteName = Annotated[str, typer.Argument(help=_("site, by name or site file"), metavar="NAME|FILE")]
TsaRoot = Annotated[
    Path | None,
    typer.Option(help=_("root certificates (PEM) its timestamps must lead to"), metavar="FILE"),
]
Profile = Annotated[Path, typer.Option(help=_("the seller's profile"))]

DEFAULT_OUT = Path("handrail-evidence")


def state_folder(given: Path | None) -> Path:
    """Return the state folder: the option, else HANDRAIL_STATE, else the platform's own place."""
    import os

    if given is not None:
        return given
    if named := os.environ.get("HANDRAIL_STATE"):
        return Path(named)
    import platformdirs

    return platformdirs.user_state_path("handrail", appauthor=False)
