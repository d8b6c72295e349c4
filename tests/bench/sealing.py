"""What sealing adds to a run of four captures: its key, the signature, and bringing both to the disk."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from compared import Compared
from PIL import Image

ALLOWED_MS = 50
CAPTURES = 4
WALK_S = 1.0
"""A run lasts seconds; what sealing loads beside it is loaded by then."""


def compare_sealing(folder: Path, times: int) -> Compared:
    """Record and seal a run in a process of its own, again and again; what sealing adds against 50 ms."""
    added = []
    for _again in range(times):
        with TemporaryDirectory(dir=folder) as place:
            ran = subprocess.run(  # noqa: S603  # our own script
                [sys.executable, __file__, place], capture_output=True, text=True, check=True
            )
        added.append(float(ran.stdout))
    return Compared("sealing four captures adds", "ms", tuple(added), (float(ALLOWED_MS),) * times, goal=1.0)


def main() -> None:
    """Print the milliseconds from the key's file to the key, and from SHA256SUMS to the sealed bundle."""
    from handrail.evidence.keys.signing_keys import demo_signer
    from handrail.evidence.recording.recorder import Recorder

    place = Path(sys.argv[1])
    demo_signer(place / "state")  # made by the first run there ever was
    began = time.perf_counter()
    signer = demo_signer(place / "state")
    key_ms = (time.perf_counter() - began) * 1000
    facts = {"flow": "contact", "site": "mock", "site_kind": "mock", "dry_run": True}
    recorder = Recorder.begin(place / "out", facts=facts, clean=str, signer=signer)
    for number in range(CAPTURES):
        recorder.artifact(
            f"capture {number}", _picture(), {"masks": [], "width": 1280, "height": 1800}, "- a"
        )
    time.sleep(WALK_S)
    bundle = recorder.finish({"outcome": "done", "exit_code": 0, "advice": []})
    # Everything up to here was written before there were seals, too.
    since = (bundle / "SHA256SUMS").stat().st_mtime_ns
    print(key_ms + (time.time_ns() - since) / 1e6)


def _picture() -> bytes:
    file = io.BytesIO()
    small = Image.frombytes("RGB", (64, 90), os.urandom(64 * 90 * 3))
    small.resize((1280, 1800)).save(file, "PNG", compress_level=1)
    return file.getvalue()


if __name__ == "__main__":
    main()
