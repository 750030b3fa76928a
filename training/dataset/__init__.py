"""Rows to train on: read from files and checked one by one, split, and made. Knows no tokens and no store."""
