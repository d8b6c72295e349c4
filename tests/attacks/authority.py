"""A time-stamping authority of our own: OpenSSL's, with a root, and the time of this machine."""

from __future__ import annotations

import subprocess
from pathlib import Path

_CONFIG = """\
[req]
distinguished_name = name
prompt = no
[name]
CN = Handrail tests, time
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
[stamping]
basicConstraints = critical,CA:false
extendedKeyUsage = critical,timeStamping
[signing]
basicConstraints = critical,CA:false
extendedKeyUsage = critical,codeSigning
[tsa]
default_tsa = this
[this]
serial = serial
crypto_device = builtin
signer_cert = stamping.pem
signer_key = leaf.key
default_policy = 1.2.3.4.1
signer_digest = sha256
digests = sha1, sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""


class Authority:
    """Stamps whatever it is given; two of them bear the same names, and differ in their keys."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        (folder / "openssl.cnf").write_text(_CONFIG)
        self.root = folder / "root.pem"
        """The root's certificate."""
        # RSA's signatures are all of one length, which `as_if_signing` needs.
        key = ("-newkey", "rsa:2048", "-nodes", "-keyout")
        self._run("req", "-x509", *key, "root.key", "-extensions", "root", "-days", "30", "-out", "root.pem")
        curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout")
        self._run("req", "-new", *curve, "leaf.key", "-subj", "/CN=Handrail tests, stamp", "-out", "leaf.csr")
        for purpose in ("stamping", "signing"):
            self._issue(purpose)

    def stamp(self, data: bytes, *, digest: str = "sha256") -> bytes:
        """Return the authority's reply over the data."""
        (self._folder / "data").write_bytes(data)
        self._run("ts", "-query", "-data", "data", f"-{digest}", "-cert", "-out", "query.tsq")
        return self.answer((self._folder / "query.tsq").read_bytes())

    def answer(self, query: bytes) -> bytes:
        """Return the authority's reply to a request."""
        (self._folder / "query.tsq").write_bytes(query)
        self._run("ts", "-reply", "-config", "openssl.cnf", "-queryfile", "query.tsq", "-out", "reply.tsr")
        return (self._folder / "reply.tsr").read_bytes()

    def as_if_signing(self, reply: bytes) -> bytes:
        """Return a reply with a certificate of the same key, name and number that may only sign code.

        OpenSSL would not stamp with it, so it is put in the other one's place: both are of one length.
        """
        stamping, signing = (self._der(purpose) for purpose in ("stamping", "signing"))
        assert len(stamping) == len(signing)
        assert stamping in reply
        return reply.replace(stamping, signing)

    def _issue(self, purpose: str) -> None:
        by = ("-CA", "root.pem", "-CAkey", "root.key", "-set_serial", "4711", "-days", "20")
        how = ("-extfile", "openssl.cnf", "-extensions", purpose)
        self._run("x509", "-req", "-in", "leaf.csr", *by, *how, "-out", f"{purpose}.pem")

    def _der(self, purpose: str) -> bytes:
        self._run("x509", "-in", f"{purpose}.pem", "-outform", "DER", "-out", f"{purpose}.der")
        return (self._folder / f"{purpose}.der").read_bytes()

    def _run(self, *words: str) -> None:
        command = ["openssl", *words]
        if words[0] == "req":
            command += ["-config", "openssl.cnf"]
        subprocess.run(command, cwd=self._folder, check=True, capture_output=True)  # noqa: S603  # our own words
