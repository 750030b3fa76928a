"""What people see of a match: the stream of screen operations, the pages, the HTTP API. Nothing imports this app."""
