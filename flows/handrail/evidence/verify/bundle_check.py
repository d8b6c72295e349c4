"""Check one bundle: from the signature to the listed hashes, from there to every byte."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

from handrail.evidence.format.canonical_json import same
from handrail.evidence.format.copy_statement import COPY_ALWAYS_THERE
from handrail.evidence.format.events import Event
from handrail.evidence.format.findings import CheckFailed, Findings
from handrail.evidence.format.layout import (
    ALWAYS_THERE,
    ARTIFACTS,
    ENVELOPE,
    LOG,
    MANIFEST,
    SIGNER,
    SUMS,
    TSA_CHAIN,
)
from handrail.evidence.format.limits import LARGEST, is_beside, is_token
from handrail.evidence.keys.signer import fingerprint
from handrail.evidence.verify.capture_check import check_captures
from handrail.evidence.verify.checksums import read_sums
from handrail.evidence.verify.envelope import Signed, SignedCopy, read_envelope, read_json, read_key
from handrail.evidence.verify.file_reader import FileCheck, HashedChunks, read_file, read_whole
from handrail.evidence.verify.folder_source import Source
from handrail.evidence.verify.log_chain import Log, check_mentions, read_log
from handrail.evidence.verify.manifest import check_manifest
from handrail.evidence.verify.timestamps import Stamps, read_stamps

_AT_ONCE = 2
"""How many threads hash files."""

_BATCH = 32
"""Files handed to a thread at a time: most of them are small."""

OnEvent = Callable[[Event], None]


class Check:
    """The results of checking one bundle; `run` does the checks."""

    def __init__(self, source: Source, findings: Findings, on_event: OnEvent | None) -> None:
        self._source = source
        self._names = set(source.names)
        self._findings = findings
        self._on_event = on_event
        self._envelope = b""
        self._sums: dict[str, str] = {}
        self._sizes: Mapping[str, int] = {}
        self._read: dict[str, FileCheck] = {}
        self.fingerprint: str | None = None
        """The fingerprint of the key whose signature holds."""
        self.signed: Signed | None = None
        """What was signed, where the signature holds."""
        self.copy: SignedCopy | None = None
        """What was signed, where it is a copy with something withheld."""
        self.log: Log | None = None
        """The log, where its chain holds."""
        self.stamps = Stamps()
        """The timestamps that are of this bundle."""

    def run(self) -> None:
        """Check everything; raises CheckFailed if it is no sealed bundle."""
        if ENVELOPE not in self._names:
            raise CheckFailed("unsealed" if self._names & ALWAYS_THERE else "not-a-bundle")
        seal = Findings()
        with seal.keeping():
            self._check_seal()
        always = COPY_ALWAYS_THERE if self.copy else ALWAYS_THERE
        for name in sorted(always - self._names):
            self._findings.add("missing", name)
        self._findings.extend(seal.reasons)
        if self.copy is not None:
            self._refuse_what_no_copy_has()
        self._check_sums()
        names = sorted(self._sums.keys() & self._names - {MANIFEST, LOG})
        batches = [names[start : start + _BATCH] for start in range(0, len(names), _BATCH)]
        with ThreadPoolExecutor(_AT_ONCE) as beside:
            # Hashing releases the interpreter lock: meanwhile the manifest and the log are checked here.
            reading = beside.map(self._read_files, batches)
            with self._findings.keeping():
                self._check_manifest()
            with self._findings.keeping():
                self._check_log()
            self._check_files(zip(names, chain.from_iterable(reading), strict=True))
        if self.log is not None:
            check_captures(self.log.captures, self._read, self._findings)
        if self.signed is not None and self.log is not None:
            tokens = {name: read.token for name, read in self._read.items() if read.token}
            self.stamps = read_stamps(self._source, self._envelope, self.log, tokens, self._findings)

    def _check_seal(self) -> None:
        self._envelope = self._whole(ENVELOPE)
        key = read_key(self._whole(SIGNER))
        signed = read_envelope(self._envelope, key)
        if isinstance(signed, SignedCopy):
            self.copy = signed
        else:
            self.signed = signed
        self.fingerprint = fingerprint(key)

    def _refuse_what_no_copy_has(self) -> None:
        """A copy has no log, and no timestamp of its own: what looks like one is checked by nobody."""
        for name in sorted(self._names):
            if name in (LOG, TSA_CHAIN) or is_token(name):
                self._findings.add("bad-name", name)

    def _check_sums(self) -> None:
        data = self._whole(SUMS)
        self._check_subject(SUMS, data, "sums-changed")
        self._sums = read_sums(data)
        for name in sorted(self._names - self._sums.keys()):
            if not is_beside(name):
                self._findings.add("unlisted", name)
        for name in sorted(self._sums.keys() - self._names - ALWAYS_THERE):
            self._findings.add("missing", name)

    def _check_manifest(self) -> None:
        data = self._whole(MANIFEST)
        self._check_subject(MANIFEST, data, "manifest-changed")
        manifest = read_json(data, MANIFEST)
        self._sizes = check_manifest(manifest, self.signed or self.copy, self._sums, self._findings)
        self._check_hash(MANIFEST, hashlib.sha256(data).hexdigest())

    def _check_log(self) -> None:
        if LOG not in self._names:
            return
        chunks = HashedChunks(self._source.chunks(LOG))
        self.log = read_log(chunks, self._findings, self._on_event)
        digest = chunks.rest()
        if self.log is not None:
            if self.signed is not None:
                self._check_genesis(self.log, self.signed)
            artifacts = {name: sha for name, sha in self._sums.items() if name.startswith(f"{ARTIFACTS}/")}
            check_mentions(self.log, artifacts, self._sizes, self._findings)
        self._check_hash(LOG, digest)

    def _check_genesis(self, log: Log, signed: Signed) -> None:
        if (log.count, log.head) != (signed.count, signed.head):
            self._findings.add("chain-end", LOG)
        expected = {"site_kind": signed.kind, "bundle_id": signed.bundle_id, "rehearsal": signed.rehearsal}
        for key, value in expected.items():
            if not same(log.genesis.get(key, False), value):
                self._findings.add("genesis-differs", key)
        if log.sealed_by != self.fingerprint:
            self._findings.add("sealed-by", LOG)

    def _check_files(self, reading: Iterable[tuple[str, FileCheck]]) -> None:
        for name, read in reading:
            self._read[name] = read
            self._findings.extend(read.reasons)
            if read.sha256:
                self._check_hash(name, read.sha256)
            if read.sha256 == self._sums[name] and self._sizes.get(name, read.size) != read.size:
                self._findings.add("artifact-list", name)

    def _read_files(self, names: Sequence[str]) -> list[FileCheck]:
        return [read_file(self._source, name) for name in names]

    def _whole(self, name: str) -> bytes:
        if name not in self._names:
            # Reported as missing already.
            raise CheckFailed("missing", name)
        return read_whole(self._source, name, LARGEST[name])

    def _check_subject(self, name: str, data: bytes, code: str) -> None:
        vouched = self.signed or self.copy
        if vouched is not None and hashlib.sha256(data).hexdigest() != vouched.subjects[name]:
            self._findings.add(code, name)

    def _check_hash(self, name: str, digest: str) -> None:
        if self._sums.get(name) not in (None, digest):
            self._findings.add("file-changed", name)
