"""Close a run's evidence, and say in its result where it is or why it could not be kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from handrail.core.outcome import Outcome, heaviest
from handrail.evidence.recording.errors import EvidenceNotSaved, NotSealed

if TYPE_CHECKING:
    from handrail.engine.context.results import RunResult
    from handrail.evidence.recording.recorder import Recorder

_NOT_IN_EVIDENCE = ("bundle", "steps")
"""Keys of the result that the evidence does not repeat: it is there, and has every step."""


def close_evidence(recorder: Recorder, result: RunResult) -> RunResult:
    """Close the evidence with how the run ended, and return the result with where it is."""
    record = {key: value for key, value in result.as_json().items() if key not in _NOT_IN_EVIDENCE}
    try:
        bundle = recorder.finish(record)
        return replace(result, bundle=bundle, advice=(*result.advice, *dict.fromkeys(recorder.notes)))
    except NotSealed as refused:
        return replace(
            result,
            # Somebody has to look at it, whatever became of the verification itself.
            outcome=heaviest([result.outcome, Outcome.NEEDS_PERSON]),
            advice=(refused.message, refused.hint, *result.advice),
            error=result.error or refused,
            bundle=refused.folder,
        )
    except EvidenceNotSaved as trouble:
        # What was sent and what came of it must be reported even where it could not be kept.
        return replace(
            result,
            outcome=heaviest([result.outcome, Outcome.UNFINISHED]),
            advice=(trouble.message, trouble.hint, *result.advice),
            error=trouble,
        )
