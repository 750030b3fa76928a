"""Ratings of models by side: what each is worth as evil and as town, never without matches and interval. Pure."""
