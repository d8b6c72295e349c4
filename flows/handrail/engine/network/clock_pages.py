"""The pages whose mere opening starts a legal deadline, known by their addresses."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urlsplit

from handrail.sites.schema.site import Site


class ClockPages:
    """Every page of a site that starts a clock and has a published address."""

    def __init__(self, site: Site) -> None:
        self._pages = tuple(
            urlsplit(page.url) for page in site.pages.values() if page.starts_clock and page.url is not None
        )

    @property
    def paths(self) -> tuple[str, ...]:
        """Their paths, as the site file writes them."""
        return tuple(page.path for page in self._pages)

    def has(self, url: str) -> bool:
        """Whether this address is one of them; what stands below one is taken for a part of it."""
        address = urlsplit(url)
        path, query = _steps(address.path), set(parse_qsl(address.query))
        return any(
            path[: len(clock := _steps(page.path))] == clock and set(parse_qsl(page.query)) <= query
            for page in self._pages
        )


def _steps(path: str) -> list[str]:
    """Return a path's parts as servers commonly take them: case, slashes and parameters change nothing."""
    return [step.partition(";")[0] for step in unquote(path).casefold().split("/") if step]
