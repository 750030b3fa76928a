"""Reinforcement learning on decision points and episodes: a process of the model environment, by the contract of runs.

`python -m training.grpo FOLDER` learns, `python -m training.grpo.table FOLDER` prints before and after. No Django.
"""
