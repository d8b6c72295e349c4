"""Keep a bundle sealed by this version, which later versions must still accept; run once for each version.

.venv/bin/python tests/tools/keep_bundle.py writes tests/kept/VERSION.zip, the authority's root beside it,
and prints the line for tests/unit/evidence/verify/test_kept_bundles.py.
The keys are thrown away: nobody can make it again.
"""

from __future__ import annotations

import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "attacks"))

import forgery
from authority import Authority

from handrail.core.version import __version__
from handrail.evidence.export.zip_writer import write_zip
from handrail.evidence.timestamps.authorities import Authority as Asked

KEPT = Path(__file__).parents[1] / "kept"


@contextmanager
def served(authority: Authority) -> Iterator[str]:
    """Let the authority answer by HTTP, and say where."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            reply = authority.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def main() -> int:
    """Make and keep it, unless this version has one."""
    packed = KEPT / f"{__version__}.zip"
    if packed.exists():
        print(f"{packed} is there: what was kept is never made anew.", file=sys.stderr)
        return 1
    KEPT.mkdir(exist_ok=True)
    signer = forgery.new_signer()
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(Path(folder) / "authority")
        with served(authority) as url:
            bundle = forgery.good_bundle(Path(folder), signer, authorities=[Asked(url)])
        write_zip(bundle, packed)
        packed.with_suffix(".root.pem").write_bytes(authority.root.read_bytes())
    print(f'    Kept("{__version__}", "{bundle.name}", "{signer.fingerprint}"),')
    return 0


if __name__ == "__main__":
    sys.exit(main())
