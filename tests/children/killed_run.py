"""Run a flow in a process of its own and kill the whole process group at one moment of it.

Argument: JSON with flow, url, site, profile, answers, state, out, and `at`: the kind and text of the
moment, and how often it comes before that; or null to run to the end. Every moment is printed as a
line of JSON before anything happens at it.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from handrail.engine.context.results import RunEvent
from handrail.engine.job import Job
from handrail.engine.runner import run_flow
from handrail.operator.answers_file import load_answers
from handrail.operator.scripted import ScriptedOperator
from handrail.profile.model import load_profile
from handrail.sites import load_site


def main() -> None:
    """Run until the moment given."""
    given = json.loads(sys.argv[1])
    site = load_site(given["site"], base=given["url"])
    wanted, before = (given["at"][:2], [*given["at"], 0][2]) if given["at"] else (None, 0)
    wait_ready = 0

    def watch(moment: RunEvent) -> None:
        nonlocal wait_ready
        print(json.dumps([moment.kind, moment.text]), flush=True)
        if [moment.kind, moment.text] == wanted:
            if wait_ready == before:
                os.killpg(os.getpgrp(), signal.SIGKILL)
            wait_ready += 1

    job = Job(
        flow=given["flow"],
        site=site,
        profile=load_profile(Path(given["profile"])),
        operator=ScriptedOperator(load_answers(Path(given["answers"])), site),
        out=Path(given["out"]),
        state=Path(given["state"]),
        headless=True,
        watch=watch,
    )
    sys.exit(asyncio.run(run_flow(job)).outcome.exit_code)


if __name__ == "__main__":
    main()
