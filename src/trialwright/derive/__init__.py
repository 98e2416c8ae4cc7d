"""SDTM to ADaM."""
