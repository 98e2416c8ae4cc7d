"""Subjects behind digitised Kaplan–Meier curves."""
