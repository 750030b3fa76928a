"""What an answer is worth, and what a group of answers teaches. Pure.

Knows marks and numbers: no matches, no model. It rewards form, legality, sense and deeds; never honesty and never lies,
for that would settle by construction what the test bed is there to find out.
"""
