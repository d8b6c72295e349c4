"""The model of an answers file: a script's answers to each kind of prompt."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, RootModel, field_validator, model_validator
from pydantic_core import PydanticCustomError

from handrail.core.i18n import gettext as _
from handrail.core.toml_files import closest, read_toml, validate
from handrail.operator.prompts import PromptKind
from handrail.sites.schema.base import Strict
from handrail.sites.schema.locators import LocatorSpec


class Hand(Strict):
    """One action on the page."""

    press: LocatorSpec | Literal["target"] | None = Field(
        default=None, description='What to press; "target" is the element the prompt points at.'
    )
    fill: LocatorSpec | Literal["target"] | None = Field(default=None, description="The field to type into.")
    pick: LocatorSpec | None = Field(
        default=None, description="What to point at with the mouse, as a person shows where something stands."
    )
    choose_file: LocatorSpec | Literal["target"] | None = Field(
        default=None, description="The field to choose a file in; `with` names the file."
    )
    text: str | None = Field(
        default=None,
        alias="with",
        description="What to type; without it, what was read, else what the prompt says.",
    )

    @model_validator(mode="after")
    def _one_thing(self) -> Hand:
        if sum(action is not None for action in (self.press, self.fill, self.pick, self.choose_file)) != 1:
            raise ValueError(_("give one of press, fill, pick or choose-file"))
        if self.choose_file is not None and self.text is None:
            raise ValueError(_("choose-file needs with: the path of the file"))
        return self


class Scripted(Strict):
    """One answer: a choice, fields, something to read, or something to do on the page."""

    choice: str | None = None
    text: str | None = None
    fields: dict[str, str] = Field(default={})
    file: Path | None = Field(default=None, description="A file to read the answer from.")
    url: str | None = Field(
        default=None,
        description="A loopback URL, or a path on the site; {channel} stands for email or phone.",
    )
    pattern: str | None = Field(
        default=None, description="A regex; the last match, or its first group, is the answer."
    )
    looks: int = Field(default=20, ge=1, le=1000, description="How many times to look before giving up.")
    otherwise: str | None = Field(default=None, description="The choice when nothing was found.")
    do: tuple[Hand, ...] = ()

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(_("not a regular expression: {reason}", reason=error)) from None
        return pattern

    @model_validator(mode="after")
    def _read_needs_pattern(self) -> Scripted:
        if (self.file or self.url) and self.pattern is None:
            raise ValueError(_("an answer read from a file or url needs a pattern"))
        return self


AnswerSpec = str | Scripted
OneOrMore = Annotated[AnswerSpec | tuple[AnswerSpec, ...], Field(union_mode="smart")]


class Answers(RootModel[dict[str, OneOrMore]]):
    """Prompt kind to answers, used one after another; the last one repeats; "nobody" is no answer."""

    @model_validator(mode="before")
    @classmethod
    def _known_kinds(cls, data: Any) -> Any:
        if isinstance(data, dict):
            for kind in data:
                if kind not in get_args(PromptKind):
                    near = closest(str(kind), list(get_args(PromptKind)))
                    hint = (
                        _("Did you mean {name}?", name=near)
                        if near
                        else _("Prompts: {names}.", names=", ".join(get_args(PromptKind)))
                    )
                    raise PydanticCustomError(
                        "unknown_prompt",
                        "{message}",
                        {"message": _("there is no prompt “{name}”", name=kind), "hint": hint},
                    )
        return data

    def for_kind(self, kind: str) -> tuple[AnswerSpec, ...]:
        """Return the answers to this kind, in order; empty when it has none."""
        spec = self.root.get(kind, ())
        return spec if isinstance(spec, tuple) else (spec,)

    def overlaid(self, other: Answers) -> Answers:
        """Return these answers, replaced by the other's for the kinds it has."""
        return Answers(root={**self.root, **other.root})


def load_answers(path: Path) -> Answers:
    """Read an answers file; BadInput names the key that is wrong."""
    return validate(Answers, read_toml(path, _("answers file")), _("answers file"), str(path))
