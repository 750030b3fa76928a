"""Decision points: states of the real engine at which a seat is asked, and what an answer to them comes to.

Episodes: whole matches, in which a seat is asked at all of its points.

Pure: knows the engine, the loop, the scripts and how a model is asked and read. No torch, no files, no Django.
"""
