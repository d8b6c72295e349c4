"""What the two verbs that run a flow have in common: start it, stop it with evidence, print how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from handrail_cli import output

if TYPE_CHECKING:
    from handrail.walk.run import Job


def walk_and_print(job: Job, *, json: bool) -> None:
    """Run the job to its end, print the result, and leave with its exit code."""
    import asyncio

    from handrail.portable import ends_on_sigterm
    from handrail.walk.run import run_flow

    async def attended() -> None:
        with ends_on_sigterm():
            ended = await run_flow(job)
        output.result(ended, json=json)
        raise typer.Exit(ended.outcome.exit_code)

    asyncio.run(attended())
