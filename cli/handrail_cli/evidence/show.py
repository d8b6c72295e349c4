"""handrail evidence show: verify a bundle, and print its timeline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import typer

from handrail_cli import options

if TYPE_CHECKING:
    from handrail.evidence.format.events import Event
    from handrail.evidence.report.timeline import Line

_MOST_MINUTES = 14 * 60
"""No time zone is further from UTC."""

_LONGEST = 2000
"""The most characters printed of one sentence."""


def show(
    path: options.Bundle,
    key: options.TrustedKey = None,
    tsa_root: options.TsaRoot = None,
    json: options.Json = False,
    evidence: options.EvidenceFolder = options.DEFAULT_OUT,
    state: options.State = None,
    lang: options.Lang = None,
) -> None:
    """Print a bundle's timeline; exits as `verify` does."""
    from handrail.evidence.listing import require_bundle
    from handrail.evidence.report.formatting import clock_note
    from handrail.evidence.verify.trust import trust_here
    from handrail.evidence.verify.verifier import verify
    from handrail_cli.evidence.verdict_text import print_verdict
    from handrail_cli.output import console, print_json

    events: list[Event] = []
    trust = trust_here(options.state_folder(state), key=key, tsa_root=tsa_root)
    verdict = verify(require_bundle(path, evidence), trust, on_event=events.append)
    timeline = list(_timeline(events)) if verdict.intact else []
    if json:
        entries = [{"time": line.utc, "what": line.title, "details": list(line.details)} for line in timeline]
        print_json({**verdict.as_json(), "timeline": entries})
        raise typer.Exit(verdict.exit_code)
    print_verdict(verdict)
    out = console()
    if timeline:
        out.print()
        out.print(clock_note(events[0], _offset(events)), style="dim", markup=False)
    for line in timeline:
        out.print(f"{line.clock}  {line.title}", markup=False)
        for detail in line.details:
            out.print(f"          {detail}", style="dim", markup=False)
    raise typer.Exit(verdict.exit_code)


def _timeline(events: Sequence[Event]) -> Iterator[Line]:
    from dataclasses import replace

    from handrail.evidence.format.findings import printable
    from handrail.evidence.report.timeline import lines

    for line in lines(events, _offset(events)):
        details = tuple(printable(detail, _LONGEST) for detail in line.details)
        yield replace(line, title=printable(line.title, _LONGEST), details=details)


def _offset(events: Sequence[Event]) -> timedelta:
    from handrail.evidence.format.json_access import as_int

    minutes = as_int(events[0].facts.get("utc_offset_minutes"))
    return timedelta(minutes=minutes if abs(minutes) <= _MOST_MINUTES else 0)
