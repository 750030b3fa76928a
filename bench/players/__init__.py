"""One player for each system that is measured; each runs in an interpreter of its own."""
