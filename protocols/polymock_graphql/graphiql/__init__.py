"""GraphiQL, served from this package: the page, and the bundle that it loads."""
