"""Timestamps: a local authority stamps beginning and seal; one that does not answer holds nobody up."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from authority import Authority as LocalAuthority
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from handrail.core.errors import BadInput
from handrail.evidence.format.events import Json, read_events
from handrail.evidence.keys.signer import Signer
from handrail.evidence.recording.recorder import Recorder
from handrail.evidence.timestamps.authorities import Asking, Authority, authorities_for, read_roots
from handrail.evidence.verify.verdict import Trust
from handrail.evidence.verify.verifier import verify

SIGNER = Signer(Ed25519PrivateKey.generate(), demo=True)
FACTS: dict[str, Json] = {"flow": "contact", "site": "mock", "site_kind": "mock", "dry_run": True}
RESULT: dict[str, Json] = {"outcome": "done", "exit_code": 0, "advice": []}


@dataclass
class Tsa:
    """A time-stamping authority on this machine, by HTTP; its path says how it behaves."""

    authority: LocalAuthority
    url: str = ""
    asked: list[bytes] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    alone: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, path: str, query: bytes) -> tuple[int, bytes]:
        """Return a status and a body."""
        if path == "/slow":
            self.over.wait(30)
        if path == "/status":
            return 503, b""
        if path == "/nonsense":
            return 200, b"<html>Welcome to this hotel's network</html>"
        if path == "/endless":
            return 200, b"\0" * 200_000
        with self.alone:
            self.asked.append(query)
            # Of something else, or of the same thing when it was asked before.
            return 200, self.authority.answer(self.asked[0] if path == "/old" else query)

    def at(self, path: str, *, trusted: bool = True) -> Authority:
        """Return it as one that is asked."""
        roots = read_roots(self.authority.root, where="test") if trusted else ()
        return Authority(self.url + path, roots)


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tsa]:
    """Serve an authority on a free port."""
    served = Tsa(LocalAuthority(tmp_path_factory.mktemp("tsa") / "authority"))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/timestamp-query"
            status, body = served.answer(self.path, query)
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_about: object) -> None:
            """Say nothing of a client that had no more patience."""

    server = Server(("127.0.0.1", 0), Handler)
    served.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield served
    served.over.set()
    server.shutdown()
    thread.join()
    server.server_close()


def bundle_of(out: Path, *authorities: Authority) -> tuple[Path, list[str]]:
    """Record a short run and return its bundle, and what is to be told about it."""
    recorder = Recorder.begin(out, facts=FACTS, clean=str, signer=SIGNER, authorities=authorities)
    recorder.event("step", name="read phone", effect="read", attempts=1, ms=12, outcome="ok")
    return recorder.finish(RESULT), recorder.notes


def trusting(tsa: Tsa) -> Trust:
    """Trust the signer and the authority."""
    roots = read_roots(tsa.authority.root, where="test")
    return Trust(demo_keys=frozenset({SIGNER.fingerprint}), named_roots=roots)


def test_beginning_and_seal_are_stamped(tmp_path: Path, tsa: Tsa) -> None:
    """The first event's stamp is in the second event; the seal's is beside it; the time is trusted."""
    bundle, notes = bundle_of(tmp_path, tsa.at("/ok"))
    events = read_events(bundle / "events.jsonl")
    assert [event.kind for event in events] == ["genesis", "stamp", "step", "end", "seal"]
    assert events[1].facts["path"] == "artifacts/genesis.tsr"
    verdict = verify(bundle, trusting(tsa), require_time=True)
    assert verdict.exit_code == 0, verdict
    assert verdict.time is not None
    assert verdict.time.began_after is not None
    assert notes == []


def test_openssl_is_of_the_same_opinion(tmp_path: Path, tsa: Tsa) -> None:
    """The stamps verify by OpenSSL, with what the bundle holds and the authority's root."""
    bundle, _notes = bundle_of(tmp_path, tsa.at("/ok"))
    (tmp_path / "first").write_bytes((bundle / "events.jsonl").read_bytes().split(b"\n")[0])
    pairs = [
        (bundle / "attestation.dsse.json", bundle / "attestation.dsse.json.tsr"),
        (tmp_path / "first", bundle / "artifacts" / "genesis.tsr"),
    ]
    for data, token in pairs:
        roots = ("-CAfile", str(tsa.authority.root), "-untrusted", str(bundle / "tsa-chain.pem"))
        check = ["openssl", "ts", "-verify", "-data", str(data), "-in", str(token), *roots]
        subprocess.run(check, check=True, capture_output=True)  # noqa: S603  # our own words


def test_every_authority_is_asked(tmp_path: Path, tsa: Tsa) -> None:
    """Two authorities leave two stamps each time; one that fails takes nothing from the others."""
    bundle, notes = bundle_of(tmp_path, tsa.at("/ok"), tsa.at("/nonsense"), tsa.at("/too"))
    assert (bundle / "attestation.dsse.json.2.tsr").is_file()
    assert (bundle / "artifacts" / "genesis.2.tsr").is_file()
    assert not (bundle / "attestation.dsse.json.3.tsr").exists()
    assert verify(bundle, trusting(tsa), require_time=True).exit_code == 0
    assert len(set(notes)) == 1


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/nonsense", "its answer is no timestamp"),
        ("/endless", "its answer is no timestamp"),
        ("/old", "its answer is of something else"),
        ("/status", "it answers with status 503"),
    ],
)
def test_an_answer_that_cannot_be_used_is_said_in_a_sentence(
    tmp_path: Path, tsa: Tsa, path: str, why: str
) -> None:
    """The run's evidence is sealed all the same, and nobody calls the time trusted."""
    bundle_of(tmp_path, tsa.at("/ok"))
    bundle, notes = bundle_of(tmp_path, tsa.at(path))
    assert notes == [f"No trusted time from 127.0.0.1: {why}."] * 2
    verdict = verify(bundle, trusting(tsa))
    assert (verdict.exit_code, verdict.time) == (0, None)
    assert not (bundle / "attestation.dsse.json.tsr").exists()


def test_an_answer_to_the_same_question_asked_before_is_refused(tsa: Tsa) -> None:
    """A reply kept from an earlier time has another nonce, and proves nothing of now."""
    tsa.asked.clear()
    data = b"the very same"
    (first,) = Asking(data, [tsa.at("/ok")]).answers(5)
    (second,) = Asking(data, [tsa.at("/old")]).answers(5)
    assert first.token is not None
    assert (second.token, second.why_not) == (None, "its answer is to another question")


def test_a_rogue_authority_is_not_believed(tmp_path: Path, tsa: Tsa) -> None:
    """Another's root does not vouch for this one, whatever names it bears."""
    rogue = LocalAuthority(tmp_path / "rogue")
    asked = Authority(f"{tsa.url}/ok", read_roots(rogue.root, where="test"))
    (answer,) = Asking(b"data", [asked]).answers(5)
    assert answer.token is None
    assert "root certificate" in answer.why_not


def test_a_silent_authority_holds_nobody_up(tmp_path: Path, tsa: Tsa) -> None:
    """The walk goes on at once; the answer is given up after a few seconds, in a sentence."""
    recorder = Recorder.begin(tmp_path, facts=FACTS, clean=str, signer=SIGNER, authorities=[tsa.at("/slow")])
    began = time.monotonic()
    for number in range(50):
        recorder.event("step", name=str(number))
    # The first event alone may wait a moment for the beginning's stamp.
    assert time.monotonic() - began < 3
    (answer,) = Asking(b"data", [tsa.at("/slow")], patience_s=0.1).answers(5)
    assert answer.why_not == "it did not answer within 0.1 seconds"


def test_nobody_at_the_address_is_said(tsa: Tsa) -> None:
    """A refused connection is the system's own reason, not a traceback."""
    (answer,) = Asking(b"data", [Authority("http://127.0.0.1:9/tsa")]).answers(5)
    assert answer.why_not.startswith("it could not be asked: ")


SETTINGS = {
    "an address of nothing": ('[[tsa]]\nurl = "ftp://tsa.example"\n', "tsa[0].url"),
    "a dry run's beyond this machine": (
        '[[tsa]]\nurl = "http://tsa.example"\ndry_runs = true\n',
        "this machine",
    ),
    "a misspelt key": ('[[tsa]]\nurl = "http://tsa.example"\nroot = "x"\n', "tsa[0].root"),
    "no root": ('[[tsa]]\nurl = "http://tsa.example"\nroots = "none.pem"\n', "none.pem"),
    "no certificate": ('[[tsa]]\nurl = "http://tsa.example"\nroots = "settings.toml"\n', "no certificate"),
}


@pytest.mark.parametrize("what", SETTINGS)
def test_settings_that_cannot_be_used_are_refused(tmp_path: Path, what: str) -> None:
    """Before anything is opened, with the key or the file that is wrong."""
    text, said = SETTINGS[what]
    (tmp_path / "settings.toml").write_text(text)
    with pytest.raises(BadInput) as refused:
        authorities_for("live", tmp_path)
    assert said in refused.value.message


def test_a_dry_run_asks_nobody_who_is_not_set_for_it(tmp_path: Path) -> None:
    """An authority in the settings is asked for live runs; for others only where it says so."""
    (tmp_path / "settings.toml").write_text('[[tsa]]\nurl = "https://tsa.example"\n')
    assert authorities_for("mock", tmp_path) == authorities_for("test", tmp_path) == ()
    assert [one.host for one in authorities_for("live", tmp_path)] == ["tsa.example"]
