"""Verify a bundle from an untrusted source."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from handrail.evidence.format.copy_statement import CopyFacts
from handrail.evidence.format.findings import Findings, Reason, reason
from handrail.evidence.verify.bundle_check import Check, OnEvent
from handrail.evidence.verify.envelope import Signed
from handrail.evidence.verify.timestamps import trusted_time
from handrail.evidence.verify.verdict import Nature, Trust, Trusted, Verdict
from handrail.evidence.verify.zip_source import open_bundle

NOBODY = Trust()

_NO_TIME = "no-trusted-time"


def verify(
    path: Path,
    trust: Trust = NOBODY,
    *,
    expect_id: str | None = None,
    require_time: bool = False,
    on_event: OnEvent | None = None,
) -> Verdict:
    """Verify a bundle, a folder or a zip, and return everything that is wrong with it.

    `expect_id` is the bundle's expected name; only the name distinguishes bundles of the same key.
    `on_event` receives every event as it is read; believe them only if the verdict has no reasons.
    Raises BadInput where there is nothing at `path`.
    """
    findings = Findings()
    check: Check | None = None
    time: Trusted | None = None
    with findings.keeping(), closing(open_bundle(path, findings)) as source:
        check = Check(source, findings, on_event)
        check.run()
        time = trusted_time(check.stamps, check.log, trust, findings)
    signed = check.signed if check else None
    copy = check.copy.facts if check and check.copy else None
    vouched = signed or copy
    signer = check.fingerprint if check else None
    if vouched is not None and expect_id not in (None, vouched.bundle_id):
        findings.add("wrong-id", expected=expect_id)
    if vouched is not None and vouched.kind == "live" and signer in trust.demo_keys:
        findings.add("demo-key")
    if findings:
        time = None
    if require_time and time is None:
        findings.add(_NO_TIME)
    pinned = signer is not None and signer in trust.keys | trust.demo_keys
    return Verdict(
        intact=all(reason.code == _NO_TIME for reason in findings.reasons),
        signer="none" if vouched is None else "pinned" if pinned else "present",
        fingerprint=signer,
        time=time,
        bundle_id=vouched.bundle_id if vouched else None,
        complete=vouched.complete if vouched else None,
        waits_for_person=_waits(check),
        nature=_nature(vouched) if vouched else None,
        kind=vouched.kind if vouched else None,
        copy_of=copy,
        added_by_hand=check is not None
        and check.log is not None
        and check.log.genesis.get("own_pictures") is True,
        ended=check.log.times[-1] if check and check.log else None,
        reasons=findings.reasons,
        notes=() if findings or check is None else tuple(_notes(check, time, pinned=pinned)),
    )


def _notes(check: Check, time: Trusted | None, *, pinned: bool) -> Iterator[Reason]:
    if time is None:
        yield reason("stamp-unknown" if check.stamps.seal else "no-timestamp")
    if not pinned:
        yield reason("signer-not-pinned")
    vouched = check.signed or (check.copy.facts if check.copy else None)
    if vouched is not None and not vouched.complete:
        yield reason("incomplete")
    if _waits(check):
        yield reason("waits-for-person")


def _waits(check: Check | None) -> bool:
    if check is None or check.signed is None or check.log is None:
        return False
    return not check.signed.complete and check.log.outcome == "needs-person"


def _nature(signed: Signed | CopyFacts) -> Nature:
    if signed.rehearsal:
        return "rehearsal"
    if signed.kind == "mock":
        return "dry run"
    return "test" if signed.kind == "test" else "live"
