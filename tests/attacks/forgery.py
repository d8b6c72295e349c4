"""A forger's tools: a good bundle to begin with, and all that makes a changed one agree with itself again."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from authority import Authority
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image

from handrail.evidence.format.attestation import statement
from handrail.evidence.format.events import NO_PREVIOUS, Json, canonical
from handrail.evidence.format.layout import (
    ENVELOPE,
    LOG,
    MANIFEST,
    REPORT,
    SIGNER,
    SUMS,
    genesis_token_name,
    token_name,
)
from handrail.evidence.keys.signer import Signer
from handrail.evidence.recording.dsse import envelope
from handrail.evidence.recording.recorder import Recorder
from handrail.evidence.timestamps.authorities import Authority as Asked

Event = dict[str, Any]
PREDICATE = ("bundle_id", "chain", "complete", "dry_run", "kind", "rehearsal")
TOKEN = genesis_token_name(1)
STAMP = token_name(1)


def new_signer(*, demo: bool = True) -> Signer:
    """Return a key nobody has seen."""
    return Signer(Ed25519PrivateKey.generate(), demo=demo)


def picture(colour: str = "white", size: tuple[int, int] = (40, 30)) -> bytes:
    """Return a small picture of one colour."""
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


def good_bundle(
    out: Path,
    signer: Signer,
    *,
    kind: str = "mock",
    outcome: str = "done",
    authorities: Sequence[Asked] = (),
) -> Path:
    """Record a short run as the real recorder does, and return its sealed bundle."""
    facts: dict[str, Json] = {"flow": "contact", "site": "mock", "site_kind": kind, "dry_run": kind == "mock"}
    recorder = Recorder.begin(out, facts=facts, clean=str, signer=signer, authorities=authorities)
    recorder.event("step", name="read phone", effect="read", attempts=1, ms=12, outcome="ok")
    mask = {"x": 2, "y": 3, "width": 20, "height": 5, "hides": "personal"}
    for colour, caption in (("white", "phone as found"), ("grey", "phone verified")):
        seen = {"masks": [mask], "width": 40, "height": 30, "device_pixel_ratio": 1, "caption": caption}
        recorder.artifact(caption, picture(colour), seen, "- text: hidden")
        recorder.event("prompt", id=1, prompt="approve", text=f"Go on from {caption}?", choices=["yes", "no"])
        recorder.event("answer", id=1, prompt="approve", choice="yes", by="person", ms=2100)
    return recorder.finish({"outcome": outcome, "exit_code": 0, "advice": []})


def events(bundle: Path) -> list[Event]:
    """Return the log's events."""
    return [json.loads(line) for line in (bundle / LOG).read_bytes().splitlines()]


def manifest(bundle: Path) -> dict[str, Any]:
    """Return what manifest.json says."""
    read: dict[str, Any] = json.loads((bundle / MANIFEST).read_bytes())
    return read


def chained(told: Sequence[Event]) -> list[bytes]:
    """Return the events' lines, numbered and chained anew."""
    lines: list[bytes] = []
    prev = NO_PREVIOUS
    for seq, event in enumerate(told):
        lines.append(canonical({**event, "seq": seq, "prev": prev}))
        prev = hashlib.sha256(lines[-1]).hexdigest()
    return lines


def write_log(bundle: Path, lines: Sequence[bytes]) -> None:
    """Write the log's lines as they are."""
    (bundle / LOG).write_bytes(b"".join(line + b"\n" for line in lines))


def edit_log(bundle: Path, change: Callable[[list[Event]], None]) -> None:
    """Change the events, and chain them anew."""
    told = events(bundle)
    change(told)
    write_log(bundle, chained(told))


def edit_manifest(bundle: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change what manifest.json says."""
    told = manifest(bundle)
    change(told)
    (bundle / MANIFEST).write_bytes(canonical(told))


def remanifest(bundle: Path) -> None:
    """Let manifest.json say what is there now: every artifact, and the log's end."""
    lines = (bundle / LOG).read_bytes().split(b"\n")[:-1]
    listed = [described(bundle, path) for path in _artifacts(bundle)]
    chain = {"head": hashlib.sha256(lines[-1] if lines else b"").hexdigest(), "count": len(lines)}
    edit_manifest(bundle, lambda told: told.update(artifacts=listed, chain=chain))


def described(bundle: Path, path: str) -> dict[str, Any]:
    """Describe a file as the log and the manifest do."""
    data = (bundle / path).read_bytes()
    return {"path": path, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}


def redescribe(bundle: Path) -> None:
    """Let the facts beside each capture, and then the log, say what is there now."""
    for path in _artifacts(bundle):
        if path.endswith(".png"):
            _retell(bundle, path)
    redescribe_log(bundle)


def redescribe_log(bundle: Path) -> None:
    """Let the log say what is there now of every artifact it mentions."""

    def change(told: list[Event]) -> None:
        for event in told:
            for said in (event, *event.get("beside", [])):
                if (bundle / said.get("path", "")).is_file():
                    said.update(described(bundle, said["path"]))

    edit_log(bundle, change)


def resum(bundle: Path) -> None:
    """Write SHA256SUMS over what is there now."""
    names = sorted([LOG, MANIFEST, REPORT, *_artifacts(bundle)])
    lines = (f"{hashlib.sha256((bundle / name).read_bytes()).hexdigest()}  {name}\n" for name in names)
    (bundle / SUMS).write_text("".join(lines))


def resign(bundle: Path, signer: Signer, **predicate: Json) -> None:
    """Sign what SHA256SUMS and manifest.json say now."""
    told = manifest(bundle)
    said = {key: told[key] for key in PREDICATE} | predicate
    sealed = statement((bundle / SUMS).read_bytes(), (bundle / MANIFEST).read_bytes(), said)
    (bundle / ENVELOPE).write_bytes(envelope(sealed, signer))
    (bundle / SIGNER).write_bytes(signer.public_pem)


def sign_payload(bundle: Path, signer: Signer, change: Callable[[bytes], bytes]) -> None:
    """Sign another payload than the one that is there."""
    import base64

    sealed = json.loads((bundle / ENVELOPE).read_bytes())
    (bundle / ENVELOPE).write_bytes(envelope(change(base64.b64decode(sealed["payload"])), signer))


def reseal(bundle: Path, signer: Signer) -> None:
    """Do everything again that a seal needs, as one who has the key can."""
    remanifest(bundle)
    resum(bundle)
    resign(bundle, signer)


def stamp(bundle: Path, signer: Signer, authority: Authority) -> None:
    """Stamp the run's beginning, seal again, and stamp the seal."""
    first = (bundle / LOG).read_bytes().split(b"\n")[0]
    (bundle / TOKEN).write_bytes(authority.stamp(first))

    def change(told: list[Event]) -> None:
        said = {key: told[0][key] for key in ("utc", "mono_us")}
        told.insert(1, {"kind": "stamp", **said, **described(bundle, TOKEN)})

    edit_log(bundle, change)
    reseal(bundle, signer)
    (bundle / STAMP).write_bytes(authority.stamp((bundle / ENVELOPE).read_bytes()))


def _retell(bundle: Path, path: str) -> None:
    beside = (bundle / path).with_suffix(".json")
    facts = json.loads(beside.read_bytes())
    beside.write_bytes(canonical({**facts, **described(bundle, path)}) + b"\n")


def _artifacts(bundle: Path) -> list[str]:
    return sorted(f"artifacts/{path.name}" for path in (bundle / "artifacts").iterdir() if path.is_file())
