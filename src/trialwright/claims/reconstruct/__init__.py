"""Patient-level data that a publication's figures allow: an ensemble, its constraints, what they prove."""
