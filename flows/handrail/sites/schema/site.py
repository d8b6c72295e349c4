"""The model of a whole site file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from handrail.core.i18n import gettext as _
from handrail.core.i18n import language
from handrail.core.loopback import is_this_machine
from handrail.core.toml_files import closest
from handrail.profile.model import DocumentKind
from handrail.sites.family import Layer
from handrail.sites.schema.actions import Press, Requests
from handrail.sites.schema.address import AddressSlot
from handrail.sites.schema.base import AddressKind, ChannelKind, FlowName, Label, Strict, Text
from handrail.sites.schema.certification import CertificationSpec
from handrail.sites.schema.contact import ContactSlot
from handrail.sites.schema.guide import GuideEntry, PaperAge
from handrail.sites.schema.locators import Learnable, LocatorSpec
from handrail.sites.schema.pages import Identity, Interruption, Page, Stores, Terms


def _or_extends(schema: dict[str, Any]) -> None:
    # A file that extends a family states only what differs.
    schema["anyOf"] = [{"required": schema.pop("required")}, {"required": ["id", "extends"]}]


@dataclass(frozen=True)
class Origin:
    """The files a site was loaded from, and where its overlay is."""

    layers: tuple[Layer, ...]
    """The site file, and the families it extends."""
    packaged: Site
    """The site by these files alone, without the overlay."""
    overlay: Path | None = None
    """The user's overlay file; None if nothing is to be stored."""
    notes: tuple[str, ...] = ()
    """Sentences about the overlay for the person."""


class Site(Strict):
    """One marketplace in one region."""

    model_config = ConfigDict(json_schema_extra=_or_extends)

    extends: str | None = Field(
        default=None, description="A family of the package whose tables lie under this file's own."
    )
    id: str = Field(pattern=r"^[a-z0-9-]+$", description="The file's name, and its effects' in the ledger.")
    name: str = Field(description="The site's name before a person.")
    marketplace: str = Field(description="The store this file is about: US, UK, …")
    kind: Literal["mock", "test", "live"] = Field(
        default="live", description="mock: a dry run; test: on loopback; live: every label has its source."
    )
    base: str = Field(pattern=r"^https?://[^/]+$", description="Scheme and host, without a path.")
    hosts: tuple[str, ...] = Field(description="Every host a run may stand on; any other stops it.")
    terms: Terms
    carried_by: Literal["browser", "handrail"] = Field(
        default="browser",
        description="Who carries an effect's request: the browser may resend one whose connection dropped.",
    )
    reads: Requests = Field(
        default=(),
        description="What its pages need in order to be read, though it is no GET; a rehearsal lets it out.",
    )
    texts: dict[str, Text] = {}
    containers: dict[str, LocatorSpec] = {}
    pages: dict[str, Page]
    identity: Identity | None = None
    interruptions: tuple[Interruption, ...] = ()
    stores: Stores | None = None
    contact: dict[ChannelKind, ContactSlot] = {}
    address: dict[AddressKind, AddressSlot] = {}
    certify: CertificationSpec | None = None
    documents: dict[DocumentKind, PaperAge] = Field(
        default={}, description="How old a document may be here, by its kind; else 90 days."
    )
    guide: dict[FlowName, GuideEntry] = Field(
        default={}, description="What `handrail guide` says of a flow beyond the places above."
    )
    _origin: Origin | None = PrivateAttr(default=None)
    _instead: Mapping[Learnable, Learnable] = PrivateAttr(default_factory=dict)
    _walked: list[tuple[str, str, object]] | None = PrivateAttr(default=None)

    @field_validator("terms")
    @classmethod
    def _more_than_guiding_has_a_reason(cls, terms: Terms, info: ValidationInfo) -> Terms:
        # A mock or test site is on this machine, so its terms are ours.
        if info.data.get("kind") == "live" and terms.ceiling != "guide" and not terms.known:
            message = _(
                "a live site's ceiling above guide needs source, and read-on or reported-on with the day"
            )
            hint = _("Write down which terms allow it and their day, or set ceiling and default to guide.")
            raise PydanticCustomError("handrail", "{message}", {"message": message, "hint": hint})
        return terms

    @model_validator(mode="after")
    def _menu_words_resolve(self) -> Site:
        listed = [(f"guide.{flow}", entry.labels) for flow, entry in self.guide.items()]
        listed += [(f"pages.{name}.path", page.path) for name, page in self.pages.items()]
        for where, labels in listed:
            for label in labels:
                if isinstance(label, str) and label not in self.texts:
                    raise ValueError(_missing(where, label, list(self.texts)))
        return self

    @model_validator(mode="after")
    def _references_resolve(self) -> Site:
        tables = {key: list(self.texts) for key in _LABELS}
        tables |= {"within": list(self.containers)} | {key: list(self.pages) for key in _PAGES}
        for path, key, value in self._entries():
            names = tables.get(key)
            if names is not None and isinstance(value, str) and value not in names:
                raise ValueError(_missing(path, value, names))
        return self

    @model_validator(mode="after")
    def _clocks_are_started_knowingly(self) -> Site:
        clocks = {name for name, page in self.pages.items() if page.starts_clock}
        if self.certify is not None and self.certify.notice not in clocks:
            raise ValueError(
                _("certify.notice: the page {page} needs starts-clock = true", page=self.certify.notice)
            )
        for path, key, value in self._entries():
            if key in _PAGES and value in clocks and path != "certify.notice":
                raise ValueError(
                    _(
                        "{path}: {page} starts a clock and is opened only by certify.open",
                        path=path,
                        page=value,
                    )
                )
        return self

    @model_validator(mode="after")
    def _effects_are_no_reads(self) -> Site:
        effects = {send for press in self.presses for send in press.sends}
        harmless = {*self.reads, *(send for request in self.interruptions for send in request.sends)}
        for request in sorted(effects & harmless):
            raise ValueError(
                _('"{what}" is an effect of a press: it cannot also be let out as a read', what=request)
            )
        return self

    @model_validator(mode="after")
    def _only_live_sites_are_elsewhere(self) -> Site:
        hosts = (urlsplit(self.base).hostname or "", *self.hosts)
        if self.kind != "live" and not all(is_this_machine(host) for host in hosts):
            raise ValueError("a mock or test site is on this machine; anything else has the kind live")
        return self

    @model_validator(mode="after")
    def _live_labels_have_a_source(self) -> Site:
        if self.kind == "live":
            for path, _key, value in self._entries():
                if isinstance(value, Text) and not (value.sure and value.source):
                    raise ValueError(
                        _("{path}: a live site's label says how sure it is and its source", path=path)
                    )
        return self

    def leads_to_a_hidden_clock(self, page: str) -> bool:
        """Whether any press on this page may start a clock: the notice's address is unknown."""
        due = self.certify
        return due is not None and page == due.review and self.pages[due.notice].url is None

    def _entries(self) -> list[tuple[str, str, object]]:
        """Return every entry of the file; they are thousands, and walked once for all checks."""
        if self._walked is None:
            self._walked = list(tree(self))
        return self._walked

    @property
    def presses(self) -> tuple[Press, ...]:
        """All presses of all flows."""
        return tuple(value for _path, _key, value in self._entries() if isinstance(value, Press))

    def words(self, label: Label) -> tuple[str, ...]:
        """Return every wording of a label, the longest first."""
        return self.text(label).variants

    def called(self, label: Label) -> str:
        """Return a label's wording for a person, in their language if known."""
        text = self.text(label)
        both = (*text.zh, *text.en) if language() == "zh" else (*text.en, *text.zh)
        return both[0]

    def text(self, label: Label) -> Text:
        """Return a label's text with the corrections of this run."""
        text = self.texts[label] if isinstance(label, str) else label
        now = self._instead.get(text, text)
        return now if isinstance(now, Text) else text

    def current(self, at: LocatorSpec) -> LocatorSpec:
        """Return a locator with the corrections of this run."""
        now = self._instead.get(at, at)
        return now if isinstance(now, LocatorSpec) else at

    def places(self, known: Learnable) -> list[str]:
        """Return the key paths of an entry, with the corrections of this run."""
        return [
            path
            for path, _key, value in self._entries()
            if isinstance(value, Learnable) and self._instead.get(value, value) == known
        ]

    @property
    def origin(self) -> Origin | None:
        """The files it was loaded from; None for a site made in memory."""
        return self._origin

    def from_origin(self, origin: Origin) -> Site:
        """Return a copy with this origin."""
        site = self.model_copy()
        site._origin = origin
        return site

    def with_changes(
        self, instead: Mapping[Learnable, Learnable], containers: Mapping[str, LocatorSpec]
    ) -> Site:
        """Return a copy with these entries replaced and these containers added.

        Looking up a replaced entry then gives its replacement.
        """
        site = self.model_copy(update={"containers": {**self.containers, **containers}})
        site._walked = None
        before = {old: instead.get(now, now) for old, now in self._instead.items()}
        site._instead = {old: now for old, now in {**instead, **before}.items() if old != now}
        return site

    def sureness(self) -> dict[str, int]:
        """Return the number of wordings for each confidence, the highest first."""
        counted = Counter(
            str(value.sure or "ours") for _path, _key, value in self._entries() if isinstance(value, Text)
        )
        order = ("ours", "seen", "reported", "guess")
        return {how: counted[how] for how in order if counted[how]}


_LABELS = {"name", "label", "text", "verified", "unverified", "in-progress", "this"}
_PAGES = {"page", "edit", "review", "notice"}


def tree(node: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str, object]]:
    """Yield every entry of a site file: its key path, its key, its value."""
    if isinstance(node, BaseModel):
        items = [
            (name.replace("_", "-"), value)
            for name, value in node
            if not (isinstance(node, Site) and name == "name")
        ]
    elif isinstance(node, dict):
        items = list(node.items())
    elif isinstance(node, tuple):
        items = [(str(index), value) for index, value in enumerate(node)]
    else:
        return
    for key, value in items:
        yield ".".join((*path, key)), key, value
        yield from tree(value, (*path, key))


def _missing(path: str, name: str, known: list[str]) -> str:
    near = closest(name, known)
    if near:
        return _('{path}: there is no "{name}", did you mean "{near}"', path=path, name=name, near=near)
    return _('{path}: there is no "{name}"', path=path, name=name)
