"""A dry run and its timestamps: stamped where an authority is set for it, and only there."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from authority import Authority as LocalAuthority

from handrail.evidence.timestamps.authorities import Authority, read_roots
from handrail_fixtures.plugin import Ran


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


def test_a_dry_run_is_stamped_by_an_authority_here(
    tmp_path: Path, tsa: Tsa, handrail: Callable[..., Ran]
) -> None:
    """From the settings to the verdict: one that is set for dry runs stamps them, and is trusted here."""
    state = tmp_path / "state"
    state.mkdir()
    (state / "root.pem").write_bytes(tsa.authority.root.read_bytes())
    settings = f'[[tsa]]\nurl = "{tsa.url}/ok"\nroots = "root.pem"\ndry_runs = true\n'
    (state / "settings.toml").write_text(settings)
    ran = handrail("dry-run", "contact", "--state", state, "--out", tmp_path / "out", "--json")
    assert ran.code == 0, ran.stderr
    bundle = ran.record["bundle"]
    told = handrail("evidence", "verify", bundle, "--state", state, "--require-time", "--json")
    assert told.code == 0, told.stdout
    assert "stamped the beginning" in (Path(bundle) / "report.html").read_text("utf-8")
