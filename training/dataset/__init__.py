"""Data to train on: read, checked, split, and made."""
