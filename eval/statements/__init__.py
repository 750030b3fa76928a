"""Statements: what players say that can be true or false, read by rules, and held against what they knew."""

from eval.statements.found import Found
from eval.statements.reading import read_text, statements_of
from eval.statements.statement import RUBRIC, Statement, StatementKind

__all__ = ["RUBRIC", "Found", "Statement", "StatementKind", "read_text", "statements_of"]
