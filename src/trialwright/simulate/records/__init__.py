"""From the arrays of virtual patients to SDTM records, a domain or a family of domains a file."""
