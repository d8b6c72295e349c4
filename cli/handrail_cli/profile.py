"""The verb `profile`: an example to start from, and a check before any browser opens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from handrail.i18n import gettext as _
from handrail.i18n import lazy
from handrail.outcome import Outcome

if TYPE_CHECKING:
    from handrail.profile.channel import Channel
    from handrail.profile.model import Profile

app = typer.Typer(
    help=lazy("Start a seller's profile from an example, or check one."), no_args_is_help=True
)


@app.command(help=lazy("Print an example profile with comments, to be saved and filled in."))
def example() -> None:
    typer.echo(_example_text(), nl=False)


@app.command(help=lazy("Check that a profile can be used, and which contacts can take a text."))
def check(
    file: Annotated[Path, typer.Argument(help=lazy("profile to check"))],
    as_json: Annotated[bool, typer.Option("--json", help=lazy("print one JSON object"))] = False,
) -> None:
    from handrail.profile.model import load_profile

    facts = _facts(file, load_profile(file))
    typer.echo(json.dumps(facts, ensure_ascii=False) if as_json else _readable(facts))
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
            lines.append(
                "    " + _("A run will ask whether this phone is at hand and takes texts.")
            )
    return "\n".join([*lines, facts["advice"] or _("This profile can be used.")])


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
