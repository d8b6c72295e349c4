"""Every message the site sends, one JSON line each in outbox.jsonl."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from datetime import UTC, datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

_one_writer = threading.Lock()


def deliver(channel: str, to: str, text: str) -> None:
    """Append one message."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    line = json.dumps({"channel": channel, "to": to, "text": text, "at": at}, ensure_ascii=False)
    with _one_writer, settings.OUTBOX.open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def delivered(channel: str | None = None) -> list[dict[str, str]]:
    """Return the messages so far, oldest first, of one channel or of all."""
    if not settings.OUTBOX.exists():
        return []
    with _one_writer:
        lines = settings.OUTBOX.read_text(encoding="utf-8").splitlines()
    messages: list[dict[str, str]] = [json.loads(line) for line in lines]
    return [message for message in messages if channel in (None, message["channel"])]


class OutboxBackend(BaseEmailBackend):
    """Django's e-mail, delivered to the outbox."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Append each message, subject first."""
        for mail in email_messages:
            deliver("email", ", ".join(mail.to), f"{mail.subject}\n\n{mail.body}")
        return len(email_messages)
