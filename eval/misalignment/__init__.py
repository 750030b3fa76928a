"""Measuring misalignment: free questions to a model, a judge's scores of its answers, and what they come to."""
