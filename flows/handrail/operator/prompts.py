"""The types of prompts, answers and operators."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from handrail.core.i18n import gettext as _

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

PromptKind = Literal[
    "sign-in",
    "two-step",
    "captcha",
    "banner",
    "unknown-page",
    "go-to",
    "confirm-account",
    "wrong-account",
    "takes-texts",
    "landline",
    "approve",
    "press",
    "type",
    "code",
    "type-code",
    "code-missing",
    "another-code",
    "another-number",
    "refused",
    "reconcile",
    "label-changed",
    "pick",
    "learn",
    "status-word",
    "which-shown",
    "no-address",
    "written-differently",
    "verify-how",
    "choose-file",
    "postcard-code",
    "another-postcard",
    "change-under-way",
    "by-eye",
    "asks-for-it",
    "certify-as-written",
    "certifier",
    "confirm-true",
    "start-clock",
    "tick",
    "certify",
]


_CONSENT = frozenset(
    {
        "approve",
        "another-code",
        "another-postcard",
        "change-under-way",
        "certify-as-written",
        "confirm-true",
        "start-clock",
    }
)
"""Questions whose yes lets something leave, or stands in the evidence as the person's statement."""


@dataclass(frozen=True)
class Choice:
    """One thing the operator may choose."""

    id: str
    label: str
    """What the person reads."""
    name: str | None = None
    """What else it may be called in an answer: the name of the element it stands for."""


@dataclass(frozen=True)
class Prompt:
    """One question; the page stays alive while it waits."""

    kind: PromptKind
    text: str
    """The question, in the operator's language; personal values in display form."""
    choices: tuple[Choice, ...] = ()
    default: str | None = None
    """The choice taken by just pressing Enter, where that is safe."""
    wants_text: bool = False
    """Whether typed text is an answer too."""
    secret: bool = False
    """Whether what is typed must not be echoed or kept."""
    code_format: str | None = None
    """The format (a regex) of the code that is asked for: what it refuses is no code, and no secret."""
    fields: tuple[str, ...] = ()
    """Named fields a rehearsal's script may fill; a person does it on the page."""
    channel: str | None = None
    """email, phone, or None."""
    target: Locator | None = field(default=None, compare=False, repr=False)
    """The element the person is to use with their own hands."""
    detail: str | None = None
    """What the question is about, to be shown as it stands, line by line: a diff."""
    value: str | None = field(default=None, repr=False)
    """What the person is to type into the target, or to compare with it."""

    @property
    def is_consent(self) -> bool:
        """Whether its yes lets something leave, or is a statement, so that it has to be read first."""
        return self.kind in _CONSENT


@dataclass(frozen=True)
class Answer:
    """What the operator decided."""

    choice: str | None = None
    text: str | None = field(default=None, repr=False)
    """Typed text: a code, another number."""
    fields: dict[str, str] = field(default_factory=dict, repr=False)
    by: Literal["person", "script", "page"] = "person"
    """Who decided; page: nobody answered, the page itself went on, whoever or whatever made it."""


class Operator(Protocol):
    """Whoever answers prompts."""

    async def ask(self, prompt: Prompt, page: Page | None) -> Answer | None:
        """Return the answer, or None when nobody answers."""


def acts_as(operator: Operator) -> Literal["person", "script"]:
    """Return who acts on the page where this operator answers; a script says so in its `by`."""
    by: Literal["person", "script"] = getattr(operator, "by", "person")
    return by


YES = "yes"
NO = "no"
STOP = "stop"
STOP_ALL = "stop-all"
"""What may be said to any prompt, whatever its choices: every run ends."""


def yes_or_no() -> tuple[Choice, ...]:
    """The two answers to a plain question."""
    return (Choice(YES, _("Yes")), Choice(NO, _("No")))


def done_or_stop() -> tuple[Choice, ...]:
    """The two answers where the person acts on the page."""
    return (Choice("done", _("Done, go on")), Choice(STOP, _("Stop here")))
