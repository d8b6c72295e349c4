"""handrail site schema: the JSON schema of a site file."""

from __future__ import annotations

from handrail_cli import options


def schema(lang: options.Lang = None) -> None:
    """Print the schema."""
    from handrail.sites import Site
    from handrail_cli.output import print_json

    print_json(Site.model_json_schema())
