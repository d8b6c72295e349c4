"""One thing an account keeps on a site, from what its page shows to what is proven."""
