"""What outcomes show: pairs of matches, intervals, corrections, power, stopping, and how sure one may be of it."""
