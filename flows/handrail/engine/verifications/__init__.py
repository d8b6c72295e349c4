"""Places: where a site keeps one thing of the account, from what is shown to what is proven."""
