"""Compare manifest.json with the signed statement and with SHA256SUMS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handrail.evidence.format.canonical_json import same
from handrail.evidence.format.copy_statement import COPY_FORMAT
from handrail.evidence.format.findings import CheckFailed, Findings
from handrail.evidence.format.layout import ARTIFACTS, FORMAT
from handrail.evidence.verify.envelope import Signed, SignedCopy

_ENTRY = {"path", "sha256", "size"}


def check_manifest(
    manifest: Any, signed: Signed | SignedCopy | None, sums: Mapping[str, str], findings: Findings
) -> dict[str, int]:
    """Check the manifest and return each artifact's size in bytes as listed there; raises CheckFailed."""
    layout = COPY_FORMAT if isinstance(signed, SignedCopy) else FORMAT
    if not isinstance(manifest, dict) or manifest.get("format") != layout:
        raise CheckFailed("manifest")
    for key, value in (signed.predicate if signed else {}).items():
        if key not in manifest or not same(manifest[key], value):
            findings.add("manifest-differs", key)
    listed = _artifacts(manifest.get("artifacts"))
    artifacts = {name: digest for name, digest in sums.items() if name.startswith(f"{ARTIFACTS}/")}
    for name in sorted(listed.keys() | artifacts.keys()):
        if name not in listed or listed[name][0] != artifacts.get(name):
            findings.add("artifact-list", name)
    return {name: size for name, (_digest, size) in listed.items()}


def _artifacts(listed: Any) -> dict[str, tuple[str, int]]:
    if not isinstance(listed, list):
        raise CheckFailed("manifest")
    artifacts: dict[str, tuple[str, int]] = {}
    last = ""
    for entry in listed:
        if not isinstance(entry, dict) or entry.keys() != _ENTRY:
            raise CheckFailed("manifest")
        path, digest, size = entry["path"], entry["sha256"], entry["size"]
        if not (isinstance(path, str) and isinstance(digest, str) and type(size) is int):
            raise CheckFailed("manifest")
        if path <= last:
            raise CheckFailed("artifact-list", path)
        artifacts[path] = digest, size
        last = path
    return artifacts
