"""What a training run is told: shapes of both kinds, how they are read, ready ones. Knows no store and no torch."""
