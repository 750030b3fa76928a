"""Where models run: servers, which seat is placed on which, and what happens when one falls silent."""
