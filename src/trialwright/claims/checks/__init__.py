"""The checks: each a function from a publication to findings."""
