"""Misalignment, measured: files of questions and of judged answers, scores, models, and gates."""
