"""Lanes: the servers that models run on, which seat goes to which of them, and what happens when one fails.

A lane is an OpenAI-compatible server, started and watched by us or given by its address. Knows no Django and no game:
rows are read and written by `agents.selectors` and `agents.services`, and come in here as plain values and callbacks.
"""
