"""ADaM to the results table."""
