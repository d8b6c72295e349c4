"""Evidence that a killed run left behind: the next command seals it, as incomplete, and says so."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image
from project_paths import CHILDREN

from handrail.core.errors import BadInput
from handrail.evidence.format.attestation import Kind
from handrail.evidence.format.events import Json, read_events
from handrail.evidence.keys.signer import Signer
from handrail.evidence.recording.recorder import Recorder
from handrail.evidence.recording.recovery import Recovered, seal_unfinished
from handrail.evidence.verify.trust import trust_here
from handrail.evidence.verify.verifier import verify
from handrail.privacy.scan import Leak
from handrail_fixtures.plugin import Ran
from handrail_fixtures.serve import MockSite

CHILD = CHILDREN / "killed_run.py"
DEMO = Signer(Ed25519PrivateKey.generate(), demo=True)
FACTS: dict[str, Json] = {"flow": "contact", "site": "mock", "site_kind": "mock", "dry_run": True}


def picture() -> bytes:
    """Return a small picture."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "#f4f7f7").save(file, "PNG")
    return file.getvalue()


PNG = picture()


def demo(kind: Kind) -> Signer:
    """Return the key of a dry run; there is no other here."""
    if kind == "live":
        raise BadInput("The signing key needs its passphrase.")
    return DEMO


def cut_off(out: Path, **facts: Json) -> Path:
    """Leave a run behind with a step, a capture and an effect that nobody saw the end of."""
    signer = DEMO if facts.get("site_kind", "mock") != "live" else Signer(DEMO.key, demo=False)
    recorder = Recorder.begin(out, facts={**FACTS, **facts}, clean=str, signer=signer)
    recorder.event("step", name="read phone", effect="read", attempts=1, ms=12, outcome="ok")
    recorder.artifact("found", PNG, {"masks": []}, "- a page")
    recorder.event("effect-released", step="request", effect="request-code")
    # With the recorder its lock goes, as when a process dies.
    return recorder.folder


def only(found: list[Recovered]) -> Recovered:
    """Return the one finding."""
    (one,) = found
    return one


def test_the_next_run_seals_what_a_killed_one_left(
    mock_site: Callable[..., MockSite], tmp_path: Path, handrail: Callable[..., Ran]
) -> None:
    """A run killed in its middle has its evidence sealed by the next command on the same folder."""
    package = files("handrail_fixtures")
    profile, answers = tmp_path / "profile.toml", tmp_path / "answers.toml"
    profile.write_text((package / "profiles" / "harbor-lane.toml").read_text("utf-8"), "utf-8")
    answers.write_text((package / "answers" / "mock.toml").read_text("utf-8"), "utf-8")
    given = {
        "flow": "contact", "url": mock_site("ok").url, "site": "mock",
        "profile": str(profile), "answers": str(answers),
        "state": str(tmp_path / "state"), "out": str(tmp_path / "out"), "at": ["released", "request email"],
    }  # fmt: skip
    child = subprocess.run(  # noqa: S603  # our own script
        [sys.executable, str(CHILD), json.dumps(given)],
        check=False,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert child.returncode == -signal.SIGKILL
    ran = handrail("dry-run", "contact", "--state", tmp_path / "state", "--out", tmp_path / "out", "--json")
    assert ran.code == 0, ran.stderr
    assert "sealed now, as incomplete" in " ".join(ran.stderr.split())
    old, new = sorted(path for path in (tmp_path / "out").iterdir())
    assert str(new) == ran.record["bundle"]
    manifest = json.loads((old / "manifest.json").read_bytes())
    assert (manifest["complete"], manifest["result"]["outcome"]) == (False, "unknown")
    verdict = verify(old, trust_here(tmp_path / "state"))
    assert (verdict.exit_code, verdict.complete) == (0, False), verdict
    assert [event.kind for event in read_events(old / "events.jsonl")][-2:] == ["sealed-later", "seal"]


def test_a_torn_line_is_cut_and_said(tmp_path: Path) -> None:
    """Half a line and a picture that was never recorded are left out, and the log says so."""
    folder = cut_off(tmp_path)
    with (folder / "events.jsonl").open("ab") as log:
        log.write(b'{"kind":"st')
    (folder / "artifacts" / "0002-half.png").write_bytes(PNG[:9])
    (folder / "manifest.json").write_text("{")
    found = only(seal_unfinished(tmp_path, demo))
    assert found.sealed
    assert found.where is not None
    later = read_events(found.where / "events.jsonl")[-2]
    assert (later.kind, later.facts["cut_bytes"], later.facts["unrecorded"]) == (
        "sealed-later",
        11,
        ["0002-half.png"],
    )
    assert sorted(path.name for path in (found.where / "artifacts").iterdir()) == [
        "0001-found.aria.yaml", "0001-found.json", "0001-found.png",
    ]  # fmt: skip
    assert list(tmp_path.iterdir()) == [found.where]


def test_time_goes_on_in_what_is_sealed_later(tmp_path: Path) -> None:
    """The machine may have been started anew: the log's own time never runs backwards."""
    cut_off(tmp_path)
    found = only(seal_unfinished(tmp_path, demo))
    assert found.where is not None
    times = [event.mono_us for event in read_events(found.where / "events.jsonl")]
    assert times == sorted(times)


def test_a_living_run_is_left_alone(tmp_path: Path) -> None:
    """As long as a process writes its evidence, nobody else touches it."""
    recorder = Recorder.begin(tmp_path, facts=FACTS, clean=str, signer=DEMO)
    script = (
        "import sys; from pathlib import Path\n"
        "from handrail.evidence.recording.recovery import seal_unfinished\n"
        "print(len(seal_unfinished(Path(sys.argv[1]), None)))\n"
    )
    other = subprocess.run(  # noqa: S603  # our own words
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert other.stdout == "0\n"
    recorder.finish({"outcome": "done", "exit_code": 0})


@pytest.mark.parametrize("what", ["a changed picture", "a changed log"])
def test_what_was_changed_since_is_kept_aside(tmp_path: Path, what: str) -> None:
    """A seal never covers what is not as the run recorded it."""
    folder = cut_off(tmp_path)
    if what == "a changed picture":
        (folder / "artifacts" / "0001-found.png").write_bytes(PNG + b"!")
    else:
        log = folder / "events.jsonl"
        log.write_bytes(log.read_bytes().replace(b"read phone", b"read email"))
    found = only(seal_unfinished(tmp_path, demo))
    assert not found.sealed
    assert found.where is not None
    assert found.where.name.startswith("unsealed-")
    assert found.why
    assert not (found.where / "attestation.dsse.json").exists()
    assert seal_unfinished(tmp_path, demo) == []


def test_a_leak_seen_before_the_kill_still_refuses_the_seal(tmp_path: Path) -> None:
    """What the killed run had found is in its log, and whoever comes later minds it."""
    recorder = Recorder.begin(tmp_path, facts=FACTS, clean=str, signer=DEMO)
    recorder.note_leaks([Leak("page 1", "code", "known-code")])
    del recorder
    found = only(seal_unfinished(tmp_path, demo))
    assert not found.sealed
    assert "a code" in found.message


def test_a_live_runs_evidence_waits_for_its_key(tmp_path: Path) -> None:
    """Without the passphrase it stays where it is, nothing of it lost, and that is said."""
    folder = cut_off(tmp_path, site_kind="live", dry_run=False)
    before = sorted(path.name for path in folder.rglob("*"))
    found = only(seal_unfinished(tmp_path, demo))
    assert (found.where, found.sealed) == (folder, False)
    assert "passphrase" in found.why
    assert sorted(path.name for path in folder.rglob("*")) == before
    assert only(seal_unfinished(tmp_path, lambda _kind: Signer(DEMO.key, demo=False))).sealed


def test_a_run_killed_before_its_first_line_leaves_nothing(tmp_path: Path) -> None:
    """An empty log is no evidence: the folder goes, with a word."""
    folder = cut_off(tmp_path)
    (folder / "events.jsonl").write_bytes(b'{"half')
    found = only(seal_unfinished(tmp_path, demo))
    assert (found.where, found.sealed) == (None, False)
    assert list(tmp_path.iterdir()) == []
