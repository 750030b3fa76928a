"""The one exception that the embedded stack raises on purpose."""


class StackError(Exception):
    """Why the stack cannot start or go on: a sentence for the person at the terminal, with what to do."""
