"""Players that are language models: what they are shown, what they may say, and how their words become actions."""
