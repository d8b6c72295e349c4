"""What tests see from outside: how many POSTs reached each path, and the outbox."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse

from .outbox import delivered

_posts: Counter[str] = Counter()
_one_counter = threading.Lock()


def count_posts(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Count every POST on arrival, whatever becomes of it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method == "POST":
            with _one_counter:
                _posts[request.path] += 1
        return get_response(request)

    return middleware


def posts(_: HttpRequest) -> JsonResponse:
    """Answer with the number of POSTs by path."""
    with _one_counter:
        return JsonResponse({"posts": dict(_posts)})


def outbox(request: HttpRequest) -> JsonResponse:
    """Answer with the messages sent so far, newest last, of ?channel= or of all."""
    return JsonResponse({"messages": delivered(request.GET.get("channel"))})
