"""Site files: one marketplace in one region, described as data."""

from handrail.sites.load import load_site, overlay_folder, site_names
from handrail.sites.model import At, Site

__all__ = ["At", "Site", "load_site", "overlay_folder", "site_names"]
