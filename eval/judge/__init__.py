"""Judges: what they are shown of a seat's day, what they are asked, how their answers are read, what they are worth."""
