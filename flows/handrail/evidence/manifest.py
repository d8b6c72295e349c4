"""manifest.json, held against what was signed and what SHA256SUMS lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handrail.evidence.envelope import Signed
from handrail.evidence.findings import Findings, Refused
from handrail.evidence.statement import ARTIFACTS, FORMAT


def check_manifest(
    manifest: Any, signed: Signed | None, sums: Mapping[str, str], findings: Findings
) -> dict[str, int]:
    """Return each artifact's size in bytes, as the manifest has it; raises Refused where it lists none."""
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise Refused("manifest")
    for key, value in (signed.predicate if signed else {}).items():
        if key not in manifest or not same(manifest[key], value):
            findings.add("manifest-differs", key)
    listed = _artifacts(manifest.get("artifacts"))
    artifacts = {name: digest for name, digest in sums.items() if name.startswith(f"{ARTIFACTS}/")}
    for name in sorted(listed.keys() | artifacts.keys()):
        if name not in listed or listed[name][0] != artifacts.get(name):
            findings.add("artifact-list", name)
    return {name: size for name, (_digest, size) in listed.items()}


def same(one: object, other: object) -> bool:
    """Whether two JSON values are the same: to Python, 1 and true are."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and one == other


def _artifacts(listed: Any) -> dict[str, tuple[str, int]]:
    if not isinstance(listed, list):
        raise Refused("manifest")
    found: dict[str, tuple[str, int]] = {}
    last = ""
    for one in listed:
        match one:
            case {"path": str(path), "sha256": str(digest), "size": int(size), **rest} if not rest:
                if path <= last:
                    raise Refused("artifact-list", path)
                found[path] = digest, size
                last = path
            case _:
                raise Refused("manifest")
    return found
