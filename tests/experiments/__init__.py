"""Tests of experiments: plans, statistics, ratings, reports."""
