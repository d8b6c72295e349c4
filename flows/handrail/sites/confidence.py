"""How sure a wording is, in one word."""

from __future__ import annotations

from handrail.core.i18n import lazy

SURE = {
    "ours": lazy("ours"),
    "seen": lazy("seen"),
    "reported": lazy("reported"),
    "guess": lazy("guessed"),
}
