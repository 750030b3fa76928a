"""Environments for reinforcement learning over the rules engine: `from game.envs import tossim_v0`.

What may be imported here beside the engine: PettingZoo, Gymnasium and numpy (`requirements/envs.in`).
"""
