"""Published claims: audit and reconstruction."""
