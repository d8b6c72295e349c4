"""Site files: one marketplace in one region, described as data."""

from handrail.sites.load import load_site, site_names
from handrail.sites.model import At, Site

__all__ = ["At", "Site", "load_site", "site_names"]
