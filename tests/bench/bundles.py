"""Checking a large bundle, against only hashing its files, with coreutils' own check beside it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from compared import Compared
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from measuring import peak_memory
from PIL import Image

from handrail.evidence.keys.signer import Signer
from handrail.evidence.recording.recorder import Recorder

CAPTURES = 1000
SIDE = 408
"""Noise of this side is half a megabyte as a PNG."""
ALLOWED_MIB = 80
VERIFY = """
import sys
from pathlib import Path
from handrail.evidence.verify.verifier import verify
verify(Path(sys.argv[1]))
"""


def compare_verifying(folder: Path, times: int) -> list[Compared]:
    """Check a bundle of a thousand captures and half a gigabyte, in turn with the others."""
    bundle = _bundle(folder)
    os.sync()  # what is still being written would be waited for by whoever comes first
    script = str(Path(__file__).with_name("verifying.py"))
    ran = subprocess.run(  # noqa: S603  # our own script
        [sys.executable, script, str(bundle), str(times)], capture_output=True, text=True, check=True
    )
    took = json.loads(ran.stdout)
    ours, coreutils = tuple(took["ours"]), tuple(_checked(bundle) for _again in range(times))
    return [
        Compared("verify 500 MB, wall", "s", ours, tuple(took["bare"]), floor=1.2),
        Compared("verify 500 MB, against sha256sum -c", "s", ours, coreutils),
        _memory(bundle, folder, times),
    ]


def _bundle(folder: Path) -> Path:
    signer = Signer(Ed25519PrivateKey.generate(), demo=True)
    facts = {"flow": "contact", "site": "mock", "site_kind": "mock", "dry_run": True}
    recorder = Recorder.begin(folder / "large", facts=facts, clean=str, signer=signer)
    masks = [{"x": 2, "y": 9 * row, "width": 90, "height": 8, "hides": "personal"} for row in range(6)]
    text = "- text: a line of a page\n" * 50
    for number in range(CAPTURES):
        size = {"width": SIDE, "height": SIDE, "device_pixel_ratio": 1}
        told = {**size, "masks": masks, "url": "http://127.0.0.1/"}
        recorder.artifact(f"capture {number}", _noise(), told, text)
    return recorder.finish({"outcome": "done", "exit_code": 0, "advice": []})


def _noise() -> bytes:
    file = io.BytesIO()
    Image.frombytes("RGB", (SIDE, SIDE), os.urandom(SIDE * SIDE * 3)).save(file, "PNG", compress_level=0)
    return file.getvalue()


def _checked(bundle: Path) -> float:
    began = time.perf_counter()
    subprocess.run(["sha256sum", "-c", "--strict", "--quiet", "SHA256SUMS"], cwd=bundle, check=True)  # noqa: S607  # coreutils'
    return time.perf_counter() - began


def _memory(bundle: Path, folder: Path, times: int) -> Compared:
    over = []
    for _again in range(times):
        ours = peak_memory([sys.executable, "-c", VERIFY, str(bundle)], stdout=folder / "said")
        bare = peak_memory([sys.executable, "-c", "import time; time.sleep(0.2)"], stdout=folder / "said")
        over.append((ours - bare) / 2**20)
    allowed = (float(ALLOWED_MIB),) * times
    return Compared("verify 500 MB, memory over Python's own", "MiB", tuple(over), allowed, goal=1.0)
