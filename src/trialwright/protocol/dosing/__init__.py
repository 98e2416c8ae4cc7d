"""Doses: what a subject of this size should be given, and how much of the plan was given."""
