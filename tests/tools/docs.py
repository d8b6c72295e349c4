"""The generated parts of docs/reference/: the commands' help, and the files' schemas as tables.

`python tests/tools/docs.py` writes them; with `--check` nothing is written, and 1 means that one is stale.
A folder named on the command line is taken instead of docs/reference/.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from printed_help import help_of_all
from schema_tables import profile_tables, scenario_tables, site_file_tables

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
BEGIN, END = "<!-- generated:begin: `make docs` writes what follows -->", "<!-- generated:end -->"
PAGES: dict[str, Callable[[], str]] = {
    "cli.md": help_of_all,
    "site-file.md": site_file_tables,
    "scenario.md": scenario_tables,
    "profile.md": profile_tables,
}


def main(arguments: list[str]) -> int:
    """Write every generated part anew, or only say which of them are stale."""
    folder = next((Path(word) for word in arguments if not word.startswith("--")), REFERENCE)
    stale = []
    for name, generate in PAGES.items():
        page = folder / name
        text = page.read_text("utf-8")
        fresh = with_generated(name, text, generate())
        if text == fresh:
            continue
        stale.append(name)
        if "--check" not in arguments:
            page.write_text(fresh, "utf-8")
    if not stale or "--check" not in arguments:
        return 0
    names = ", ".join(f"docs/reference/{name}" for name in stale)
    sys.stderr.write(f"Stale: {names}. Run `make docs` and commit what it writes.\n")
    return 1


def with_generated(name: str, text: str, generated: str) -> str:
    """Return the page's text with the generated part between its two markers."""
    before, begin, rest = text.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not (begin and end):
        raise SystemExit(f"{name} needs a line {BEGIN} and, below it, a line {END}.")
    return f"{before}{BEGIN}\n\n{generated.strip()}\n\n{END}{after}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
