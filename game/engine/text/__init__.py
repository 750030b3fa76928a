"""What the game says: every line by key in `en.toml`, put together in `render`."""
