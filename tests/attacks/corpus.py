"""Every attack on a bundle that the verifier must catch, each with the code it is refused for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import forgery
import moves
from forgery import STAMP
from moves import FACTS, PICTURE, Move

from handrail.evidence.format.layout import ENVELOPE, LOG, MANIFEST, REPORT, SIGNER, SUMS
from handrail.evidence.format.limits import LARGEST

_TOMORROW = "2999-01-01T00:00:00.000Z"
_LONG_AGO = "2001-01-01T00:00:00.000Z"
STEERING = "\x1b[2J\u202efdp.png"
"""A name that clears the screen, and reads from right to left."""


@dataclass(frozen=True)
class Attack:
    """One way to change a bundle."""

    name: str
    """What is done, in words."""
    code: str
    """The first reason, or, where it is intact but for a stranger's key, the note."""
    change: Move
    """Does it to a bundle's folder."""
    base: Literal["plain", "stamped", "live"] = "plain"
    """Which good bundle it begins with."""
    needs: Literal["", "time", "id", "root"] = ""
    """What the verifier has to be told besides: to require a time, which bundle, a root to trust."""
    exit_code: int = 1
    """How the verifier ends."""
    zips: bool = True
    """Whether a zip can carry it."""
    by_hand: bool = True
    """Whether the recipe with standard tools sees it."""


odd = partial(Attack, by_hand=False)
"""What only somebody with the owner's key can do: sealed as it should be, and wrong in itself."""


def _key_of(kind: str) -> Move:
    def changed(bundle: Path, _lab: moves.Lab) -> None:
        (bundle / SIGNER).write_bytes(_other_key(kind))

    return changed


def _other_key(kind: str) -> bytes:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    if kind == "ed25519":
        return forgery.new_signer().public_pem
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _twice(told: dict[str, Any]) -> None:
    told["artifacts"].insert(1, told["artifacts"][0])


def _as_twin(data: bytes) -> bytes:
    return data[:-1] + b',"kind":"seal"}'


def _huge(bundle: Path, _lab: moves.Lab) -> None:
    with (bundle / SUMS).open("r+b") as file:
        file.truncate(LARGEST[SUMS] + 1)


SET_OF_FILES = (
    Attack("a step's picture removed", "missing", moves.plain(lambda b: (b / PICTURE).unlink())),
    Attack("the log removed", "missing", moves.plain(lambda b: (b / LOG).unlink())),
    Attack("the report removed", "missing", moves.plain(lambda b: (b / REPORT).unlink())),
    Attack("the key removed", "missing", moves.plain(lambda b: (b / SIGNER).unlink())),
    Attack("an unsealed bundle shown as whole", "unsealed", moves.plain(lambda b: (b / ENVELOPE).unlink())),
    Attack("an unlisted file", "unlisted", moves.unlisted("artifacts/0003-more.png")),
    Attack("an unlisted file at the top", "unlisted", moves.unlisted("README.txt"), zips=False),
    Attack("a hidden dotfile", "unlisted", moves.unlisted(".hidden"), zips=False),
    Attack("a hidden dotfile below", "unlisted", moves.unlisted("artifacts/.hidden"), zips=False),
    Attack("a name that steers a terminal", "unlisted", moves.unlisted(f"artifacts/{STEERING}"), zips=False),
    Attack("a link with the same bytes", "not-regular", moves.link, zips=False),
    Attack("the artifacts behind a link", "not-regular", moves.linked_folder, zips=False),
    Attack("the bundle behind a link", "not-regular", moves.linked_bundle, zips=False),
    Attack("a FIFO", "not-regular", moves.fifo, zips=False),
    Attack("an extra empty folder", "extra-folder", moves.plain(lambda b: (b / "more").mkdir()), zips=False),
    Attack(
        "an extra empty folder below",
        "extra-folder",
        moves.plain(lambda b: (b / "artifacts/more").mkdir()),
        zips=False,
    ),
    Attack("names that differ in form only", "unlisted", moves.plain(moves.twin_names), zips=False),
    Attack("an endless SHA256SUMS", "too-large", _huge, zips=False),
)

CONTENT = (
    Attack("an edited picture", "file-changed", moves.plain(moves.edited_picture)),
    Attack("the same, new SHA256SUMS", "sums-changed", moves.plain(moves.edited_picture, resummed=True)),
    Attack("an edited manifest", "manifest-changed", moves.plain(moves.edited_manifest)),
    Attack("edited, new SHA256SUMS", "sums-changed", moves.plain(moves.edited_manifest, resummed=True)),
    Attack("an edited report", "file-changed", moves.bytes_of(REPORT, lambda data: data + b"<!-- -->")),
    Attack("edited facts", "no-line-feed", moves.bytes_of(FACTS, lambda data: data[:-1])),
    Attack(
        "step, log line and sums removed together",
        "sums-changed",
        moves.together(moves.plain(moves.without_a_step), moves.plain(forgery.remanifest, resummed=True)),
    ),
    Attack("an envelope from another bundle of the same key", "sums-changed", moves.foreign_envelope),
    Attack("a whole bundle swapped for another of the same key", "wrong-id", moves.swapped, needs="id"),
)

SEAL = (
    Attack("the shipped key replaced", "keyid", _key_of("ed25519")),
    Attack("a key of another kind", "key-unreadable", _key_of("ec")),
    Attack(
        "a comment in the key's file", "key-unreadable", moves.bytes_of(SIGNER, lambda pem: b"# me\n" + pem)
    ),
    Attack("signed by the attacker's own key", "signer-not-pinned", moves.attacker_signs, exit_code=4),
    Attack("the same, said to be the owner's", "signature", moves.attacker_signs_as),
    Attack(
        "a keyid that is another key's",
        "keyid",
        moves.enveloped(lambda sealed: sealed["signatures"][0].update(keyid="0" * 64)),
    ),
    Attack(
        "the payloadType changed",
        "payload-type",
        moves.enveloped(lambda sealed: sealed.update(payloadType="application/json")),
    ),
    Attack("a second signature", "second-signature", moves.enveloped(moves.signature_twice)),
    Attack("no signature", "second-signature", moves.enveloped(lambda sealed: sealed.update(signatures=[]))),
    Attack("one key more in the envelope", "envelope", moves.enveloped(lambda sealed: sealed.update(more=1))),
    Attack(
        "one key more in the signature",
        "envelope",
        moves.enveloped(lambda sealed: sealed["signatures"][0].update(cert="")),
    ),
    Attack("the signature written in another way", "base64", moves.enveloped(moves.spare_bits)),
    Attack(
        "base64 of another alphabet",
        "base64",
        moves.enveloped(lambda sealed: sealed.update(payload=sealed["payload"][:-4] + "-_-_")),
    ),
    Attack(
        "a line feed after the envelope", "not-canonical", moves.bytes_of(ENVELOPE, lambda data: data + b"\n")
    ),
    Attack(
        "the payload given twice",
        "not-canonical",
        moves.bytes_of(ENVELOPE, lambda data: data[:-1] + b',"payload":"e30="}'),
    ),
    Attack("an envelope cut short", "not-canonical", moves.bytes_of(ENVELOPE, lambda data: data[:-1])),
    Attack(
        "a space after the signed payload",
        "not-canonical",
        lambda bundle, lab: forgery.sign_payload(bundle, lab.owner, lambda payload: payload + b" "),
    ),
    Attack(
        "a statement of another kind",
        "statement",
        moves.stated(lambda told: told.update(predicateType="https://slsa.dev/provenance/v1")),
    ),
    Attack(
        "a third subject", "statement", moves.stated(lambda told: told["subject"].append(told["subject"][0]))
    ),
    Attack("subjects in another order", "statement", moves.stated(lambda told: told["subject"].reverse())),
    Attack(
        "a statement that says more",
        "statement",
        moves.stated(lambda told: told["predicate"].update(verdict="fine")),
    ),
    odd(
        "a run that broke off said to be complete",
        "manifest-differs",
        moves.stated(lambda told: told["predicate"].update(complete=False)),
    ),
    odd(
        "a rehearsal's key under a live run",
        "demo-key",
        lambda bundle, lab: None,
        base="live",
    ),
    odd(
        "a dry run said to be live",
        "genesis-differs",
        moves.sealed_manifest(lambda told: told.update(kind="live", dry_run=False)),
    ),
)

LOG_ATTACKS = (
    Attack("the log reordered", "chain", moves.raw_log(lambda log: [log[0], log[2], log[1], *log[3:]])),
    Attack(
        "a line edited", "chain", moves.raw_log(lambda log: [log[0], log[1].replace(b"ok", b"ko"), *log[2:]])
    ),
    Attack("the tail cut", "chain-end", moves.raw_log(lambda log: log[:-2])),
    Attack("the tail cut, and sealed again but for the end", "chain-end", moves.tail_cut_under_the_old_end),
    Attack("the last line feed missing", "line-cut", moves.bytes_of(LOG, lambda log: log[:-1])),
    Attack("an empty log", "line-cut", moves.bytes_of(LOG, lambda _log: b"")),
    Attack("lines that end in CR LF", "line", moves.bytes_of(LOG, lambda log: log.replace(b"\n", b"\r\n"))),
    odd("time running backwards", "time-backwards", moves.sealed_events(moves.backwards)),
    odd(
        "a time that is none",
        "event-time",
        moves.sealed_events(lambda told: told[2].update(utc="2026-13-01T00:00:00.000Z")),
    ),
    odd("no first event", "place", moves.sealed_events(lambda told: told.pop(0))),
    odd("two first events", "place", moves.sealed_events(lambda told: told[1].update(kind="genesis"))),
    Attack("an event without a kind", "not-an-event", moves.sealed_line(lambda _line: b'{"seq":1}')),
    Attack("a line that is a list", "not-an-event", moves.sealed_line(lambda _line: b"[]")),
    odd("a duplicate key", "line", moves.sealed_line(_as_twin)),
    odd("a space in a line", "line", moves.sealed_line(lambda line: line.replace(b":", b": ", 1))),
    odd("NaN", "line", moves.sealed_line(lambda line: line[:-1] + b',"z":NaN}')),
    odd("a fraction", "line", moves.sealed_line(lambda line: line[:-1] + b',"z":0.5}')),
    odd(
        "a number no reader keeps",
        "line",
        moves.sealed_line(lambda line: line[:-1] + b',"z":9007199254740993}'),
    ),
    odd(
        "a number of 5,000 digits",
        "line",
        moves.sealed_line(lambda line: line[:-1] + b',"z":' + b"1" * 5000 + b"}"),
    ),
    odd("a text in another form", "line", moves.sealed_line(lambda line: line[:-1] + b',"z":"e\xcc\x81"}')),
    odd("half a letter", "line", moves.sealed_line(lambda line: line[:-1] + b',"z":"\\ud800"}')),
    odd("bytes that are no text", "line", moves.sealed_line(lambda line: line[:-1] + b',"z":"\xff"}')),
    odd("brackets without end", "line", moves.sealed_line(lambda line: line[:-1] + b',"z":' + b"[" * 99_999)),
    odd("a very long line", "line-long", moves.sealed_line(moves.long_line)),
    odd("no seal at the end", "sealed-by", moves.sealed_events(lambda told: told.pop())),
    odd(
        "another run's beginning",
        "genesis-differs",
        moves.sealed_events(lambda told: told[0].update(bundle_id="x")),
    ),
)

SUMS_AND_MANIFEST = (
    Attack("path traversal in SHA256SUMS", "sums-name", moves.traversal("../../etc/passwd")),
    Attack("an absolute path", "sums-name", moves.traversal("/etc/passwd")),
    Attack("traversal below the artifacts", "sums-name", moves.traversal("artifacts/../../x.png")),
    Attack("a folder below the artifacts", "sums-name", moves.traversal("artifacts/a/b.png")),
    Attack("a name in capitals", "sums-name", moves.traversal("artifacts/A.png")),
    Attack("a name in another form", "sums-name", moves.traversal("artifacts/cafe\u0301.png")),
    Attack("a name that is no text", "sums-name", moves.traversal("artifacts/\udcff.png")),
    Attack("the seal among the sums", "sums-name", moves.traversal(ENVELOPE)),
    Attack("a file listed that is not there", "missing", moves.traversal("artifacts/0009-gone.png")),
    Attack(
        "an artifact listed twice",
        "sums-order",
        moves.sealed_bytes(SUMS, lambda s: s.split(b"\n")[0] + b"\n" + s),
    ),
    Attack(
        "SHA256SUMS not sorted",
        "sums-order",
        moves.sealed_bytes(SUMS, lambda s: b"".join(s.splitlines(True)[::-1])),
    ),
    Attack("CR LF in SHA256SUMS", "sums-name", moves.sealed_bytes(SUMS, lambda s: s.replace(b"\n", b"\r\n"))),
    Attack(
        "binary markers in SHA256SUMS",
        "sums-format",
        moves.sealed_bytes(SUMS, lambda s: s.replace(b"  ", b" *")),
    ),
    Attack("hashes in capitals", "sums-format", moves.sealed_bytes(SUMS, lambda s: s[:64].upper() + s[64:])),
    Attack("an escaped name", "sums-format", moves.sealed_bytes(SUMS, lambda s: b"\\" + s)),
    Attack("a comment in SHA256SUMS", "sums-format", moves.sealed_bytes(SUMS, lambda s: b"# fine\n" + s)),
    Attack("SHA256SUMS cut short", "sums-format", moves.sealed_bytes(SUMS, lambda s: s[:-1])),
    Attack("an empty line in SHA256SUMS", "sums-format", moves.sealed_bytes(SUMS, lambda s: s + b"\n")),
    Attack(
        "a file left out of SHA256SUMS",
        "unlisted",
        moves.sealed_bytes(SUMS, lambda s: b"".join(s.splitlines(True)[1:])),
    ),
    odd("a manifest with spaces", "not-canonical", moves.sealed_bytes(MANIFEST, lambda m: b" " + m)),
    odd(
        "a manifest with a duplicate key",
        "not-canonical",
        moves.sealed_bytes(MANIFEST, lambda m: m[:-1] + b',"kind":"mock"}'),
    ),
    odd(
        "a manifest of another format",
        "manifest",
        moves.sealed_manifest(lambda told: told.update(format="x/9")),
    ),
    odd("no list of artifacts", "manifest", moves.sealed_manifest(lambda told: told.update(artifacts=None))),
    odd("listed twice in the manifest", "artifact-list", moves.sealed_manifest(_twice)),
    odd(
        "never listed in the manifest",
        "artifact-list",
        moves.sealed_manifest(lambda told: told["artifacts"].pop()),
    ),
    odd(
        "another size in the manifest",
        "artifact-differs",
        moves.sealed_manifest(lambda told: told["artifacts"][0].update(size=1)),
    ),
)

CAPTURES = (
    odd("never mentioned by the log", "artifact-never", moves.sealed_events(moves.without_mention)),
    odd(
        "mentioned twice by the log",
        "artifact-twice",
        moves.sealed_events(lambda told: told.insert(3, moves.capture(told))),
    ),
    odd(
        "mentioned and not there",
        "artifact-absent",
        moves.sealed_events(lambda told: told[1].update(path="artifacts/gone.png", sha256="0" * 64, size=1)),
    ),
    odd(
        "another hash in the log",
        "artifact-differs",
        moves.sealed_events(lambda told: moves.capture(told).update(sha256="0" * 64)),
    ),
    odd("a caption nested without end", "line", moves.sealed_facts(moves.nested, log_too=True)),
    odd("a mask outside its image", "mask-outside", moves.sealed_facts(moves.outside, log_too=True)),
    odd(
        "masks that differ",
        "facts-differ",
        moves.sealed_facts(lambda facts: facts.update(masks=[]), log_too=False),
    ),
    odd(
        "another size recorded",
        "picture-size",
        moves.sealed_facts(lambda facts: facts.update(width=41), log_too=False),
    ),
    odd(
        "facts that are not canonical",
        "not-canonical",
        moves.sealed_again(
            lambda b: ((b / FACTS).write_bytes(b" " + (b / FACTS).read_bytes()), forgery.redescribe_log(b))
        ),
    ),
    odd("bytes after IEND", "picture-after-end", moves.sealed_picture(lambda png: png + b"PK\x03\x04")),
    odd(
        "a text chunk",
        "picture-chunk",
        moves.sealed_picture(moves.chunk(b"tEXt", b"Comment\0+8613800138000")),
    ),
    odd("a compressed text chunk", "picture-chunk", moves.sealed_picture(moves.chunk(b"iTXt", b"x"))),
    odd("EXIF", "picture-chunk", moves.sealed_picture(moves.chunk(b"eXIf", b"MM\0*"))),
    odd("a chunk of nobody's", "picture-chunk", moves.sealed_picture(moves.chunk(b"prIv", b"x"))),
    odd("transparency", "picture-alpha", moves.sealed_picture(moves.transparent)),
    odd("a transparent colour", "picture-chunk", moves.sealed_picture(moves.chunk(b"tRNS", b"\0\0\0\0\0\0"))),
    odd("half a picture", "picture-cut", moves.sealed_picture(lambda png: png[:-20])),
    odd("no picture", "picture-cut", moves.sealed_picture(lambda png: b"GIF89a" + png)),
)

TIME = (
    odd("a good timestamp that the log does not mention", "artifact-never", moves.unmentioned_stamp),
    Attack(
        "the timestamp deleted",
        "no-trusted-time",
        moves.plain(lambda b: (b / STAMP).unlink()),
        "stamped",
        "time",
    ),
    Attack(
        "the timestamp of another bundle",
        "stamp-other",
        lambda b, lab: moves.void((b / STAMP).write_bytes((lab.other / STAMP).read_bytes())),
        "stamped",
        "root",
    ),
    Attack(
        "a rogue authority with the same names",
        "stamp-untrusted",
        moves.stamped(lambda lab, data: lab.rogue.stamp(data)),
        "stamped",
        "root",
    ),
    Attack("the same, its root shipped", "stamp-untrusted", moves.rogue_with_chain, "stamped", "root"),
    Attack(
        "a certificate that is not for timestamps",
        "stamp-eku",
        moves.stamped(lambda lab, data: lab.authority.as_if_signing(lab.authority.stamp(data))),
        "stamped",
        "root",
    ),
    Attack(
        "a timestamp over a SHA-1",
        "stamp-hash",
        moves.stamped(lambda lab, data: lab.authority.stamp(data, digest="sha1")),
        "stamped",
        "root",
    ),
    Attack(
        "a timestamp that is none",
        "stamp-unreadable",
        moves.stamped(lambda _lab, data: data),
        "stamped",
        "root",
    ),
    odd(
        "an event later than the stamp",
        "event-after-stamp",
        moves.timed(lambda told: told[-1].update(utc=_TOMORROW)),
        "stamped",
        "root",
    ),
    odd(
        "an event before the first stamp",
        "event-before-stamp",
        moves.timed(lambda told: told[4].update(utc=_LONG_AGO)),
        "stamped",
        "root",
    ),
    Attack(
        "a first stamp of something else",
        "stamp-other",
        moves.timed(lambda told: told[0].update(site="another")),
        "stamped",
        "root",
    ),
)

ATTACKS = (*SET_OF_FILES, *CONTENT, *SEAL, *LOG_ATTACKS, *SUMS_AND_MANIFEST, *CAPTURES, *TIME)
