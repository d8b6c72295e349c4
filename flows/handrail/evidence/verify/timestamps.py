"""What timestamps by trusted authorities (RFC 3161) prove about a bundle's time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from handrail.evidence.format.findings import Findings
from handrail.evidence.format.layout import LOG, TSA_CHAIN
from handrail.evidence.format.limits import LARGEST, LARGEST_TOKEN, is_token
from handrail.evidence.timestamps.timestamp_token import Token, read_certificates, read_token
from handrail.evidence.verify.file_reader import read_whole
from handrail.evidence.verify.folder_source import Source
from handrail.evidence.verify.log_chain import Log
from handrail.evidence.verify.verdict import Trust, Trusted

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

SKEW = timedelta(minutes=5)
"""How far a machine's clock may differ from an authority's, as in Kerberos (RFC 4120, 3.1.3)."""


@dataclass(frozen=True)
class Stamps:
    """The valid timestamps of a bundle, trusted or not."""

    seal: tuple[Token, ...] = ()
    """Those over the envelope."""
    genesis: tuple[tuple[Token, int], ...] = ()
    """Those over the first event, each with the event that holds its hash."""
    others: tuple[Certificate, ...] = ()
    """Further certificates in the bundle."""


def read_stamps(
    source: Source, envelope: bytes, log: Log, tokens: Mapping[str, bytes], findings: Findings
) -> Stamps:
    """Read every timestamp there is; `tokens` are those among the artifacts, by name."""
    seal: list[Token] = []
    for name in filter(is_token, source.names):
        with findings.keeping():
            seal.append(read_token(name, read_whole(source, name, LARGEST_TOKEN), envelope))
    genesis: list[tuple[Token, int]] = []
    for name, data in tokens.items():
        with findings.keeping():
            token = read_token(name, data, log.first)
            if name in log.mentions:  # otherwise reported already
                genesis.append((token, log.mentions[name].seq))
    others: tuple[Certificate, ...] = ()
    if TSA_CHAIN in source.names:
        with findings.keeping(), suppress(ValueError):  # an unreadable chain counts as none
            others = read_certificates(read_whole(source, TSA_CHAIN, LARGEST[TSA_CHAIN]))
    return Stamps(tuple(seal), tuple(genesis), others)


def trusted_time(stamps: Stamps, log: Log | None, trust: Trust, findings: Findings) -> Trusted | None:
    """Return the proven time; contradictions in the log go to the findings."""
    anchors = (*trust.named_roots, *trust.known_roots)
    seal = [token for token in stamps.seal if token.trusted(anchors, stamps.others)]
    genesis = [pair for pair in stamps.genesis if pair[0].trusted(anchors, stamps.others)]
    if trust.named_roots:
        fine = {token.name for token in (*seal, *(token for token, _seq in genesis))}
        for token in (*stamps.seal, *(token for token, _seq in stamps.genesis)):
            if token.name not in fine:
                findings.add("stamp-untrusted", token.name)
    if log is not None:
        _check_against(log, seal, genesis, findings)
    if not seal:
        return None
    first = min(seal, key=lambda token: token.at)
    return Trusted(first.at, min((token.at for token, _seq in genesis), default=None), first.authority)


def _check_against(
    log: Log, seal: Sequence[Token], genesis: Sequence[tuple[Token, int]], findings: Findings
) -> None:
    for token, seq in genesis:
        _check_bounds(log.times[seq + 1 :], token.at, None, findings)
        _check_bounds(log.times[:1], None, token.at, findings)
    for token in seal:
        _check_bounds(log.times, None, token.at, findings)


def _check_bounds(
    times: Sequence[datetime], after: datetime | None, before: datetime | None, findings: Findings
) -> None:
    if after is not None and times and min(times) < after - SKEW:
        findings.add("event-before-stamp", LOG, event=min(times), stamp=after)
    if before is not None and times and max(times) > before + SKEW:
        findings.add("event-after-stamp", LOG, event=max(times), stamp=before)
