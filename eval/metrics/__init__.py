"""Metrics of a match: pure functions of its log and its decisions."""

from eval.metrics.measure import MatchMetrics, match_metrics
from eval.metrics.registry import METRICS, Kind, Level, Metric, Source
from eval.metrics.value import Value

__all__ = ["METRICS", "Kind", "Level", "MatchMetrics", "Metric", "Source", "Value", "match_metrics"]
