"""Figures as SVG text, each drawn twice: wide for a page, narrow for a phone."""
