"""Statistics on numpy arrays: no data frames, no files."""
