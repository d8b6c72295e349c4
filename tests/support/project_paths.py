"""Where things are in this repository, for tests in any folder."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The repository."""
THIRD_PARTY = ROOT / "tests" / "third_party"
"""Sites that nobody here wrote, and their site files."""
CHILDREN = ROOT / "tests" / "children"
"""Scripts that a test starts in a process of their own."""
