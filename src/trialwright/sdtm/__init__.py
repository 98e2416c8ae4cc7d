"""The one shape of data: SDTM, read and checked."""
