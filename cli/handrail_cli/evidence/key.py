"""handrail evidence key: the own signing keys, and the pinned ones."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from handrail.core.i18n import gettext as _
from handrail_cli import options

if TYPE_CHECKING:
    from handrail.evidence.keys.pinned_keys import Pin

app = typer.Typer(no_args_is_help=True)

Key = Annotated[
    str, typer.Argument(help=_("public key file, or a key's fingerprint"), metavar="FILE|FINGERPRINT")
]


@app.command(help=_("Show the fingerprints of your own keys and of those you have pinned."))
def show(state: options.State = None, json: options.Json = False, lang: options.Lang = None) -> None:
    """Show every trusted key."""
    from handrail.evidence.keys.pinned_keys import pinned
    from handrail_cli.output import console, print_json

    pins = list(pinned(options.state_folder(state)).values())
    if json:
        print_json([_facts(pin) for pin in pins])
        return
    out = console()
    if not pins:
        out.print(_("There is no key yet; the first run makes one."))
    for pin in pins:
        out.print(_called(pin), style="bold")
        out.print(f"  {pin.fingerprint}")
        out.print("  " + _since(pin), style="dim")


@app.command(help=_("Make a new key for runs on real marketplaces; what was sealed before stays valid."))
def rotate(state: options.State = None, json: options.Json = False, lang: options.Lang = None) -> None:
    """Replace the seller's own key."""
    from handrail.evidence.keys.signing_keys import new_live_signer
    from handrail_cli.output import console, print_json
    from handrail_cli.passphrase import ask

    signer = new_live_signer(options.state_folder(state), ask)
    if json:
        print_json({"fingerprint": signer.fingerprint})
        return
    console().print(_("Runs on real marketplaces are sealed from now on by {key}.", key=signer.fingerprint))
    console(stderr=True).print(_("Tell the new fingerprint to whoever has pinned the one before."))


@app.command(help=_("Write your public key for whoever checks your bundles; the first call makes the key."))
def export(
    out: Annotated[Path | None, typer.Option(help=_("file to write; else it is printed"))] = None,
    state: options.State = None,
    lang: options.Lang = None,
) -> None:
    """Hand out the public half of the seller's own key."""
    from handrail.evidence.keys.signing_keys import live_public
    from handrail_cli.output import console
    from handrail_cli.passphrase import ask

    pin, pem = live_public(options.state_folder(state), ask)
    talk = console(stderr=True)
    if out is None:
        sys.stdout.write(pem)
    else:
        _write(out, pem)
        talk.print(_("The public key is in {path}.", path=out))
    talk.print(_("Its fingerprint is {key}: tell it by another way than the file.", key=pin.fingerprint))


@app.command("pin", help=_("Trust somebody else's key from now on."))
def pin_key(
    key: Key, state: options.State = None, json: options.Json = False, lang: options.Lang = None
) -> None:
    """Pin a key by its file or its fingerprint."""
    from handrail.evidence.keys.signing_keys import pin_other
    from handrail_cli.output import console, print_json

    pin = pin_other(options.state_folder(state), key)
    if json:
        print_json(_facts(pin))
        return
    console().print(_("Pinned: {key}.", key=pin.fingerprint))
    console(stderr=True).print(
        _("Compare the fingerprint with the one its owner tells you, letter by letter."), style="yellow"
    )


def _write(path: Path, pem: str) -> None:
    from handrail.core.error_text import system
    from handrail.core.errors import BadInput

    try:
        path.write_text(pem, "ascii")
    except OSError as error:
        raise BadInput(
            _("{path} cannot be written: {reason}.", path=path, reason=system(error)),
            hint=_("Name another file with --out FILE."),
            where="--out",
        ) from None


def _facts(pin: Pin) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(pin)


def _called(pin: Pin) -> str:
    if not pin.own:
        return _("Somebody else's key")
    if pin.use == "demo":
        return _("Your demo key, for rehearsals on this machine only")
    if pin.kept is None:
        return _("Your key before; it signs no more")
    return _("Your key for real marketplaces")


def _since(pin: Pin) -> str:
    where = {
        "keyring": _("kept in the system's keyring"),
        "encrypted-file": _("kept in a file, behind your passphrase"),
        "plain-file": _("kept in a file"),
        None: "",
    }[pin.kept]
    pinned = _("pinned on {date}", date=pin.since[:10])
    return " · ".join(part for part in (pinned, where) if part)
