"""What `./tossim` does before there is any environment: standard library only, so that it runs on a bare Python."""
