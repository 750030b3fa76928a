"""Training: runs, data, rewards."""
