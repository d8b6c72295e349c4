"""Make a bundle, and every attack on it, as folders and zips: python tests/attacks/make.py FOLDER."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import zips
from bases import good_bundles
from corpus import ATTACKS
from zips import ZIP_ATTACKS

from handrail.evidence.export.zip_writer import write_zip


def make(out: Path) -> list[tuple[str, str, str]]:
    """Write everything into the folder; return file, code and what was done, of each."""
    made = []
    with tempfile.TemporaryDirectory() as folder:
        bases, lab = good_bundles(Path(folder))
        shutil.copytree(bases["plain"], out / "good")
        write_zip(bases["plain"], out / "good.zip")
        (out / "key.pem").write_bytes(lab.owner.public_pem)
        shutil.copy(lab.authority.root, out / "root.pem")
        for number, attack in enumerate(ATTACKS, start=1):
            bundle = out / f"{number:03d}-{attack.code}"
            shutil.copytree(bases[attack.base], bundle)
            attack.change(bundle, lab)
            made.append((bundle.name, attack.code, attack.name))
            if attack.zips:
                write_zip(bundle, out / f"{bundle.name}.zip")
        packed = zips.read((out / "good.zip").read_bytes())
        for number, lie in enumerate(ZIP_ATTACKS, start=len(ATTACKS) + 1):
            path = out / f"{number:03d}-{lie.code}.zip"
            path.write_bytes(lie.change(packed).write())
            made.append((path.name, lie.code, lie.name))
    return made


def main() -> int:
    """Make the corpus, and print what is what."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for line in make(out.absolute()):
        print("\t".join(line))
    return 0


if __name__ == "__main__":
    sys.exit(main())
