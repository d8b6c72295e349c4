"""Handrail guides a marketplace seller through a verification and keeps the evidence.

The names in `__all__` are the public API; everything else may move. docs/reference/api.md has an example.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from handrail.core.version import __version__

if TYPE_CHECKING:
    from handrail.core.errors import HandrailError
    from handrail.core.outcome import Outcome
    from handrail.engine.context.results import RunResult
    from handrail.engine.job import Job
    from handrail.engine.runner import run_flow
    from handrail.evidence.verify.trust import trust_here
    from handrail.evidence.verify.verifier import verify
    from handrail.operator.answers_file import load_answers
    from handrail.operator.prompts import Operator
    from handrail.operator.scripted import ScriptedOperator
    from handrail.profile.model import load_profile
    from handrail.sites.load import load_site

__all__ = [
    "HandrailError",
    "Job",
    "Operator",
    "Outcome",
    "RunResult",
    "ScriptedOperator",
    "__version__",
    "load_answers",
    "load_profile",
    "load_site",
    "run_flow",
    "trust_here",
    "verify",
]

_HOMES = {
    "HandrailError": "handrail.core.errors",
    "Job": "handrail.engine.job",
    "Operator": "handrail.operator.prompts",
    "Outcome": "handrail.core.outcome",
    "RunResult": "handrail.engine.context.results",
    "ScriptedOperator": "handrail.operator.scripted",
    "load_answers": "handrail.operator.answers_file",
    "load_profile": "handrail.profile.model",
    "load_site": "handrail.sites.load",
    "run_flow": "handrail.engine.runner",
    "trust_here": "handrail.evidence.verify.trust",
    "verify": "handrail.evidence.verify.verifier",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used; `handrail --help` never pays for the browser's driver."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
