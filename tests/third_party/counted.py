"""A site's count of the POSTs that reached it, whatever became of them: for Django, in either site."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.http import HttpRequest, HttpResponse, JsonResponse

_posts: Counter[str] = Counter()
_one_counter = threading.Lock()


def count_posts(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Count every POST on arrival."""

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


def serve(application: WSGIHandler, port: int) -> None:
    """Serve the site on loopback until ended; say `ready URL` first."""
    server = ThreadedWSGIServer(("127.0.0.1", port), WSGIRequestHandler)
    server.set_app(application)
    print(f"ready http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
