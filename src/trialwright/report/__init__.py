"""The results table to pages."""
