"""What a training run is told: shapes of both kinds, how they are read, ready ones. Knows pydantic, no store, no torch."""
