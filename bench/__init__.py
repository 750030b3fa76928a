"""Measurements of speed and balance."""
