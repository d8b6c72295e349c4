"""Keep sellers' own words out of site files and skeletons that are shared."""
