"""Spreadsheets, CSV and REDCap exports to SDTM: each row accepted, repaired by a stated rule or rejected."""
