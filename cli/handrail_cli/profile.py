"""The verb `profile`: an example to start from, and a check before any browser opens."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from handrail.i18n import gettext as _
from handrail.outcome import Outcome
from handrail_cli import options

if TYPE_CHECKING:
    from handrail.profile.channel import Channel
    from handrail.profile.model import Profile

app = typer.Typer(no_args_is_help=True)

File = Annotated[Path, typer.Argument(help=_("profile to check"), metavar="FILE")]


@app.command(help=_("Print an example profile with comments, to be saved and filled in."))
def example(lang: options.Lang = None) -> None:
    """Print an example profile."""
    sys.stdout.write(_example_text())


@app.command(help=_("Check that a profile can be used, and which contacts can take a text."))
def check(file: File, json: options.Json = False, lang: options.Lang = None) -> None:
    """Check a profile; 4 where a person must give another number."""
    from handrail.profile.model import load_profile
    from handrail_cli.output import print_json

    facts = _facts(file, load_profile(file))
    if json:
        print_json(facts)
    else:
        sys.stdout.write(_readable(facts))
    if facts["exit_code"]:
        raise typer.Exit(facts["exit_code"])


def _facts(file: Path, profile: Profile) -> dict[str, Any]:
    channels = [_channel_facts(channel) for channel in profile.contact]
    silent = [each for each in channels if each["can_text"] == "no"]
    return {
        "file": str(file),
        "account": profile.account.name,
        "channels": channels,
        "exit_code": (Outcome.NEEDS_PERSON if silent else Outcome.DONE).exit_code,
        "advice": _("Put a number that takes texts into contact.phone.") if silent else None,
    }


def _channel_facts(channel: Channel) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "channel": channel.kind,
        "shown": channel.display,
        "name": str(channel),
    }
    if channel.kind == "email":
        return facts | {"can_text": None, "line_type": None, "reason": _("Codes come by e-mail.")}
    from handrail.profile.phones import capability

    able = capability(channel.value)
    return facts | {"can_text": able.can_text, "line_type": able.line_type, "reason": able.reason}


def _readable(facts: dict[str, Any]) -> str:
    lines = [facts["account"]]
    for each in facts["channels"]:
        lines.append(f"  {each['name']}: {each['reason']}")
        if each["can_text"] == "unknown":
            lines.append("    " + _("A run will ask whether this phone is at hand and takes texts."))
    last = facts["advice"] or _("This profile can be used.")
    return "".join(f"{line}\n" for line in (*lines, last))


def _example_text() -> str:
    return f"""\
# {_("The seller's own truth. Handrail compares every page with it, and fills nothing else.")}
# {_("Keep this file private: it holds a phone number and an e-mail address.")}

# {_("The name on the business licence, and the country it is registered in (two letters).")}
legal_name = "Shenzhen Harbor Lane Trading Co., Ltd."
country = "CN"

[account]
# {_("The name the marketplace shows at the top of the page when this account is signed in.")}
name = "Harbor Lane Trading"

[contact]
# {_("Where the marketplace sends its codes. The number carries its country code.")}
email = "ops@harborlane.example"
phone = "+86 138 0013 8000"

# {_("Optional, as on the documents; registered_address has the same keys.")}
# [business_address]
# lines = ["1209 Harbor Building", "8 Qianhai Road"]
# district = "Nanshan"
# city = "Shenzhen"
# state = "Guangdong"
# postal_code = "518000"
# country = "CN"
"""
