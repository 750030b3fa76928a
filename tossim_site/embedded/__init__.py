"""The embedded stack: real stores from wheels, and the processes of the site, under one supervisor.

The parts, from the ground up: `account` (which system user the stores run as), `postgres` and `valkey` (how
each store is found, started and asked), `preflight` (what is checked before anything starts), `supervisor`
(keeps children alive, stops them in order), `stack` (which children ToSSim has). Nothing here knows of
matches.
"""
