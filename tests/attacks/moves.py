"""Single moves of a forger, to be put together into attacks."""

from __future__ import annotations

import io
import json
import os
import shutil
import unicodedata
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import forgery
from authority import Authority
from forgery import STAMP, Event
from PIL import Image

from handrail.evidence.format.events import canonical
from handrail.evidence.format.layout import ENVELOPE, LOG, MANIFEST, SIGNER, SUMS, TSA_CHAIN
from handrail.evidence.format.limits import LONGEST_LINE
from handrail.evidence.keys.signer import Signer

PICTURE = "artifacts/0001-phone-as-found.png"
FACTS = "artifacts/0001-phone-as-found.json"


@dataclass(frozen=True)
class Lab:
    """What a forger has at hand."""

    owner: Signer
    """The key the bundle was sealed with, for whoever got hold of it."""
    attacker: Signer
    """A key of the attacker's own."""
    authority: Authority
    """Whose timestamps are trusted."""
    rogue: Authority
    """Another authority with the same names."""
    other: Path
    """Another bundle of the same key, stamped by the same authority."""


Move: TypeAlias = Callable[[Path, Lab], None]
"""Changes a bundle's folder."""


def void(_value: object) -> None:
    """Take a value and return none: for lambdas that only do something."""


def edited_picture(bundle: Path) -> None:
    """Show something else in a capture."""
    (bundle / PICTURE).write_bytes(forgery.picture("red"))


def edited_manifest(bundle: Path) -> None:
    """Let the run have ended otherwise."""
    forgery.edit_manifest(bundle, lambda told: told["result"].update(outcome="refused"))


def without_a_step(bundle: Path) -> None:
    """Take a capture, and what the log says of it, away."""
    for path in (bundle / "artifacts").glob("0002-*"):
        path.unlink()
    forgery.edit_log(bundle, lambda told: told.remove(next(e for e in told if "0002-" in e.get("path", ""))))


def raw_log(change: Callable[[list[bytes]], list[bytes]]) -> Move:
    """Change the log's lines, and nothing else."""

    def changed(bundle: Path, _lab: Lab) -> None:
        forgery.write_log(bundle, change((bundle / LOG).read_bytes().splitlines()))

    return changed


def sealed_again(change: Callable[[Path], object]) -> Move:
    """Return an attack by somebody who has the owner's key: everything agrees, the form alone is wrong."""

    def changed(bundle: Path, lab: Lab) -> None:
        change(bundle)
        forgery.reseal(bundle, lab.owner)

    return changed


def sealed_events(change: Callable[[list[Event]], object]) -> Move:
    """Change what the events say, and seal that."""
    return sealed_again(lambda bundle: forgery.edit_log(bundle, lambda told: void(change(told))))


def sealed_line(change: Callable[[bytes], bytes]) -> Move:
    """Change the last line but keep the chain, which nothing follows."""

    def changed(bundle: Path) -> None:
        lines = (bundle / LOG).read_bytes().splitlines()
        forgery.write_log(bundle, [*lines[:-1], change(lines[-1])])

    return sealed_again(changed)


def sealed_manifest(change: Callable[[dict[str, Any]], object]) -> Move:
    """Change what manifest.json says, and seal that."""

    def changed(bundle: Path, lab: Lab) -> None:
        forgery.edit_manifest(bundle, lambda told: void(change(told)))
        forgery.resum(bundle)
        forgery.resign(bundle, lab.owner)

    return changed


def sealed_bytes(name: str, change: Callable[[bytes], bytes]) -> Move:
    """Change SHA256SUMS or manifest.json itself, and sign that."""

    def changed(bundle: Path, lab: Lab) -> None:
        said = {key: forgery.manifest(bundle)[key] for key in forgery.PREDICATE}
        (bundle / name).write_bytes(change((bundle / name).read_bytes()))
        if name == MANIFEST:
            forgery.resum(bundle)
        sealed = forgery.statement((bundle / SUMS).read_bytes(), (bundle / MANIFEST).read_bytes(), said)
        (bundle / ENVELOPE).write_bytes(forgery.envelope(sealed, lab.owner))

    return changed


def sealed_picture(change: Callable[[bytes], bytes]) -> Move:
    """Change a picture's bytes, and seal that."""

    def changed(bundle: Path) -> None:
        (bundle / PICTURE).write_bytes(change((bundle / PICTURE).read_bytes()))
        forgery.redescribe(bundle)

    return sealed_again(changed)


def sealed_facts(change: Callable[[dict[str, Any]], object], *, log_too: bool) -> Move:
    """Change the facts beside a capture, in the log as well or not, and seal that."""

    def changed(bundle: Path) -> None:
        facts = json.loads((bundle / FACTS).read_bytes())
        change(facts)
        (bundle / FACTS).write_bytes(canonical(facts) + b"\n")
        if log_too:
            forgery.edit_log(bundle, lambda told: void(change(capture(told))))
        forgery.redescribe(bundle)

    return sealed_again(changed)


def enveloped(change: Callable[[dict[str, Any]], object]) -> Move:
    """Change the envelope, which needs no key."""

    def changed(bundle: Path, _lab: Lab) -> None:
        sealed = json.loads((bundle / ENVELOPE).read_bytes())
        change(sealed)
        (bundle / ENVELOPE).write_bytes(canonical(sealed))

    return changed


def bytes_of(name: str, change: Callable[[bytes], bytes]) -> Move:
    """Change a file's bytes, and nothing else."""
    return lambda bundle, _lab: void((bundle / name).write_bytes(change((bundle / name).read_bytes())))


def stated(change: Callable[[dict[str, Any]], object]) -> Move:
    """Change what the statement says, and sign it."""

    def changed(bundle: Path, lab: Lab) -> None:
        def retold(payload: bytes) -> bytes:
            told = json.loads(payload)
            change(told)
            return canonical(told)

        forgery.sign_payload(bundle, lab.owner, retold)

    return changed


def stamped(seal: Callable[[Lab, bytes], bytes]) -> Move:
    """Put another timestamp over the seal."""

    def changed(bundle: Path, lab: Lab) -> None:
        (bundle / STAMP).write_bytes(seal(lab, (bundle / ENVELOPE).read_bytes()))

    return changed


def timed(change: Callable[[list[Event]], object]) -> Move:
    """Change what the log says of its times, seal that, and have it stamped again."""

    def changed(bundle: Path, lab: Lab) -> None:
        forgery.edit_log(bundle, lambda told: void(change(told)))
        forgery.reseal(bundle, lab.owner)
        (bundle / STAMP).write_bytes(lab.authority.stamp((bundle / ENVELOPE).read_bytes()))

    return changed


def rogue_with_chain(bundle: Path, lab: Lab) -> None:
    """Stamp by an authority that only bears the trusted one's names, and ship its root."""
    (bundle / STAMP).write_bytes(lab.rogue.stamp((bundle / ENVELOPE).read_bytes()))
    (bundle / TSA_CHAIN).write_bytes(lab.rogue.root.read_bytes())


def attacker_signs(bundle: Path, lab: Lab) -> None:
    """Change a capture, and seal everything with a key of one's own."""
    edited_picture(bundle)
    forgery.redescribe(bundle)
    forgery.edit_log(bundle, lambda told: told[-1].update(fingerprint=lab.attacker.fingerprint))
    forgery.remanifest(bundle)
    forgery.resum(bundle)
    forgery.resign(bundle, lab.attacker)
    for token in (STAMP, TSA_CHAIN):
        (bundle / token).unlink(missing_ok=True)


def attacker_signs_as(bundle: Path, lab: Lab) -> None:
    """The same, and say that it was the owner."""
    attacker_signs(bundle, lab)
    (bundle / SIGNER).write_bytes(lab.owner.public_pem)
    enveloped(lambda sealed: sealed["signatures"][0].update(keyid=lab.owner.fingerprint))(bundle, lab)


def foreign_envelope(bundle: Path, lab: Lab) -> None:
    """Take the envelope of another bundle."""
    shutil.copy(lab.other / ENVELOPE, bundle / ENVELOPE)


def swapped(bundle: Path, lab: Lab) -> None:
    """Hand over another bundle altogether."""
    shutil.rmtree(bundle)
    shutil.copytree(lab.other, bundle)


def link(bundle: Path, _lab: Lab) -> None:
    """Have a link to the same bytes stand for a capture."""
    outside = bundle.parent / f"{bundle.name}-outside.png"
    shutil.move(bundle / PICTURE, outside)
    (bundle / PICTURE).symlink_to(outside)


def linked_folder(bundle: Path, _lab: Lab) -> None:
    """The same for all of them."""
    outside = bundle.parent / f"{bundle.name}-outside"
    shutil.move(bundle / "artifacts", outside)
    (bundle / "artifacts").symlink_to(outside)


def linked_bundle(bundle: Path, _lab: Lab) -> None:
    """The same for the bundle."""
    outside = bundle.parent / f"{bundle.name}-outside"
    shutil.move(bundle, outside)
    bundle.symlink_to(outside)


def fifo(bundle: Path, _lab: Lab) -> None:
    """Have a pipe stand for a capture."""
    (bundle / PICTURE).unlink()
    os.mkfifo(bundle / PICTURE)


def traversal(name: str) -> Move:
    """List a file of this name, and sign that."""

    def retold(sums: bytes) -> bytes:
        lines = [*sums.decode().splitlines(), f"{'0' * 64}  {name}"]
        told = "".join(f"{line}\n" for line in sorted(lines, key=lambda line: line[66:]))
        return told.encode("utf-8", "surrogateescape")

    return sealed_bytes(SUMS, retold)


def twin_names(bundle: Path) -> None:
    """Add two files whose names look the same."""
    for form in ("NFC", "NFD"):
        name = unicodedata.normalize(form, "caf\u00e9.png")
        (bundle / "artifacts" / name).write_bytes(forgery.picture())


def unlisted(name: str) -> Move:
    """Add a file."""
    return lambda bundle, _lab: void((bundle / name).write_bytes(b"a note"))


def chunk(kind: bytes, data: bytes) -> Callable[[bytes], bytes]:
    """Put one more chunk after a picture's header, its checksum and all."""
    checked = kind + data
    whole = len(data).to_bytes(4, "big") + checked + zlib.crc32(checked).to_bytes(4, "big")
    return lambda png: png[:33] + whole + png[33:]


def transparent(_png: bytes) -> bytes:
    """Return a picture of which a viewer shows nothing."""
    file = io.BytesIO()
    Image.new("RGBA", (40, 30), (200, 10, 10, 0)).save(file, "PNG")
    return file.getvalue()


def spare_bits(sealed: dict[str, Any]) -> None:
    """Write the same signature in another way."""
    # 64 bytes end in one letter of which only two bits count.
    sig = sealed["signatures"][0]["sig"]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other = alphabet[alphabet.index(sig[-3]) ^ 1]
    sealed["signatures"][0]["sig"] = sig[:-3] + other + sig[-2:]


def capture(told: list[Event]) -> Event:
    """Return the first capture's event."""
    return next(event for event in told if event["kind"] == "capture")


def backwards(told: list[Event]) -> None:
    """Let one event come before the one it follows."""
    told[4]["mono_us"] = told[3]["mono_us"] - 1


def without_mention(told: list[Event]) -> None:
    """Let the log forget a capture that is there."""
    told.remove(capture(told))


def unmentioned_stamp(bundle: Path, lab: Lab) -> None:
    """Put a good timestamp of the beginning beside the captures, and let the log forget it; seal that."""
    first = (bundle / LOG).read_bytes().split(b"\n")[0]
    (bundle / "artifacts" / "genesis.2.tsr").write_bytes(lab.authority.stamp(first))
    forgery.reseal(bundle, lab.owner)


def nested(told: dict[str, Any]) -> None:
    """Say of a capture what is nested more deeply than anybody can follow."""
    deep: Any = 1
    for _level in range(400):
        deep = {"a": deep}
    told["caption"] = deep


def long_line(line: bytes) -> bytes:
    """Let an event go on and on."""
    return canonical({**json.loads(line), "text": "x" * LONGEST_LINE})


def outside(facts: dict[str, Any]) -> None:
    """Move a mask over the picture's edge."""
    facts["masks"] = [{**facts["masks"][0], "x": 30}]


def tail_cut_under_the_old_end(bundle: Path, lab: Lab) -> None:
    """Cut the log's tail, and sign everything anew but the end that the statement and the manifest name."""
    lines = (bundle / LOG).read_bytes().splitlines()
    forgery.write_log(bundle, lines[:-1])
    forgery.resum(bundle)
    forgery.resign(bundle, lab.owner)


def together(*changes: Move) -> Move:
    """Return several moves as one."""

    def changed(bundle: Path, lab: Lab) -> None:
        for change in changes:
            change(bundle, lab)

    return changed


def plain(change: Callable[[Path], None], *, resummed: bool = False) -> Move:
    """Return a move that needs no key, with new sums or without."""

    def changed(bundle: Path, _lab: Lab) -> None:
        change(bundle)
        if resummed:
            forgery.resum(bundle)

    return changed


def signature_twice(sealed: dict[str, Any]) -> None:
    """Sign twice."""
    sealed["signatures"] *= 2
