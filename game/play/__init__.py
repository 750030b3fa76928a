"""How a match is played: the loop, its drivers, and what an agent is. Knows the engine and nothing else."""
