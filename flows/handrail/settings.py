"""The person's settings: settings.toml in the state folder."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from handrail.core.i18n import lazy
from handrail.core.loopback import is_this_machine
from handrail.core.toml_files import read_toml, validate

SETTINGS = "settings.toml"
"""The name of the settings file in the state folder."""

MOST_AUTHORITIES = 9

_WHAT = lazy("settings file")


class Tsa(BaseModel):
    """One time-stamping authority (RFC 3161)."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    url: str
    """Its URL for requests by HTTP POST."""
    roots: Path | None = None
    """PEM file of the root certificates its tokens must lead to, relative to the settings file.
    Without it every token is kept, and proves the time only to people who trust the authority."""
    dry_runs: bool = False
    """Whether dry runs ask it, too; allowed only for a loopback address."""

    @field_validator("url")
    @classmethod
    def _is_web_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
            raise ValueError(str(lazy("expected an address that begins with http:// or https://")))
        return value

    @model_validator(mode="after")
    def _stays_here(self) -> Tsa:
        if self.dry_runs and not is_this_machine(urlsplit(self.url).hostname or ""):
            raise ValueError(str(lazy("dry runs ask nobody beyond this machine for the time")))
        return self


class Settings(BaseModel):
    """All settings."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    tsa: tuple[Tsa, ...] = Field(default=(), max_length=MOST_AUTHORITIES)
    """The authorities that stamp a run's first event and its seal."""


def load_settings(home: Path) -> Settings:
    """Return the settings, with defaults for missing keys; BadInput names the key that is wrong."""
    path = home / SETTINGS
    if not path.is_file():
        return Settings()
    settings = validate(Settings, read_toml(path, _WHAT), _WHAT, str(path))
    beside = [
        tsa.model_copy(update={"roots": home / tsa.roots}) if tsa.roots else tsa for tsa in settings.tsa
    ]
    return settings.model_copy(update={"tsa": tuple(beside)})
