"""Exploratory markers: the on-therapy change of serum analytes, and neoantigen fitness of the tumour."""
