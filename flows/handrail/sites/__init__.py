"""Site files: one marketplace in one region, described as data."""

from handrail.sites.load import load_site, overlay_folder, site_names
from handrail.sites.schema.locators import LocatorSpec
from handrail.sites.schema.site import Site

__all__ = ["LocatorSpec", "Site", "load_site", "overlay_folder", "site_names"]
