"""Fitting assumptions to published figures by simulation, and saying how well it worked."""
