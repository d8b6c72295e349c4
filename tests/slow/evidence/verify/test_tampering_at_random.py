"""Whatever is done to a bundle's bytes, it never passes, and the verifier always has a verdict."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import forgery
import pytest
from authority import Authority
from forgery import STAMP
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from handrail.evidence.export.zip_writer import write_zip
from handrail.evidence.format.layout import TSA_CHAIN
from handrail.evidence.timestamps.timestamp_token import read_certificates
from handrail.evidence.verify.verdict import Trust, Verdict
from handrail.evidence.verify.verifier import verify
from handrail.evidence.verify.zip_source import Zip

UNSIGNED = (STAMP, TSA_CHAIN)
"""Nothing signs these: they prove something themselves, or nothing."""

Tamper = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Sealed:
    """A good bundle, and how it verifies."""

    folder: Path
    packed: Path
    trust: Trust
    verdict: Verdict

    def names(self, *, unsigned: bool) -> list[str]:
        """Return the files that a signature covers, or the others."""
        names = sorted(
            str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file()
        )
        return [name for name in names if (name in UNSIGNED) == unsigned]

    def told(self, changed: dict[str, bytes]) -> Verdict:
        """Verify with some files changed, and put them back."""
        before = {name: (self.folder / name).read_bytes() for name in changed}
        try:
            for name, data in changed.items():
                (self.folder / name).write_bytes(data)
            return verify(self.folder, self.trust)
        finally:
            for name, data in before.items():
                (self.folder / name).write_bytes(data)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    """A small bundle, stamped, with the authority's root shipped beside it."""
    folder = tmp_path_factory.mktemp("sealed")
    owner, authority = forgery.new_signer(), Authority(folder / "authority")
    bundle = forgery.good_bundle(folder, owner)
    forgery.stamp(bundle, owner, authority)
    (bundle / TSA_CHAIN).write_bytes(authority.root.read_bytes())
    roots = read_certificates(authority.root.read_bytes())
    trust = Trust(demo_keys=frozenset({owner.fingerprint}), named_roots=roots)
    write_zip(bundle, folder / "bundle.zip")
    verdict = verify(bundle, trust)
    assert verdict.exit_code == 0
    assert verdict.time is not None
    return Sealed(bundle, folder / "bundle.zip", trust, verdict)


def flipped(at: int, by: int) -> Tamper:
    """Turn some bits of one byte."""
    return lambda data: (
        data[: at % len(data)] + bytes([data[at % len(data)] ^ by]) + data[at % len(data) + 1 :]
    )


def cut(at: int, size: int) -> Tamper:
    """Take some bytes out, the last ones as well as any."""
    return lambda data: data[: at % len(data)] + data[at % len(data) + size :]


def inserted(at: int, more: bytes) -> Tamper:
    """Put some bytes in, at the end as well as anywhere."""
    return lambda data: data[: at % (len(data) + 1)] + more + data[at % (len(data) + 1) :]


def swapped(at: int, size: int) -> Tamper:
    """Let two neighbours change places."""

    def tamper(data: bytes) -> bytes:
        start = at % len(data)
        one, other = data[start : start + size], data[start + size : start + 2 * size]
        return data[:start] + other + one + data[start + 2 * size :]

    return tamper


PLACES = st.integers(min_value=0, max_value=1 << 20)
SIZES = st.integers(min_value=1, max_value=80)
TEXTS = st.sampled_from([b"\n", b" ", b"\r", b"\0", b"{}", b'"', b"0", b"\xef\xbb\xbf", b"=", b"/"])
TAMPERS = st.one_of(
    st.builds(flipped, PLACES, st.integers(min_value=1, max_value=255)),
    st.builds(cut, PLACES, SIZES),
    st.builds(inserted, PLACES, st.one_of(TEXTS, st.binary(min_size=1, max_size=8))),
    st.builds(swapped, PLACES, SIZES),
)
# The same examples every time: a check that fails now and then is no check.
BOUNDED = settings(derandomize=True, deadline=None, database=None)


@settings(BOUNDED, max_examples=300)
@given(data=st.data(), tamper=TAMPERS)
def test_no_changed_byte_passes(sealed: Sealed, data: st.DataObject, tamper: Tamper) -> None:
    """Flip, cut, insert or swap bytes of any file that is signed for: it does not verify."""
    name = data.draw(st.sampled_from(sealed.names(unsigned=False)))
    before = (sealed.folder / name).read_bytes()
    after = tamper(before)
    assume(after != before)
    assert sealed.told({name: after}).exit_code == 1


@settings(BOUNDED, max_examples=40)
@given(data=st.data())
def test_no_file_passes_for_another(sealed: Sealed, data: st.DataObject) -> None:
    """Swap the contents of any two files that are signed for: it does not verify."""
    names = data.draw(
        st.lists(st.sampled_from(sealed.names(unsigned=False)), min_size=2, max_size=2, unique=True)
    )
    one, other = ((sealed.folder / name).read_bytes() for name in names)
    assume(one != other)
    assert sealed.told({names[0]: other, names[1]: one}).exit_code == 1


@settings(BOUNDED, max_examples=200)
@given(data=st.data(), tamper=TAMPERS)
def test_a_changed_timestamp_never_proves_more(sealed: Sealed, data: st.DataObject, tamper: Tamper) -> None:
    """In the timestamp and its certificates, the verdict on the time gets worse or stays as it was."""
    name = data.draw(st.sampled_from(sealed.names(unsigned=True)))
    verdict = sealed.told({name: tamper((sealed.folder / name).read_bytes())})
    assert verdict.time in (None, sealed.verdict.time)
    assert verdict.time is not None or verdict.exit_code == 1


@settings(BOUNDED, max_examples=200)
@given(tamper=TAMPERS)
def test_no_changed_byte_of_a_zip_changes_what_it_holds(sealed: Sealed, tamper: Tamper) -> None:
    """What still verifies holds the same files, byte by byte."""
    before = sealed.packed.read_bytes()
    path = sealed.packed.with_name("changed.zip")
    path.write_bytes(tamper(before))
    verdict = verify(path, sealed.trust)
    if verdict.exit_code != 1:
        assert verdict.exit_code == 0
        assert held(path) == held(sealed.packed)


def held(path: Path) -> dict[str, bytes]:
    """Return what a zip holds."""
    with closing(Zip(path)) as opened:
        return {name: b"".join(opened.chunks(name)) for name in opened.names}
