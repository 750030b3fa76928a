"""What somebody sees in a seat's conduct: a closed list of codes, set by people, by judges or by construction."""
