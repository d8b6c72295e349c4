"""Facts about a site for checklists."""

from __future__ import annotations

from typing import Literal

from pydantic import (
    Field,
)

from handrail.sites.schema.actions import OutcomeWord
from handrail.sites.schema.base import Label, Strict


class Deadline(Strict):
    """A time limit or duration, by the law or the marketplace."""

    what: Literal["answer", "certify", "verify", "arrives", "usable", "status-shown"] = Field(
        description="What ends then: answering the notice, certifying, having it verified; a postcard's way, "
        "its code; until the page shows the new status."
    )
    days: int = Field(ge=1, description="How many, where it is a span the longer end of it.")
    business_days: bool = Field(default=False, description="Whether weekends are not counted.")
    starts: Literal["notice", "opened", "ordered", "changed", "certified"] = Field(
        description="From when: the notice's date, opening the page, ordering, changing, certifying."
    )
    source: str = Field(description="The statute, the marketplace's own page, or who reports it.")


class PaperAge(Strict):
    """How old a document may be when it is handed in to this site."""

    days: int = Field(ge=1, description="Days since it was issued.")
    source: str = Field(description="The marketplace's own page, or who reports it.")


class GuideEntry(Strict):
    """What is known of one verification for a person in their own browser, beside the places above."""

    page: str | None = Field(
        default=None, description="A key of [pages], where somebody has published its address."
    )
    path: tuple[Label, ...] = Field(default=(), description="The menu words to press, in order.")
    look_for: tuple[Label, ...] = Field(default=(), description="Labels that are known to stand there.")
    press: tuple[Label, ...] = Field(default=(), description="Then these, in order, once all is right.")
    says: dict[OutcomeWord, Label] = Field(default={}, description="Messages, by what they mean.")
    done: tuple[Label, ...] = Field(default=(), description="What says that it is done.")
    deadlines: tuple[Deadline, ...] = ()
    unknown: str | None = Field(default=None, description="What nobody has published yet.")

    @property
    def labels(self) -> tuple[Label, ...]:
        """Every label it names."""
        return (*self.path, *self.look_for, *self.press, *self.says.values(), *self.done)
