"""The evidence bundle: what is written while a run goes on, and what is left when it ends."""

from __future__ import annotations

import hashlib
import json
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from handrail.core.errors import BadInput
from handrail.evidence.format.events import BundleBroken, Json, canonical, read_events
from handrail.evidence.keys.signer import Signer
from handrail.evidence.recording.errors import EvidenceNotSaved
from handrail.evidence.recording.recorder import Recorder

PHONE = "+86 138 0013 8000"
SHOWN = "+86 138••••8000"
PNG = b"\x89PNG\r\n\x1a\n not read by the recorder"
SIGNER = Signer(Ed25519PrivateKey.generate(), demo=True)
RESULT: dict[str, Json] = {"outcome": "done", "exit_code": 0, "advice": []}


def hide_phone(text: str) -> str:
    """Stand in for the redactor: it knows one number."""
    return text.replace(PHONE, SHOWN)


def begin(out: Path) -> Recorder:
    """Begin a bundle of a rehearsal."""
    facts: dict[str, Json] = {"flow": "contact", "site": "mock", "site_kind": "mock", "dry_run": True}
    return Recorder.begin(out, facts=facts, clean=hide_phone, signer=SIGNER)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A finished bundle with a step, two captures and a decision."""
    recorder = begin(tmp_path / "out")
    recorder.event("step", name="read phone", effect="read", attempts=1, ms=12, outcome="ok")
    recorder.artifact(
        f"Phone {PHONE} as found",
        PNG,
        {"masks": [], "device_pixel_ratio": 1.25},
        f"- text: {PHONE}",
    )
    recorder.event("prompt", id=1, prompt="approve", text=f"Save {PHONE}?", choices=["yes", "no"])
    recorder.event("answer", id=1, prompt="approve", choice="yes", by="person", ms=2100)
    recorder.artifact("手机已验证", PNG, {"caption": "手机已验证"}, None)
    return recorder.finish(RESULT)


def log_of(bundle: Path) -> list[bytes]:
    """Return the log's lines without their line feeds."""
    return (bundle / "events.jsonl").read_bytes().splitlines()


def test_a_finished_bundle_holds_the_closed_set_of_files(bundle: Path) -> None:
    """Nothing but the documented names stands at the top level, and nothing partial is left."""
    assert {path.name for path in bundle.iterdir()} == {
        "artifacts",
        "events.jsonl",
        "manifest.json",
        "report.html",
        "SHA256SUMS",
        "attestation.dsse.json",
        "signer.pub.pem",
    }
    assert list(bundle.parent.iterdir()) == [bundle]
    assert bundle.is_absolute()


def test_a_bundle_is_named_by_time_flow_and_chance(bundle: Path) -> None:
    """The folder's name is the bundle's id, and the log and the manifest say the same one."""
    assert re.fullmatch(r"\d{8}T\d{6}Z-contact-[0-9a-f]{8}", bundle.name)
    assert json.loads((bundle / "manifest.json").read_bytes())["bundle_id"] == bundle.name
    assert read_events(bundle / "events.jsonl")[0].facts["bundle_id"] == bundle.name


def test_the_chain_of_a_finished_bundle_verifies(bundle: Path) -> None:
    """Every line names the hash of the one before it, and the manifest names the last one's."""
    chain = json.loads((bundle / "manifest.json").read_bytes())["chain"]
    events = read_events(bundle / "events.jsonl", head=chain["head"])
    kinds = ["genesis", "step", "capture", "prompt", "answer", "capture", "end", "seal"]
    assert [event.kind for event in events] == kinds
    assert chain == {
        "head": hashlib.sha256(log_of(bundle)[-1]).hexdigest(),
        "count": len(kinds),
    }


def test_the_first_event_says_what_the_run_was(bundle: Path) -> None:
    """The genesis holds the caller's facts and what surrounds the run."""
    facts = read_events(bundle / "events.jsonl")[0].facts
    assert (facts["flow"], facts["site"], facts["dry_run"]) == ("contact", "mock", True)
    assert {"handrail", "language", "python", "platform", "time_zone", "utc_offset_minutes"} <= set(facts)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps no such modes")
def test_everything_is_private_to_its_owner(bundle: Path) -> None:
    """Folders are 0700 and files 0600, whatever the umask is."""
    for path in [bundle.parent, bundle, *bundle.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_the_sums_cover_every_file_in_byte_order(bundle: Path) -> None:
    """SHA256SUMS lists every file once but itself and the seal, sorted by name, with its true hash."""
    names = []
    for line in (bundle / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ")
        names.append(name)
        assert hashlib.sha256((bundle / name).read_bytes()).hexdigest() == digest
    there = {p.relative_to(bundle).as_posix() for p in bundle.rglob("*") if p.is_file()}
    assert set(names) == there - {"SHA256SUMS", "attestation.dsse.json", "signer.pub.pem"}
    assert names == sorted(names, key=str.encode)


@pytest.mark.skipif(sys.platform != "linux", reason="coreutils' own check")
def test_standard_tools_check_the_sums(bundle: Path) -> None:
    """The command that the report names passes, and fails once a picture is changed."""
    check = ["/usr/bin/sha256sum", "-c", "--strict", "--quiet", "SHA256SUMS"]
    assert subprocess.run(check, cwd=bundle).returncode == 0  # noqa: S603  # our own words
    next(bundle.glob("artifacts/*.png")).write_bytes(PNG + b"!")
    changed = subprocess.run(check, cwd=bundle, capture_output=True)  # noqa: S603  # the same
    assert changed.returncode == 1


def test_the_manifest_lists_every_artifact_with_its_hash(bundle: Path) -> None:
    """Pictures, page facts and page texts all stand in the manifest."""
    listed = json.loads((bundle / "manifest.json").read_bytes())["artifacts"]
    assert [entry["path"] for entry in listed] == sorted(
        f"artifacts/{path.name}" for path in (bundle / "artifacts").iterdir()
    )
    for entry in listed:
        data = (bundle / entry["path"]).read_bytes()
        assert entry["sha256"] == hashlib.sha256(data).hexdigest()
        assert entry["size"] == len(data)


@pytest.mark.parametrize(("outcome", "complete"), [("done", True), ("waiting", True), ("unfinished", False)])
def test_the_manifest_says_whether_the_run_got_to_its_end(
    tmp_path: Path, outcome: str, complete: bool
) -> None:
    """A run that broke off is never shown as a whole one."""
    bundle = begin(tmp_path).finish({"outcome": outcome, "exit_code": 0})
    manifest = json.loads((bundle / "manifest.json").read_bytes())
    assert (manifest["complete"], manifest["dry_run"]) == (complete, True)
    assert manifest["result"]["outcome"] == outcome


def test_a_picture_changed_while_the_run_goes_on_does_not_pass(tmp_path: Path) -> None:
    """The sums hold what was captured, not what stands there when the run ends."""
    recorder = begin(tmp_path)
    name = recorder.artifact("page", PNG, {}, None)
    (recorder.folder / "artifacts" / name).write_bytes(PNG + b"!")
    sums = (recorder.finish(RESULT) / "SHA256SUMS").read_text()
    assert f"{hashlib.sha256(PNG).hexdigest()}  artifacts/{name}\n" in sums


def test_json_is_written_in_the_canonical_form(bundle: Path) -> None:
    """Log lines and manifest are RFC 8785, so that their bytes can be signed."""
    for line in [*log_of(bundle), (bundle / "manifest.json").read_bytes()]:
        assert rfc8785.dumps(json.loads(line)) == line


def test_artifact_names_are_plain(bundle: Path) -> None:
    """Whatever a caption is written in, names are lower-case ASCII, and numbered in order."""
    names = sorted(path.name for path in (bundle / "artifacts").iterdir())
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9._-]*", name) for name in names)
    assert [name for name in names if name.endswith(".png")] == [
        "0001-phone-86-138-8000-as-found.png",
        "0002-page.png",
    ]


def test_every_text_passes_the_redactor(bundle: Path) -> None:
    """A number that the redactor knows is in no file and in no file's name."""
    digits = re.sub(r"\D", "", PHONE)
    for path in bundle.rglob("*"):
        assert digits not in re.sub(r"\D", "", path.name)
        if path.is_file():
            assert PHONE.encode() not in path.read_bytes()
    assert SHOWN in (bundle / "report.html").read_text()


def test_hashes_are_left_alone_by_the_redactor(tmp_path: Path) -> None:
    """A redactor that hides every digit spoils no commitment and breaks no chain."""
    recorder = Recorder.begin(
        tmp_path, facts={"site_kind": "mock"}, clean=lambda text: re.sub(r"\d", "•", text), signer=SIGNER
    )
    recorder.event("effect-intended", step="save", value="138", commitment="0a" * 32)
    recorder.artifact("page", PNG, {}, None)
    events = read_events(recorder.finish(RESULT) / "events.jsonl")
    assert events[1].facts["commitment"] == "0a" * 32
    assert events[1].facts["value"] == "•••"
    assert events[2].facts["sha256"] == hashlib.sha256(PNG).hexdigest()


def test_texts_are_brought_to_one_unicode_form(tmp_path: Path) -> None:
    """An accent in two characters is kept as one, half a character as a question mark."""
    recorder = begin(tmp_path)
    recorder.event("advice", text="Cafe\u0301 \ud800")
    events = read_events(recorder.finish(RESULT) / "events.jsonl")
    assert events[1].facts["text"] == "Caf\u00e9 ?"


def test_numbers_in_the_log_are_whole(bundle: Path) -> None:
    """A fraction is kept as text, because JSON writers differ on fractions."""
    facts = json.loads(next((bundle / "artifacts").glob("0001-*.json")).read_bytes())
    assert facts["device_pixel_ratio"] == "1.25"


def test_facts_cannot_pose_as_the_log_itself(tmp_path: Path) -> None:
    """An event's own facts never overwrite its place in the chain."""
    recorder = begin(tmp_path)
    with pytest.raises(ValueError, match="prev"):
        recorder.event("step", prev="0" * 64)
    assert len(read_events(recorder.finish(RESULT) / "events.jsonl")) == 3


def test_a_killed_run_leaves_what_it_had_written(tmp_path: Path) -> None:
    """Each event is with the operating system when `event` returns: kill -9 loses none of them."""
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from handrail.evidence.recording.recorder import Recorder\n"
        "from handrail.evidence.keys.signing_keys import demo_signer\n"
        "out, facts = Path(sys.argv[1]), {'flow': 'contact', 'site_kind': 'mock'}\n"
        "r = Recorder.begin(out / 'out', facts=facts, clean=str, signer=demo_signer(out / 'state'))\n"
        "r.event('step', name='last words')\n"
        "os.kill(os.getpid(), signal.SIGTERM if os.name == 'nt' else signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)])  # noqa: S603  # our own words
    partial = next(path for path in (tmp_path / "out").iterdir() if path.is_dir())
    assert partial.name.startswith(".partial-")
    assert read_events(partial / "events.jsonl")[-1].facts["name"] == "last words"


def test_a_folder_that_takes_no_files_is_bad_input(tmp_path: Path) -> None:
    """The recorder says so before anything else happens, and leaves nothing behind."""
    (tmp_path / "out").write_text("a file, not a folder")
    with pytest.raises(BadInput) as caught:
        begin(tmp_path / "out")
    assert caught.value.exit_code == 2
    assert str(tmp_path / "out") in caught.value.message
    assert "--out" in caught.value.hint
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_evidence_that_cannot_be_finished_stays_where_it_is(tmp_path: Path) -> None:
    """A failure at the end names the partial folder, which keeps every event and capture."""
    recorder = begin(tmp_path)
    recorder.artifact("page", PNG, {}, None)
    (recorder.folder / "SHA256SUMS").mkdir()
    with pytest.raises(EvidenceNotSaved) as caught:
        recorder.finish(RESULT)
    assert caught.value.where == str(recorder.folder)
    assert read_events(recorder.folder / "events.jsonl")[-1].kind == "seal"
    assert (recorder.folder / "artifacts" / "0001-page.png").read_bytes() == PNG
    assert not (tmp_path / recorder.bundle_id).exists()


Tamper = Callable[[list[bytes]], bytes]
TAMPERINGS: dict[str, tuple[Tamper, int]] = {
    "a line edited": (
        lambda log: b"\n".join([*log[:1], log[1].replace(b"read phone", b"read email"), *log[2:], b""]),
        3,
    ),
    "a line removed": (lambda log: b"\n".join([*log[:2], *log[3:], b""]), 3),
    "the first line removed": (lambda log: b"\n".join([*log[1:], b""]), 1),
    "two lines swapped": (lambda log: b"\n".join([log[0], log[2], log[1], *log[3:], b""]), 2),
    "a line doubled": (lambda log: b"\n".join([*log[:2], log[1], *log[2:], b""]), 3),
    "the last line feed missing": (lambda log: b"\n".join(log), 8),
    "a line cut short": (lambda log: b"\n".join([*log[:-1], log[-1][:-9], b""]), 8),
    "a space put in": (
        lambda log: b"\n".join([*log[:-1], log[-1].replace(b":", b": ", 1), b""]),
        8,
    ),
    "a key given twice": (
        lambda log: b"\n".join([*log[:-1], log[-1][:-1] + b',"kind":"end"}', b""]),
        8,
    ),
    "an empty line": (lambda log: b"\n".join([*log, b"", b""]), 9),
    "not a number": (lambda log: b"\n".join([*log[:-1], b'{"mono_us":NaN}', b""]), 8),
    "no event": (lambda log: b"\n".join([*log[:-1], b"{}", b""]), 8),
    "nothing": (lambda log: b"", 1),
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_a_tampered_log_is_noticed(bundle: Path, what: str) -> None:
    """Whatever is done to a line, reading the log names the first line that is not as it was."""
    tamper, line = TAMPERINGS[what]
    (bundle / "events.jsonl").write_bytes(tamper(log_of(bundle)))
    with pytest.raises(BundleBroken) as caught:
        read_events(bundle / "events.jsonl")
    assert caught.value.where == f"events.jsonl: {line}"
    assert caught.value.exit_code == 1


def test_a_cut_tail_is_noticed_by_the_manifests_head(bundle: Path) -> None:
    """Lines missing at the end leave a chain that is whole in itself; only the head tells."""
    head = json.loads((bundle / "manifest.json").read_bytes())["chain"]["head"]
    (bundle / "events.jsonl").write_bytes(b"\n".join([*log_of(bundle)[:-1], b""]))
    read_events(bundle / "events.jsonl")
    with pytest.raises(BundleBroken):
        read_events(bundle / "events.jsonl", head=head)


def test_time_that_runs_backwards_is_noticed(tmp_path: Path) -> None:
    """A log whose chain was made anew still cannot tell an event before the one it follows."""
    lines, prev = [], "0" * 64
    for seq, (kind, mono_us) in enumerate([("genesis", 0), ("step", 900), ("end", 400)]):
        event: dict[str, Json] = {
            "seq": seq,
            "prev": prev,
            "utc": "x",
            "mono_us": mono_us,
            "kind": kind,
        }
        lines.append(canonical(event))
        prev = hashlib.sha256(lines[-1]).hexdigest()
    (tmp_path / "events.jsonl").write_bytes(b"\n".join([*lines, b""]))
    with pytest.raises(BundleBroken) as caught:
        read_events(tmp_path / "events.jsonl")
    assert caught.value.where == "events.jsonl: 3"
