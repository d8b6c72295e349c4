"""handrail evidence verify: is a bundle as it was sealed, by whom, and since when?"""

from __future__ import annotations

from typing import Annotated

import typer

from handrail.core.i18n import gettext as _
from handrail_cli import options


def verify(
    path: options.Bundle,
    key: options.TrustedKey = None,
    tsa_root: options.TsaRoot = None,
    expect_id: Annotated[str | None, typer.Option(help=_("the one bundle it may be"), metavar="ID")] = None,
    require_time: Annotated[
        bool, typer.Option("--require-time", help=_("fail where no trusted timestamp proves the time"))
    ] = False,
    json: options.Json = False,
    evidence: options.EvidenceFolder = options.DEFAULT_OUT,
    state: options.State = None,
    lang: options.Lang = None,
) -> None:
    """Check a bundle; 0, 1 or 4."""
    from handrail.evidence.listing import require_bundle
    from handrail.evidence.verify import verifier as verifier
    from handrail.evidence.verify.trust import trust_here
    from handrail_cli.evidence.verdict_text import print_verdict
    from handrail_cli.output import print_json

    trust = trust_here(options.state_folder(state), key=key, tsa_root=tsa_root)
    verdict = verifier.verify(
        require_bundle(path, evidence), trust, expect_id=expect_id, require_time=require_time
    )
    if json:
        print_json(verdict.as_json())
    else:
        print_verdict(verdict)
    raise typer.Exit(verdict.exit_code)
