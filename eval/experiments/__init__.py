"""What an experiment is: its plan, its blocks and arms, and what a match of a block came to.

Pure values over the engine and lobbies; no database, no clock, and no statistics.
"""
