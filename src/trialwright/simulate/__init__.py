"""Virtual patients: from assumptions to arrays, from arrays to SDTM records that say SIMULATED."""
