"""handrail doctor: does this machine have what a run needs?"""

from __future__ import annotations

import typer

from handrail_cli import options


def doctor(
    json: options.Json = False,
    browser: options.Browser = None,
    out: options.Out = options.DEFAULT_OUT,
    state: options.State = None,
    lang: options.Lang = None,
) -> None:
    """Check this machine."""
    from handrail.doctor import examine
    from handrail_cli.output import console, print_json, say

    findings = examine(browser, out=out, state=options.state_folder(state))
    broken = any(finding.verdict == "problem" for finding in findings)
    if json:
        print_json({"ok": not broken, "checks": [finding.as_json() for finding in findings]})
    else:
        marks = {"ok": ("✓ ", "green"), "warning": ("! ", "yellow"), "problem": ("✗ ", "red")}
        for finding in findings:
            mark, style = marks[finding.verdict]
            say(console(), finding.sentence, first=mark, first_style=style)
            if finding.hint:
                say(console(), finding.hint, first="  ", style="dim")
    raise typer.Exit(2 if broken else 0)
