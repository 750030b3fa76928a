"""A finished experiment as files that anybody can read and recompute: values in, bytes out."""
