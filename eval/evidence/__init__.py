"""A match as evidence: its log and decisions, read once into plain lists that measurements are taken from."""

from eval.evidence.reading import record_of
from eval.evidence.record import Record

__all__ = ["Record", "record_of"]
