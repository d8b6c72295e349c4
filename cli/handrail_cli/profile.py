"""The verb `profile`: an example to start from, and a check before any browser opens."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from handrail.core.i18n import gettext as _
from handrail.core.i18n import in_its_language
from handrail.core.outcome import Outcome
from handrail_cli import options

if TYPE_CHECKING:
    from rich.console import Console

    from handrail.profile.channel import Channel
    from handrail.profile.lint.findings import Finding
    from handrail.profile.model import Profile

app = typer.Typer(no_args_is_help=True)

Files = Annotated[list[Path], typer.Argument(help=_("profile to check; may be several"), metavar="FILE")]
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


@app.command(help=_("Check profiles, and what the seller's documents say, before anything is verified."))
def check(
    files: Files,
    against: Against = None,
    site: Site = None,
    ask_dns: AskDns = False,
    json: options.Json = False,
    lang: options.Lang = None,
) -> None:
    """Check profiles; 4 where a person must mend something first, 2 where a file cannot be used."""
    from handrail_cli.output import console, print_json

    if len(files) == 1:
        checked = [_facts(files[0], against or [], site, ask_dns=ask_dns)]
    else:
        checked = [_facts_or_error(file, against or [], site, ask_dns=ask_dns) for file in files]
    code = max((facts["exit_code"] for facts in checked), key=_GRAVITY.index)
    if json:
        print_json(checked[0] if len(checked) == 1 else {"exit_code": code, "profiles": checked})
    else:
        _show(checked, console())
    if code:
        raise typer.Exit(code)


_GRAVITY = (0, 4, 2)
"""Exit codes of a check, the gravest last: of several files, that of the worst is the command's."""


def _facts_or_error(file: Path, against: list[Path], site: str | None, *, ask_dns: bool) -> dict[str, Any]:
    """Return what a check finds, or why the file cannot be used: one bad file hides no other's findings."""
    from handrail.core.errors import BadInput
    from handrail_cli.output import error_record

    try:
        return _facts(file, against, site, ask_dns=ask_dns)
    except BadInput as error:
        return {"file": str(file), "exit_code": error.exit_code, "error": error_record(error)}


def _facts(file: Path, against: list[Path], site: str | None, *, ask_dns: bool) -> dict[str, Any]:
    from handrail.profile.model import load_profile

    profile = load_profile(file)
    problems = _findings(profile, against, site, ask_dns=ask_dns)
    breaking = [finding for finding in problems if finding.severity == "breaks"]
    return {
        "file": str(file),
        "site": site,
        "account": profile.account.name,
        "channels": [_channel_facts(channel) for channel in profile.contact],
        "findings": [finding.as_json() | _place(finding.where, file) for finding in problems],
        "exit_code": (Outcome.NEEDS_PERSON if breaking else Outcome.DONE).exit_code,
        "advice": breaking[0].mend if breaking else None,
    }


def _findings(
    profile: Profile, against: list[Path], site: str | None, *, ask_dns: bool
) -> tuple[Finding, ...]:
    from datetime import datetime

    from handrail.profile.lint.document_dates import MaxAge, Stated
    from handrail.profile.lint.findings import gravest_first
    from handrail.profile.lint.lint import findings
    from handrail.profile.lint.mail_dns import mail_findings
    from handrail.profile.model import load_documents
    from handrail.sites import load_site
    from handrail.sites.profile_requirements import site_findings

    stated = [
        Stated(f"{path}: documents[{number}]", document)
        for path in against
        for number, document in enumerate(load_documents(path))
    ]
    where = load_site(site) if site else None
    ages = {kind: MaxAge(rule.days, rule.source) for kind, rule in where.documents.items()} if where else {}
    today = datetime.now().astimezone().date()
    live = where is not None and where.kind == "live"
    problems = findings(profile, today, stated, ages, on_live_site=live)
    if where is not None:
        problems = gravest_first((*problems, *site_findings(profile, where)))
    if ask_dns and not any(finding.where == "contact.email" for finding in problems):
        problems = gravest_first((*problems, *mail_findings(profile)))
    return problems


def _place(where: str, profile: Path) -> dict[str, Any]:
    """Return the file and the line of a finding's key: me.toml: documents[1].name."""
    from handrail.core.toml_lines import line_in_file

    file, _colon, key = where.rpartition(": ")
    file = file or str(profile)
    return {"file": file, "line": line_in_file(file, key)}


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


def _show(checked: list[dict[str, Any]], out: Console) -> None:
    from handrail_cli.output import say

    for number, facts in enumerate(checked):
        if len(checked) > 1:
            say(out, ("\n" if number else "") + facts["file"], style="bold")
        if "error" in facts:
            say(out, facts["error"]["message"], first="✗ ", first_style="bold red")
            say(out, facts["error"]["hint"], first="  → ")
            continue
        for line, first in _lines(facts):
            say(out, line, first=first)


def _lines(facts: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each line of a check, with what stands before it."""
    yield facts["account"], ""
    for channel in facts["channels"]:
        yield f"{channel['name']}: {channel['reason']}", "  "
        if channel["can_text"] == "unknown":
            yield _("A run will ask whether this phone is at hand and takes texts."), "    "
    for finding in facts["findings"]:
        yield from _finding_lines(finding, facts["file"])
    broken = sorted(
        {
            flow
            for finding in facts["findings"]
            if finding["severity"] == "breaks"
            for flow in finding["would_break"]
        }
    )
    if broken:
        yield _("Mend what is marked ✗ first; else {flows} would fail.", flows=_(", ").join(broken)), ""
    else:
        yield _("This profile can be used."), ""


def _finding_lines(finding: dict[str, Any], file: str) -> Iterator[tuple[str, str]]:
    flows, where = _(", ").join(finding["would_break"]), finding["where"]
    if finding["line"] is not None:
        where = _("{path}, line {line}", path=where, line=finding["line"])
    if finding["severity"] == "breaks":
        yield _("{where}: {flows} would fail", where=where, flows=flows), "✗ "
    else:
        yield _("{where}: {flows} may fail", where=where, flows=flows), "! "
    yield finding["what"], "    "
    yield finding["mend"], "    → "
    if finding["source"]:
        yield _("Source: {source}", source=in_its_language(finding["source"])), "    "


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
