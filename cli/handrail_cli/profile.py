"""The verb `profile`: an example to start from, and a check before any browser opens."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from handrail.core.i18n import gettext as _
from handrail.core.outcome import Outcome
from handrail_cli import options

if TYPE_CHECKING:
    from handrail.profile.channel import Channel

app = typer.Typer(no_args_is_help=True)

File = Annotated[Path, typer.Argument(help=_("profile to check"), metavar="FILE")]
Against = Annotated[
    list[Path] | None,
    typer.Option(help=_("file that states what other documents say; may be given again"), metavar="DOCS"),
]
Site = Annotated[
    str | None,
    typer.Option(help=_("marketplace whose rules hold, by name or site file"), metavar="NAME|FILE"),
]
AskDns = Annotated[
    bool,
    typer.Option("--ask-dns", help=_("ask the name servers, too, whether the e-mail's domain takes mail")),
]


@app.command(help=_("Print an example profile with comments, to be saved and filled in."))
def example(lang: options.Lang = None) -> None:
    """Print an example profile."""
    sys.stdout.write(_example_text())


@app.command(help=_("Check a profile, and what the seller's documents say, before anything is verified."))
def check(
    file: File,
    against: Against = None,
    site: Site = None,
    ask_dns: AskDns = False,
    json: options.Json = False,
    lang: options.Lang = None,
) -> None:
    """Check a profile; 4 where a person must mend something first."""
    from handrail_cli.output import print_json

    facts = _facts(file, against or [], site, ask_dns=ask_dns)
    if json:
        print_json(facts)
    else:
        sys.stdout.write(_readable(facts))
    if facts["exit_code"]:
        raise typer.Exit(facts["exit_code"])


def _facts(file: Path, against: list[Path], site: str | None, *, ask_dns: bool) -> dict[str, Any]:
    from datetime import datetime

    from handrail.profile.lint.document_dates import MaxAge, Stated
    from handrail.profile.lint.findings import gravest_first
    from handrail.profile.lint.lint import findings
    from handrail.profile.lint.mail_dns import mail_findings
    from handrail.profile.model import load_documents, load_profile
    from handrail.sites import load_site
    from handrail.sites.profile_requirements import site_findings

    profile = load_profile(file)
    stated = [
        Stated(f"{path}: documents.{number}", document)
        for path in against
        for number, document in enumerate(load_documents(path))
    ]
    where = load_site(site) if site else None
    ages = {kind: MaxAge(rule.days, rule.source) for kind, rule in where.documents.items()} if where else {}
    today = datetime.now().astimezone().date()
    live = where is not None and where.kind == "live"
    found = findings(profile, today, stated, ages, on_live_site=live)
    if where is not None:
        found = gravest_first((*found, *site_findings(profile, where)))
    if ask_dns and not any(one.where == "contact.email" for one in found):
        found = gravest_first((*found, *mail_findings(profile)))
    breaking = [one for one in found if one.severity == "breaks"]
    return {
        "file": str(file),
        "site": site,
        "account": profile.account.name,
        "channels": [_channel_facts(channel) for channel in profile.contact],
        "findings": [one.as_json() for one in found],
        "exit_code": (Outcome.NEEDS_PERSON if breaking else Outcome.DONE).exit_code,
        "advice": breaking[0].mend if breaking else None,
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
    for finding in facts["findings"]:
        lines += _finding_lines(finding)
    broken = sorted(
        {flow for one in facts["findings"] if one["severity"] == "breaks" for flow in one["would_break"]}
    )
    last = _("This profile can be used.")
    if broken:
        last = _("Mend this first; it would break: {flows}.", flows=_(", ").join(broken))
    return "".join(f"{line}\n" for line in (*lines, last))


def _finding_lines(finding: dict[str, Any]) -> list[str]:
    flows = _(", ").join(finding["would_break"])
    if finding["severity"] == "breaks":
        head = _("✗ {where} (would break: {flows})", where=finding["where"], flows=flows)
    else:
        head = _("! {where} (might break: {flows})", where=finding["where"], flows=flows)
    below = [finding["what"], f"→ {finding['mend']}"]
    if finding["source"]:
        below.append(_("Source: {source}", source=finding["source"]))
    return [head, *(f"    {line}" for line in below)]


def _example_text() -> str:
    return f"""\
# {_("The seller's own truth. Handrail compares every page with it, and fills nothing else.")}
# {_("Keep this file private: it holds a phone number and an e-mail address.")}

# {_("The name on the business licence, and the country it is registered in (two letters).")}
legal_name = "Shenzhen Harbor Lane Trading Co., Ltd."
country = "CN"
# {_("Optional: the same name in other scripts, the tax id, and the last four digits of the bank account.")}
# legal_name_also = ["深圳市港湾里贸易有限公司"]
# tax_id = "91440300MA4FHX2K7T"
# bank_ending = "4471"

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

# {_("The same address as the Chinese documents write it.")}
# [[business_address.also]]
# lines = ["前海路8号港湾大厦1209室"]
# district = "南山区"
# city = "深圳市"
# state = "广东省"
# postal_code = "518000"
# country = "CN"

# {_("Optional: what your documents say, to the letter, so that `handrail profile check` can compare them.")}
# {_("Kinds: business-licence, bank-statement, credit-card-statement, utility-bill, tax-document, lease.")}
# [[documents]]
# kind = "business-licence"
# name = "Shenzhen Harbor Lane Trading Co., Ltd."
"""
