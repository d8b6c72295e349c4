"""Check a bundle and only hash its files, in turn, in a process that does nothing else; print the seconds."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from handrail.evidence.verify.verifier import verify


def verified(bundle: Path) -> None:
    """Check the bundle as a stranger does."""
    verdict = verify(bundle)
    if verdict.exit_code != 4:
        raise RuntimeError(f"the bundle does not verify: {verdict.reasons}")


def hashed(files: Sequence[Path]) -> None:
    """Hash every file, and nothing else."""
    for path in files:
        with path.open("rb") as file:
            hashlib.file_digest(file, "sha256")


def main() -> None:
    """Take turns, after one warm-up each."""
    bundle, times = Path(sys.argv[1]), int(sys.argv[2])
    files = [path for path in bundle.rglob("*") if path.is_file()]
    took: dict[str, list[float]] = {"ours": [], "bare": []}
    for again in range(times + 1):
        for who, work in (("ours", lambda: verified(bundle)), ("bare", lambda: hashed(files))):
            began = time.perf_counter()
            work()
            if again:
                took[who].append(time.perf_counter() - began)
    print(json.dumps(took))


if __name__ == "__main__":
    main()
