"""Sealing: every run's evidence is signed, in one form, and any tool that knows Ed25519 agrees."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from handrail.evidence.format.attestation import PAYLOAD_TYPE, PREDICATE_TYPE, STATEMENT_TYPE
from handrail.evidence.format.events import Json, read_events
from handrail.evidence.keys.signer import Signer
from handrail.evidence.recording.recorder import Recorder
from handrail.evidence.verify.verdict import Trust
from handrail.evidence.verify.verifier import verify

KEY = Ed25519PrivateKey.generate()
DAY_NS = 24 * 3600 * 10**9
LARGEST_WHOLE = 2**53 - 1


def signer(kind: str) -> Signer:
    """Return the key for a bundle of a kind."""
    return Signer(KEY, demo=kind != "live")


def begin(out: Path, kind: str = "mock", **more: Any) -> Recorder:
    """Begin a bundle."""
    run: dict[str, Json] = {"flow": "contact", "site_kind": kind, "dry_run": kind == "mock"}
    facts = {**run, **more.pop("facts", {})}
    return Recorder.begin(out, facts=facts, clean=str, signer=signer(kind), **more)


def sealed(out: Path, kind: str = "mock", outcome: str = "done", **more: Any) -> Path:
    """Return a short run's bundle."""
    recorder = begin(out, kind, **more)
    recorder.event("step", name="read phone", effect="read", attempts=1, ms=12, outcome="ok")
    return recorder.finish({"outcome": outcome, "exit_code": 0, "advice": []})


def passes(bundle: Path) -> bool:
    """Whether the strict verifier finds the bundle whole, and signed by our key."""
    pinned = frozenset({signer("live").fingerprint})
    return verify(bundle, Trust(keys=pinned, demo_keys=frozenset())).exit_code == 0


def envelope(bundle: Path) -> dict[str, Any]:
    """Return the envelope."""
    read: dict[str, Any] = json.loads((bundle / "attestation.dsse.json").read_bytes())
    return read


def statement(bundle: Path) -> dict[str, Any]:
    """Return what was signed."""
    read: dict[str, Any] = json.loads(base64.b64decode(envelope(bundle)["payload"]))
    return read


def test_an_envelope_has_one_form(tmp_path: Path) -> None:
    """One canonical object, one signature, base64 as everybody writes it, the key by its fingerprint."""
    bundle = sealed(tmp_path)
    data, read = (bundle / "attestation.dsse.json").read_bytes(), envelope(bundle)
    assert rfc8785.dumps(read) == data
    assert read.keys() == {"payload", "payloadType", "signatures"}
    assert read["payloadType"] == PAYLOAD_TYPE
    (signature,) = read["signatures"]
    assert signature["keyid"] == signer("mock").fingerprint
    for text in (read["payload"], signature["sig"]):
        assert base64.b64encode(base64.b64decode(text, validate=True)).decode() == text
    assert (bundle / "signer.pub.pem").read_bytes() == signer("mock").public_pem


def test_the_statement_names_both_files_and_what_is_vouched_for(tmp_path: Path) -> None:
    """SHA256SUMS and manifest.json with their hashes; the chain's end; what the run was."""
    bundle = sealed(tmp_path)
    told, events = statement(bundle), read_events(bundle / "events.jsonl")
    assert (told["_type"], told["predicateType"]) == (STATEMENT_TYPE, PREDICATE_TYPE)
    assert told["subject"] == [
        {"name": name, "digest": {"sha256": hashlib.sha256((bundle / name).read_bytes()).hexdigest()}}
        for name in ("SHA256SUMS", "manifest.json")
    ]
    assert told["predicate"] == {
        "bundle_id": bundle.name,
        "chain": {"head": events[-1].digest, "count": len(events)},
        "complete": True,
        "dry_run": True,
        "kind": "mock",
        "rehearsal": False,
    }


def test_openssl_is_of_the_same_opinion(tmp_path: Path) -> None:
    """OpenSSL verifies the signature over the envelope's payload, and refuses it once a byte differs."""
    bundle = sealed(tmp_path / "out")
    read = envelope(bundle)
    payload, kind = base64.b64decode(read["payload"]), read["payloadType"]
    (tmp_path / "sig").write_bytes(base64.b64decode(read["signatures"][0]["sig"]))
    for changed, code in ((b"", 0), (b" ", 1)):
        pae = f"DSSEv1 {len(kind)} {kind} {len(payload)} ".encode() + payload + changed
        (tmp_path / "pae").write_bytes(pae)
        check = [
            "openssl",
            "pkeyutl",
            "-verify",
            "-pubin",
            "-inkey",
            str(bundle / "signer.pub.pem"),
            "-rawin",
        ]
        files = ["-in", str(tmp_path / "pae"), "-sigfile", str(tmp_path / "sig")]
        done = subprocess.run([*check, *files], capture_output=True, check=False)  # noqa: S603  # our own words
        assert done.returncode == code, done.stderr


@pytest.mark.parametrize("kind", ["mock", "test", "live"])
@pytest.mark.parametrize("outcome", ["done", "refused", "unfinished", "needs-person", "unknown"])
def test_every_run_is_sealed_however_it_ends(tmp_path: Path, kind: str, outcome: str) -> None:
    """And the seal says what the run was on, and whether it got to its end."""
    bundle = sealed(tmp_path, kind, outcome)
    assert passes(bundle)
    told = statement(bundle)["predicate"]
    assert (told["kind"], told["dry_run"]) == (kind, kind == "mock")
    assert told["complete"] == (outcome in ("done", "refused"))


def test_a_rehearsal_is_sealed_as_one(tmp_path: Path) -> None:
    """What was fenced in is not passed off as a run that could have an effect."""
    bundle = sealed(tmp_path, "live", facts={"rehearsal": True})
    assert passes(bundle)
    assert statement(bundle)["predicate"]["rehearsal"] is True


def test_the_log_names_the_key_that_seals_it(tmp_path: Path) -> None:
    """Whoever signs anew has to rewrite the chain, too."""
    last = read_events(sealed(tmp_path) / "events.jsonl")[-1]
    assert (last.kind, last.facts["fingerprint"]) == ("seal", signer("mock").fingerprint)


def test_a_machine_that_is_up_for_200_days_can_seal(tmp_path: Path) -> None:
    """Nanoseconds since its start are past what canonical JSON holds; the log counts from its beginning."""
    ticks = iter(range(200 * DAY_NS, 201 * DAY_NS, 3 * 10**9 + 1))
    assert 200 * DAY_NS > LARGEST_WHOLE
    bundle = sealed(tmp_path, clock=lambda: next(ticks))
    times = [event.mono_us for event in read_events(bundle / "events.jsonl")]
    assert times == [3_000_000 * n for n in range(1, len(times) + 1)]
    assert passes(bundle)


def test_a_run_may_last_200_days(tmp_path: Path) -> None:
    """The longest wait there is still counts in microseconds."""
    ticks = iter([0, 0, 200 * DAY_NS, 200 * DAY_NS, 200 * DAY_NS])
    bundle = sealed(tmp_path, clock=lambda: next(ticks))
    assert read_events(bundle / "events.jsonl")[-1].mono_us == 200 * 24 * 3600 * 10**6
    assert passes(bundle)


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone is the system's there")
def test_a_change_of_time_zone_does_not_move_the_log(tmp_path: Path) -> None:
    """A laptop that lands in another zone goes on in UTC, and the first event keeps the zone it had."""
    script = """
import os, sys, time
from pathlib import Path
from handrail.evidence.recording.recorder import Recorder
from handrail.evidence.keys.signing_keys import demo_signer
out = Path(sys.argv[1])
facts = {"flow": "contact", "site_kind": "mock", "dry_run": True}
recorder = Recorder.begin(out / "out", facts=facts, clean=str, signer=demo_signer(out / "state"))
for zone in ("Pacific/Kiritimati", "Pacific/Niue", "Asia/Shanghai"):
    os.environ["TZ"] = zone
    time.tzset()
    recorder.event("step", name=zone)
print(recorder.finish({"outcome": "done", "exit_code": 0}))
"""
    began = time.time()
    ran = subprocess.run(  # noqa: S603  # our own words
        [sys.executable, "-c", script, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "TZ": "America/New_York"},
    )
    bundle = Path(ran.stdout.strip())
    events = read_events(bundle / "events.jsonl")
    assert events[0].facts["utc_offset_minutes"] in (-300, -240)
    times = [datetime.fromisoformat(event.utc).timestamp() for event in events]
    assert times == sorted(times)
    assert began - 1 <= times[0] <= times[-1] <= time.time()
    verdict = verify(bundle)
    assert verdict.intact, verdict


@pytest.mark.skipif(sys.platform == "win32", reason="limits as POSIX has them")
def test_a_full_disk_keeps_what_there_is_and_a_later_command_seals_it(tmp_path: Path) -> None:
    """No half line stands in the log; it is said in a sentence; with room again the evidence is sealed."""
    script = """
import resource, sys
from pathlib import Path
from handrail.evidence.recording.recorder import Recorder
from handrail.evidence.recording.errors import EvidenceNotSaved
from handrail.evidence.keys.signing_keys import demo_signer
from handrail.evidence.recording.recovery import seal_unfinished
out = Path(sys.argv[1])
signer = demo_signer(out / "state")
facts = {"flow": "contact", "site_kind": "mock", "dry_run": True}
recorder = Recorder.begin(out / "out", facts=facts, clean=str, signer=signer)
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, resource.RLIM_INFINITY))
said = []
for again in range(60):
    try:
        recorder.event("step", name=f"step {again}")
    except EvidenceNotSaved as trouble:
        said.append(trouble.message)
try:
    recorder.finish({"outcome": "done", "exit_code": 0})
except EvidenceNotSaved as trouble:
    said.append(trouble.hint)
assert (recorder.folder / "events.jsonl").read_bytes().endswith(b"}\\n")
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
(found,) = seal_unfinished(out / "out", lambda kind: signer)
assert found.sealed, found
print(found.where)
print(said[0])
print(said[-1])
"""
    ran = subprocess.run(  # noqa: S603  # our own words
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    where, message, hint = ran.stdout.splitlines()
    assert message.startswith("The evidence could not be saved: ")
    assert hint.startswith("Make room")
    verdict = verify(Path(where))
    assert (verdict.intact, verdict.complete) == (True, False), verdict
    assert read_events(Path(where) / "events.jsonl")[5].facts["name"] == "step 4"
