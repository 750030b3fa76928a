"""Tests of measurements: records, metrics, statements."""
