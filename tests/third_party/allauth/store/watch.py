"""What tests see from outside: the outbox."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse

from .outbox import delivered


def outbox(request: HttpRequest) -> JsonResponse:
    """Answer with the messages sent so far, newest last, of ?channel= or of all."""
    return JsonResponse({"messages": delivered(request.GET.get("channel"))})
