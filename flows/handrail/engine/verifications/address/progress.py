"""What was begun for an address and is not shown yet: none of it is begun a second time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from handrail.core.i18n import gettext as _
from handrail.engine.context.ledger import Entry, Key, Past
from handrail.engine.context.stops import Waiting, in_minutes
from handrail.engine.verifications.reconcile import Uncertainty

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext
    from handrail.engine.verifications.address.shown_address import ShownAddress, UnderWay
    from handrail.sites.locate import State
    from handrail.sites.schema.address import AddressSlot

VISIBLE_WITHIN_MINUTES = 24 * 60
"""How long a change may take to be shown: marketplaces speak of hours, up to a day."""
_SAVED = ("saved", "verify-asked", "code-asked", "checking")
"""What a save comes to, one way or another."""
_OUTCOMES: dict[UnderWay, str] = {"verified": "accepted", "postcard": "code-asked", "checking": "checking"}
"""What an effect came to where the page shows this under way."""


class AddressProgress:
    """What the ledger remembers of one address, and what the page's silence about it means."""

    def __init__(self, run: RunContext, spec: AddressSlot, key: Key) -> None:
        self._run = run
        self._spec = spec
        self._key = key

    def documents_not_shown_yet(self, label: str, commitment: str) -> Waiting | None:
        """Return the reason to wait where documents were handed in too lately for the page to show it."""
        last = self._last("documents", "checking", commitment=commitment)
        if last is None or not self._is_recent(last):
            return None
        return Waiting(
            _(
                "The documents for the {channel} were handed in; the page does not show it yet.",
                channel=label,
            ),
            until=last.at + timedelta(hours=self._spec.shows_within_hours),
            until_from="handrail",
        )

    def save_not_shown_yet(self, label: str, commitment: str, *, being_checked: bool) -> Waiting | None:
        """Return the reason to wait where this very address was saved and is not shown yet."""
        last = self._last("save", *_SAVED, commitment=commitment)
        if last is None or not (self._is_recent(last) or being_checked):
            return None
        return Waiting(
            _("The {channel} was saved on {time}; the page does not show it yet, and it is not saved twice.",
              channel=label, time=f"{last.at.astimezone():%Y-%m-%d %H:%M %z}"),
            until=in_minutes(VISIBLE_WITHIN_MINUTES),
            until_from="handrail",
        )  # fmt: skip

    def handed_in_recently(self) -> bool:
        """Whether documents were handed in so lately that the page may not show it yet."""
        last = self._last("documents", "checking")
        return last is not None and self._is_recent(last)

    def infer_outcome(
        self, entry: Entry, shown: ShownAddress, state: State, under_way: UnderWay | None
    ) -> str | None:
        """Return what came of an effect as the account's page shows it now, or None where it cannot tell."""
        if entry.step == "enter-code":
            return "accepted" if under_way == "verified" else None
        if entry.step == "save" and not shown.differs:
            # Still written differently, it may be the old writing, or how this site writes the new one.
            return "saved" if shown.comparison.result == "same" else None
        return _OUTCOMES[under_way] if under_way is not None else self._silence(entry, state)

    def _silence(self, entry: Entry, state: State) -> str | None:
        """Return what it means that the page does not show what was sent: most often, nothing yet."""
        spec = self._spec
        soon = timedelta(hours=spec.shows_within_hours)
        if soon and not entry.is_older_than(soon):
            return None
        # A page may go on showing the old address while it works on the new one.
        if entry.step == "save":
            return None if state == "in-progress" else "not-saved"
        # Where the site file does not name what would be seen, not seeing it never proves anything.
        named = {
            "order": spec.postcard is not None,
            "documents": spec.checking is not None or spec.status.in_progress is not None,
        }
        return "not-sent" if named.get(entry.step) else None

    def _last(
        self, step: Literal["documents", "save"], *outcomes: str, commitment: str | None = None
    ) -> Past | None:
        return self._run.ledger.last(self._key, step, *outcomes, commitment=commitment)

    def _is_recent(self, past: Past) -> bool:
        return datetime.now(UTC) - past.at < timedelta(hours=self._spec.shows_within_hours)


def uncertainty(entry: Entry, label: str) -> Uncertainty:
    """Return what the person is asked about an effect that the page cannot tell."""
    if entry.step in ("order", "order-again"):
        return Uncertainty(
            _("a postcard was ordered for the {channel}", channel=label), "code-asked", "not-sent"
        )
    if entry.step == "documents":
        return Uncertainty(
            _("the documents were handed in for the {channel}", channel=label), "checking", "not-sent"
        )
    if entry.step == "save":
        return Uncertainty(_("the {channel} was saved", channel=label), "saved", "not-saved")
    return Uncertainty(_("the code for {channel} was taken", channel=label), "accepted", "wrong-code")
