"""What Handrail costs over a bare Playwright script that does the same work on the same server."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory

from bundles import compare_verifying
from captures import compare_captures
from compared import Compared, table
from measuring import Spent, adopt_orphans, peak_memory, spend
from portal import Portal, open_portal
from sealing import compare_sealing

from handrail.browser.find import find_browser
from handrail.profile.model import load_profile

HERE = Path(__file__).parent
PYTHON = sys.executable
HANDRAIL = str(Path(PYTHON).with_name("handrail"))
CAPTURES = {"contact": 4, "address": 5, "certify": 6}
"""What a run of each flow keeps, and its bare script too."""


@dataclass(frozen=True)
class Bench:
    """What the measurements share."""

    portal: Portal
    folder: Path
    """Where every run leaves what it writes."""
    browser: Path
    """The executable both sides drive."""
    profile: Path
    answers: Path

    def ours(self, flow: str, base: str, out: Path) -> list[str]:
        """Return the command of a whole Handrail run."""
        return [
            *(HANDRAIL, "run", flow, "--site", "mock", "--url", base),
            *("--profile", str(self.profile), "--answers", str(self.answers)),
            *("--browser", str(self.browser), "--headless", "--json", "--lang", "en"),
            *("--state", str(out / "state"), "--out", str(out / "evidence")),
        ]

    def bare(self, flow: str, base: str, out: Path) -> list[str]:
        """Return the command of the bare script."""
        return [PYTHON, str(HERE / f"bare_{flow}.py"), base, str(out), str(self.browser)]

    def spent(self, command: Callable[[str, str, Path], list[str]], flow: str) -> Spent:
        """Return the time one walk took."""
        with self._walk(flow) as (base, out):
            return spend(command(flow, base, out), stdout=out / "said", apart=self.portal.pid)

    def memory(self, command: Callable[[str, str, Path], list[str]], flow: str) -> float:
        """Return the MiB one walk held at its peak."""
        with self._walk(flow) as (base, out):
            return peak_memory(command(flow, base, out), stdout=out / "said") / 2**20

    @contextmanager
    def _walk(self, flow: str) -> Iterator[tuple[str, Path]]:
        """Give a walk a portal nobody has visited and an empty folder; raise unless it did the work."""
        with TemporaryDirectory(dir=self.folder) as folder:
            out = Path(folder)
            yield self.portal.anew(flow), out
            self.portal.check_work(flow)
            if (kept := len(list(out.rglob("*.png")))) != CAPTURES[flow]:
                raise RuntimeError(f"{kept} captures were kept, not {CAPTURES[flow]}")


def pairs_of(bench: Bench, flow: str, times: int) -> tuple[tuple[Spent, ...], tuple[Spent, ...]]:
    """Walk a flow in turn, ours and bare, after one warm-up each, for time."""
    for command in (bench.ours, bench.bare):
        bench.spent(command, flow)
    pairs = [
        (bench.spent(bench.ours, flow), bench.spent(bench.bare, flow))
        for _pair in _told(f"run {flow}", times)
    ]
    ours, bare = zip(*pairs, strict=True)
    return ours, bare


def compare_flow(bench: Bench, flow: str, times: int) -> Compared:
    """Walk a flow in turn, ours and bare, for its wall time."""
    ours, bare = pairs_of(bench, flow, times)
    return Compared(
        what=f"run {flow}, wall",
        unit="s",
        ours=tuple(one.wall_s for one in ours),
        bare=tuple(one.wall_s for one in bare),
        goal=0.95,
    )


def compare_runs(bench: Bench, times: int) -> list[Compared]:
    """Walk the contact verification in turn, ours and bare, for time and then for memory."""
    ours, bare = pairs_of(bench, "contact", times)
    held = [
        (bench.memory(bench.ours, "contact"), bench.memory(bench.bare, "contact"))
        for _pair in _told("memory", times)
    ]
    return [
        Compared(
            what="run contact, wall",
            unit="s",
            ours=tuple(one.wall_s for one in ours),
            bare=tuple(one.wall_s for one in bare),
            floor=1.0,
            goal=0.9,
        ),
        Compared(
            what="run contact, CPU",
            unit="s",
            ours=tuple(one.cpu_s for one in ours),
            bare=tuple(one.cpu_s for one in bare),
            floor=1.5,
        ),
        Compared(
            what="run contact, peak memory",
            unit="MiB",
            ours=tuple(one for one, _other in held),
            bare=tuple(other for _one, other in held),
            floor=1.1,
        ),
    ]


def compare_help(bench: Bench, times: int) -> Compared:
    """Ask for help in turn, of handrail and of a bare typer application."""
    commands = ([HANDRAIL, "--help"], [PYTHON, str(HERE / "bare_hello.py"), "--help"])
    took: list[list[float]] = [[], []]
    for again in _told("help", times + 1):
        for command, walls in zip(commands, took, strict=True):
            spent = spend(command, stdout=bench.folder / "help", apart=bench.portal.pid)
            if again:  # the first of each warms up
                walls.append(spent.wall_s * 1000)
    return Compared("--help, wall", "ms", tuple(took[0]), tuple(took[1]), floor=1.3)


def measure(browser: Path, runs: int, helps: int) -> list[Compared]:
    """Take every measurement."""
    adopt_orphans()
    data = files("handrail_fixtures")
    with (
        TemporaryDirectory() as folder,
        as_file(data / "profiles" / "harbor-lane.toml") as profile,
        as_file(data / "answers" / "mock.toml") as answers,
        open_portal() as portal,
    ):
        bench = Bench(portal, Path(folder), browser, profile, answers)
        rows = compare_runs(bench, runs)
        rows += [compare_flow(bench, flow, runs) for flow in ("address", "certify")]
        rows.append(compare_help(bench, helps))
        rows += compare_captures(portal.anew(), browser, load_profile(profile), bench.folder, times=helps)
        rows.append(compare_sealing(bench.folder, times=helps))
        return rows + compare_verifying(bench.folder, times=helps)


def _told(what: str, times: int) -> Iterator[int]:
    for again in range(times):
        print(f"{what} {again + 1}/{times}", file=sys.stderr)
        yield again


def main() -> int:
    """Print the table, or one JSON object; end with 1 where a floor is not held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="pairs of whole runs")
    parser.add_argument("--helps", type=int, default=15, help="pairs of --help, and of captures")
    parser.add_argument("--browser", type=Path, help="browser both sides drive")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    chosen = parser.parse_args()
    browser = find_browser(chosen.browser, headless=True).path
    version = subprocess.run(  # noqa: S603  # the browser that is about to be measured
        [browser, "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    rows = measure(browser, chosen.runs, chosen.helps)
    if chosen.json:
        told = {"browser": str(browser), "version": version, "rows": [r.as_json() for r in rows]}
        print(json.dumps(told, indent=2))
    else:
        print(f"Both sides drive {browser} ({version}).\n\n{table(rows)}")
    return int(any(row.verdict == "floor missed" for row in rows))


if __name__ == "__main__":
    sys.exit(main())
