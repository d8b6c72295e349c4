"""Asking whether a domain takes mail: of a name server on loopback, and only when it is asked for."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from importlib.resources import as_file, files
from pathlib import Path
from threading import Thread

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from handrail.core.i18n import choose
from handrail.profile.lint.mail_dns import mail_findings
from handrail.profile.model import load_profile
from handrail_cli.main import main

ZONE = {
    ("takes-mail.cn.", "MX"): "10 mx.takes-mail.cn.",
    ("null-mx.cn.", "MX"): "0 .",
    ("only-a-host.cn.", "A"): "1.1.1.1",
}
"""What the name server knows; of silent.cn it says nothing at all."""


@pytest.fixture(autouse=True)
def english() -> None:
    """Say every sentence in English, whatever ran before."""
    choose("en")


@pytest.fixture
def resolver() -> Iterator[dns.resolver.Resolver]:
    """A resolver that asks a name server on loopback."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    thread = Thread(target=_serve, args=(server,), daemon=True)
    thread.start()
    asking = dns.resolver.Resolver(configure=False)
    asking.nameservers, asking.port = ["127.0.0.1"], server.getsockname()[1]
    asking.lifetime = asking.timeout = 0.5
    yield asking
    server.sendto(b"stop", server.getsockname())
    thread.join()
    server.close()


def _serve(server: socket.socket) -> None:
    while True:
        data, sender = server.recvfrom(4096)
        if data == b"stop":
            return
        query = dns.message.from_wire(data)
        name, kind = query.question[0].name.to_text(), query.question[0].rdtype.name
        if name == "silent.cn.":
            continue
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        known = {domain for domain, _kind in ZONE}
        answer.set_rcode(dns.rcode.NOERROR if name in known else dns.rcode.NXDOMAIN)
        with suppress(KeyError):
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, ZONE[name, kind]))
        server.sendto(answer.to_wire(), sender)


@pytest.mark.parametrize(
    ("domain", "told"),
    [
        ("takes-mail.cn", []),
        ("only-a-host.cn", []),
        ("null-mx.cn", [("email-cannot-receive", "breaks")]),
        ("not-there.cn", [("email-cannot-receive", "breaks")]),
        ("silent.cn", [("email-not-looked-up", "warns")]),
    ],
)
def test_a_domain_takes_mail_or_not(
    domain: str, told: list[tuple[str, str]], resolver: dns.resolver.Resolver
) -> None:
    """By its MX, or its host where it has none; a null MX refuses (RFC 7505); silence proves nothing."""
    with as_file(files("handrail_fixtures") / "profiles" / "harbor-lane.toml") as path:
        profile = load_profile(path, {"contact": {"email": f"ops@{domain}"}})
    found = list(mail_findings(profile, resolver))
    assert [(one.code, one.severity) for one in found] == told
    assert all(one.verifications == ("contact",) and domain in one.what for one in found)
    assert all("ops" not in one.what for one in found)


def test_a_name_that_is_known_to_take_none_is_not_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The finding that stands already is enough: no question leaves this machine."""
    with as_file(files("handrail_fixtures") / "profiles" / "harbor-lane.toml") as path:
        assert main(["profile", "check", str(path), "--ask-dns", "--lang", "en"]) == 0
    told = capsys.readouterr().out
    assert "works in a dry run" in told
    assert "name server" not in told
