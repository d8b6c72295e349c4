"""What a site file may say: where each field, button and message stands, and what a press sends."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    field_validator,
    model_validator,
)

from handrail.hosts import is_this_machine
from handrail.i18n import gettext as _
from handrail.i18n import language
from handrail.profile.model import DocumentKind
from handrail.sites.family import Layer
from handrail.tomlfile import closest

Level = Literal["guide", "fill", "press"]
LEVELS: tuple[Level, ...] = ("guide", "fill", "press")
ChannelKind = Literal["email", "phone"]
FlowName = Literal["contact", "address", "certify"]
AddressKind = Literal["registered", "business"]
AddressPart = Literal[
    "name", "line1", "line2", "line3", "district", "city", "state", "postal-code", "country"
]
ItemKind = Literal[
    "legal-name", "registered-address", "business-address", "phone", "email", "bank-ending", "tax-id"
]
OutcomeWord = Literal[
    "saved",
    "verify-asked",
    "code-asked",
    "checking",
    "opened",
    "accepted",
    "wrong-code",
    "expired",
    "exhausted",
    "locked",
    "refused",
    "throttled",
]


class Strict(BaseModel):
    """A table in which every key is known; keys are written with hyphens."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        populate_by_name=True,
        alias_generator=lambda name: name.replace("_", "-"),
    )


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _compiles(pattern: str | None) -> str | None:
    if pattern is not None:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(_("not a regular expression: {reason}", reason=error)) from None
    return pattern


class Text(Strict):
    """One wording in every language it was seen in, and how sure we are of it."""

    en: tuple[str, ...] = Field(default=(), description="English wordings, one or a list.")
    zh: tuple[str, ...] = Field(default=(), description="Chinese wordings, one or a list.")
    sure: Literal["ours", "seen", "reported", "guess"] | None = Field(
        default=None,
        description="seen: on the live page; reported: by others; guess: nobody saw it; ours: a mock.",
    )
    sure_zh: Literal["ours", "seen", "reported", "guess"] | None = Field(
        default=None, description="How sure of the Chinese, where that is another matter."
    )
    seen: date | None = Field(default=None, description="The day somebody last saw it on the page.")
    source: str | None = Field(default=None, description="Where the wording is from.")

    _list = field_validator("en", "zh", mode="before")(_as_tuple)

    @model_validator(mode="after")
    def _has_words(self) -> Text:
        if not self.variants or not all(word.strip() for word in self.variants):
            raise ValueError(_("give the wording in at least one language (en, zh)"))
        return self

    @property
    def variants(self) -> tuple[str, ...]:
        """Every wording, the longest first: a short one may stand inside a long one."""
        return tuple(sorted({*self.en, *self.zh}, key=len, reverse=True))


Label = Annotated[
    str | Text, Field(description="A key of [texts], or the wording itself: { en = …, zh = … }.")
]


class At(Strict):
    """Where one thing stands: by role and name, by label, by text, or by CSS; XPath is not offered."""

    within: str | None = Field(default=None, description="A key of [containers] to look inside.")
    role: str | None = Field(default=None, description="ARIA role.")
    name: Label | None = Field(default=None, description="The role's accessible name.")
    label: Label | None = Field(default=None, description="The text of a field's label.")
    text: Label | None = Field(default=None, description="Text to find, or to narrow `css` by.")
    css: str | None = Field(default=None, description="A CSS selector; it pierces open shadow roots.")
    has: At | None = Field(default=None, description="Only one that has this inside.")

    @model_validator(mode="after")
    def _one_way(self) -> At:
        ways = [way for way in (self.role, self.label, self.css) if way is not None]
        if len(ways) > 1 or (not ways and self.text is None):
            raise ValueError(_("give one of role (with name), label, css or text"))
        if self.name is not None and self.role is None:
            raise ValueError(_("name goes with role"))
        return self


class Value(Strict):
    """How a value is read from the page."""

    at: At
    take: Literal["text", "value", "datetime"] = Field(
        default="text",
        description="The element's text, a field's value, or its datetime attribute.",
    )
    match: str | None = Field(
        default=None, description="A regex; its group `value`, else all of it, is the value."
    )

    _pattern = field_validator("match")(_compiles)


class Status(Strict):
    """How the site says whether a value is verified."""

    always: Literal["verified"] | None = Field(
        default=None, description="For a site that shows a value only once it is proven."
    )
    unverified_when: At | None = Field(
        default=None,
        description="For a site that says something only while the value is not proven.",
    )
    at: At | None = None
    verified: Label | None = None
    unverified: Label | None = None
    in_progress: Label | None = Field(
        default=None, description="The words for a change that the site is still working on."
    )

    @model_validator(mode="after")
    def _readable(self) -> Status:
        silent = self.always is None and self.unverified_when is None
        if silent and None in (self.at, self.verified, self.unverified):
            raise ValueError(_("give at, verified and unverified, or always, or unverified-when"))
        return self


class Seen(Strict):
    """One way a press can turn out, and what on the page says so."""

    see: At
    until: Value | None = Field(default=None, description="Where the page says until when (RFC 3339).")


def _methods_and_paths(sends: tuple[str, ...]) -> tuple[str, ...]:
    for one in sends:
        if not re.fullmatch(r"[A-Z]+ /[^\s?#]*", one):
            raise ValueError(
                _('"{what}" is not a method and a path without a query, such as "POST /api/save"', what=one)
            )
    return sends


Requests = Annotated[tuple[str, ...], AfterValidator(_methods_and_paths)]
"""Requests as "METHOD /path"; * stands for one path part."""


class Press(Strict):
    """A button, the requests it sends, and every way it can turn out."""

    press: At
    sends: Requests = Field(
        default=(),
        description='The requests that are the effect, as "METHOD /path"; * stands for one path part.',
    )
    outcomes: dict[OutcomeWord, Seen]

    @property
    def asks_for_code(self) -> bool:
        """Whether this press makes the site send a code."""
        return "code-asked" in self.outcomes


class Pending(Strict):
    """How the site shows that a code is on its way."""

    see: At
    scope: Literal["session", "account"] = Field(
        description="account: every visitor signed in to it sees the code; session: only the one who asked."
    )
    page: str | None = Field(default=None, description="The page to look on, where it is not the slot's own.")
    destination: Value | None = Field(default=None, description="Where the page says the code went.")
    open: At | None = Field(default=None, description="The button that brings the code's field back.")
    shows_within_seconds: float = Field(
        default=120,
        ge=0,
        description="How long the page may take to show a code that was just asked for; before that, not "
        "showing it proves nothing.",
    )


class CodeEntry(Strict):
    """Where a code is typed, what it looks like, and the button that submits it."""

    field: At
    format: str = Field(description=r"A regex for one whole code, such as \d{6}.")
    destination: Value | None = Field(default=None, description="Where the form says the code went.")
    submit: Press
    close: At | None = Field(default=None, description="What closes the form, where it covers the page.")

    _pattern = field_validator("format")(_compiles)


class ContactSlot(Strict):
    """Where this site keeps one channel of the emergency contact, and how it is verified."""

    page: str = Field(description="A key of [pages]: where the value stands.")
    value: Value
    status: Status
    reveal: tuple[At, ...] = Field(default=(), description="What to press, in order, before the field shows.")
    field: At
    form: Literal["e164", "international", "national", "digits"] = Field(
        default="international", description="How a phone number is typed here."
    )
    save: Press | None = Field(
        default=None, description="Its outcome code-asked says that saving sends the code."
    )
    request: Press | None = Field(default=None, description="Absent where only saving sends a code.")
    again: Press | None = Field(default=None, description="Another code, where that is a button of its own.")
    pending: Pending
    code: CodeEntry


class Way(Strict):
    """One way to have an address verified: what is chosen, and the button that orders it."""

    choose: At | None = Field(default=None, description="The radio button of this way.")
    files: tuple[At, ...] = Field(
        default=(),
        description="Where the person chooses a document's file, in order; only those that are shown.",
    )
    press: Press


class Postcard(Strict):
    """How the site shows that a postcard with a code is on its way, and where its code is typed."""

    see: At
    ordered: Value | None = Field(default=None, description="When it was ordered (RFC 3339).")
    expected: Value | None = Field(default=None, description="By when it should arrive (RFC 3339).")
    usable: Value | None = Field(default=None, description="Until when its code may be used (RFC 3339).")
    again: Press | None = Field(
        default=None, description="Another postcard; it makes the code on the one before worthless."
    )
    code: CodeEntry | None = None


class Checking(Strict):
    """How the site shows that it is checking documents or a change."""

    see: At
    expected: Value | None = Field(default=None, description="Until when it may take (RFC 3339).")


class AddressSlot(Strict):
    """Where this site keeps one of the account's addresses, and how it is verified."""

    page: str = Field(description="A key of [pages]: where the address stands.")
    shown: dict[AddressPart, Value] = Field(min_length=1, description="Where each part stands.")
    status: Status
    edit: str | None = Field(
        default=None, description="A key of [pages]: where it is changed, where that is another page."
    )
    reveal: tuple[At, ...] = Field(default=(), description="What to press, in order, before the fields show.")
    fields: dict[AddressPart, At] = Field(min_length=1, description="The field of each part.")
    save: Press
    asks_how: At | None = Field(
        default=None, description="What is seen while the site asks how the address shall be verified."
    )
    verify: dict[Literal["postcard", "document"], Way] = {}
    postcard: Postcard | None = None
    checking: Checking | None = None
    shows_within_hours: float = Field(
        default=24,
        ge=0,
        description="How long the page may take to show what was just saved or ordered; before that, what it "
        "does not show proves nothing.",
    )


class Item(Strict):
    """One thing that is certified: where the account's own pages show it, and its status.

    With neither value nor parts, nobody has published where it stands: the person compares it by eye.
    """

    page: str = Field(description="A key of [pages]; never one that starts a clock.")
    value: Value | None = Field(default=None, description="Where the value stands; an address has parts.")
    parts: dict[AddressPart, Value] = Field(default={}, description="Where each part of an address stands.")
    status: Status | None = None

    @model_validator(mode="after")
    def _in_one_way(self) -> Item:
        if self.value is not None and self.parts:
            raise ValueError(_("give value, or parts for an address"))
        return self

    @property
    def by_eye(self) -> bool:
        """Whether only the person can compare it."""
        return self.value is None and not self.parts


class Rule(Strict):
    """How long the law or the marketplace gives, and who says so."""

    days: int = Field(ge=1, description="Days from the notice, and from opening the page.")
    source: str = Field(description="The statute or the marketplace's own page.")


class Certification(Strict):
    """Where this site asks for the certification, the page that starts the clock, and its buttons."""

    items: dict[ItemKind, Item] = Field(min_length=1)
    page: str = Field(description="A key of [pages]: where the site says whether it asks.")
    asked: At = Field(description="What is seen there while it asks.")
    not_asked: At | None = Field(
        default=None,
        description="What is seen there while it asks for nothing; where nobody knows, the person is asked.",
    )
    certified: Value | None = Field(default=None, description="When it was last certified (RFC 3339).")
    due: Value | None = Field(default=None, description="By when the site wants it (RFC 3339).")
    clock: At | None = Field(default=None, description="What is seen once the clock runs.")
    certify_by: Value | None = Field(default=None, description="When the running clock ends (RFC 3339).")
    review: str = Field(description="A key of [pages]: the overview that leads to the notice.")
    open: Press = Field(description="What opens the notice: its outcome is opened.")
    notice: str = Field(description="A key of [pages] with starts-clock: the notice itself.")
    notice_by: Value | None = Field(
        default=None, description="Where the notice itself says when its clock ends (RFC 3339)."
    )
    repeats_items: bool = Field(
        default=False, description="Whether the notice shows the items as the account's pages do."
    )
    tick: tuple[At, ...] = Field(default=(), description="The boxes the person ticks, in order.")
    certify: Press
    rule: Rule
    refreshes_within_hours: float = Field(
        default=24, ge=0, description="How long the site may still ask after it was certified."
    )
    look_again_hours: float = Field(
        default=12, gt=0, description="When to look again for a change that is not visible yet."
    )


class Deadline(Strict):
    """How long something lasts or may take, as the law or the marketplace says."""

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


class Known(Strict):
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


class Page(Strict):
    """A page: its address below the site's base, and what must be seen before it is touched."""

    url: str | None = Field(
        default=None,
        pattern=r"^/",
        description="The address below the site's base; where it is not published, the person goes there.",
    )
    path: tuple[Label, ...] = Field(
        default=(), description="The menu words that lead there, where it has no published address."
    )
    anchor: At
    starts_clock: bool = Field(
        default=False,
        description="Whether merely opening it starts a legal deadline; it is never navigated to.",
    )
    elsewhere: tuple[At, ...] = Field(
        default=(),
        description="What is seen where the site redirects when this page has nothing to show.",
    )


class Identity(Strict):
    """Where the signed-in account's name stands."""

    at: At
    page: str | None = Field(
        default=None, description="The page it stands on, where it is not on every page."
    )
    match: str | None = Field(default=None, description="A regex; its group `value` is the name.")
    take: Literal["text", "value"] = Field(
        default="text", description="The element's text, or a field's value."
    )

    _pattern = field_validator("match")(_compiles)


class Interruption(Strict):
    """Something that may stand between any two steps, and whose it is to deal with."""

    kind: Literal[
        "sign-in", "two-step", "captcha", "banner", "automation-refused", "unavailable", "throttled"
    ] = Field(description="What it is, and so whose it is to deal with.")
    see: At
    fields: dict[str, At] = Field(default={}, description="sign-in: username and password; two-step: code.")
    press: At | None = None
    sends: Requests = Field(
        default=(),
        description="What leaves in a rehearsal while it is dealt with; where a sign-in names none, anything "
        "that is no effect.",
    )


class Stores(Strict):
    """The other stores of the same account, each with its own emergency contact."""

    page: str = Field(description="A key of [pages]: where the cards stand.")
    card: At = Field(description="One element per store.")
    name: At = Field(description="The store's name, looked for inside a card.")
    asks: At = Field(description="What is seen inside a card that still asks.")
    this: Label = Field(description="The name of the store this file is about.")


class Terms(Strict):
    """What the site's terms allow a helper to do, and when somebody read them."""

    ceiling: Level = Field(description="The highest assist level the terms allow.")
    default: Level = Field(description="The assist level where the person names none.")
    read_on: date | None = Field(default=None, description="The day somebody read the terms.")
    source: str | None = Field(default=None, description="Which terms, or that nobody has read them.")

    @model_validator(mode="after")
    def _default_below_ceiling(self) -> Terms:
        if LEVELS.index(self.default) > LEVELS.index(self.ceiling):
            raise ValueError(_("default is above ceiling"))
        if self.read_on is None and self.ceiling == "press":
            raise ValueError(_("terms nobody has read (no read-on) allow at most fill"))
        return self


def _or_extends(schema: dict[str, Any]) -> None:
    # A file that extends a family says only what differs.
    schema["anyOf"] = [{"required": schema.pop("required")}, {"required": ["id", "extends"]}]


@dataclass(frozen=True)
class Origin:
    """Where a site's description was read from, and where what is learned about it is kept."""

    layers: tuple[Layer, ...]
    """The site file, and the families it extends."""
    packaged: Site
    """The site as these alone describe it."""
    overlay: Path | None = None
    """The user's own overlay of it; None where nothing is to be kept."""
    notes: tuple[str, ...] = ()
    """What a person should know of the overlay before it is used."""


Learnable = At | Text
"""What can be learned about a page: where a thing stands, or what it is called."""


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
    containers: dict[str, At] = {}
    pages: dict[str, Page]
    identity: Identity | None = None
    interruptions: tuple[Interruption, ...] = ()
    stores: Stores | None = None
    contact: dict[ChannelKind, ContactSlot] = {}
    address: dict[AddressKind, AddressSlot] = {}
    certify: Certification | None = None
    documents: dict[DocumentKind, PaperAge] = Field(
        default={}, description="How old a document may be here, by its kind; else 90 days."
    )
    guide: dict[FlowName, Known] = Field(
        default={}, description="What `handrail guide` says of a flow beyond the places above."
    )
    _origin: Origin | None = PrivateAttr(default=None)
    _instead: Mapping[Learnable, Learnable] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _menu_words_resolve(self) -> Site:
        listed = [(f"guide.{flow}", known.labels) for flow, known in self.guide.items()]
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
        for path, key, value in tree(self):
            known = tables.get(key)
            if known is not None and isinstance(value, str) and value not in known:
                raise ValueError(_missing(path, value, known))
        return self

    @model_validator(mode="after")
    def _clocks_are_started_knowingly(self) -> Site:
        clocks = {name for name, page in self.pages.items() if page.starts_clock}
        if self.certify is not None and self.certify.notice not in clocks:
            raise ValueError(
                _("certify.notice: the page {page} needs starts-clock = true", page=self.certify.notice)
            )
        for path, key, value in tree(self):
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
        harmless = {*self.reads, *(send for one in self.interruptions for send in one.sends)}
        for one in sorted(effects & harmless):
            raise ValueError(
                _('"{what}" is an effect of a press: it cannot also be let out as a read', what=one)
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
            for path, _key, value in tree(self):
                if isinstance(value, Text) and not (value.sure and value.source):
                    raise ValueError(
                        _("{path}: a live site's label says how sure it is and its source", path=path)
                    )
        return self

    def leads_to_a_hidden_clock(self, page: str) -> bool:
        """Whether one press on this page may start a clock by a request that nobody knows."""
        due = self.certify
        return due is not None and page == due.review and self.pages[due.notice].url is None

    @property
    def presses(self) -> tuple[Press, ...]:
        """Every press with an effect, of every flow."""
        return tuple(value for _path, _key, value in tree(self) if isinstance(value, Press))

    def words(self, label: Label) -> tuple[str, ...]:
        """Return every wording of a label, the longest first."""
        return self.text(label).variants

    def called(self, label: Label) -> str:
        """Return a label's wording for a person, in their language where it is known."""
        text = self.text(label)
        both = (*text.zh, *text.en) if language() == "zh" else (*text.en, *text.zh)
        return both[0]

    def text(self, label: Label) -> Text:
        """Return what a label says as it is known now."""
        text = self.texts[label] if isinstance(label, str) else label
        now = self._instead.get(text, text)
        return now if isinstance(now, Text) else text

    def now(self, at: At) -> At:
        """Return where a thing stands as it is known now: it may have been learned in this run."""
        now = self._instead.get(at, at)
        return now if isinstance(now, At) else at

    def places(self, known: Learnable) -> list[str]:
        """Return every place in the file where this is said, as it is known now."""
        return [
            path
            for path, _key, value in tree(self)
            if isinstance(value, Learnable) and self._instead.get(value, value) == known
        ]

    @property
    def origin(self) -> Origin | None:
        """Where this was read from; None for a site that was made in memory."""
        return self._origin

    def from_origin(self, origin: Origin) -> Site:
        """Return the same site that knows where it was read from."""
        site = self.model_copy()
        site._origin = origin
        return site

    def learned(self, instead: Mapping[Learnable, Learnable], containers: Mapping[str, At]) -> Site:
        """Return the site as it is known now: these in place of those, and these containers beside its own.

        Whoever still holds a place of before means the one learned instead.
        """
        site = self.model_copy(update={"containers": {**self.containers, **containers}})
        before = {old: instead.get(now, now) for old, now in self._instead.items()}
        site._instead = {old: now for old, now in {**instead, **before}.items() if old != now}
        return site

    def sureness(self) -> dict[str, int]:
        """Count the labels by how sure they are, the surest first."""
        counted = Counter(
            str(value.sure or "ours") for _path, _key, value in tree(self) if isinstance(value, Text)
        )
        order = ("ours", "seen", "reported", "guess")
        return {how: counted[how] for how in order if counted[how]}


_LABELS = {"name", "label", "text", "verified", "unverified", "in-progress", "this"}
_PAGES = {"page", "edit", "review", "notice"}


def tree(node: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str, object]]:
    """Go through everything a file says: its place as the file writes it, its key, its value."""
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
