"""A match as files of records: a reading of its log and of its decisions, in eight streams and a tree of summaries.

Pure: events and decisions in, plain values and their bytes out. What is read from rows comes in as values.
"""
