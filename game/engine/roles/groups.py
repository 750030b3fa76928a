"""The Investigator's groups as its reports name them: every role of a ruleset, built or not (M126)."""

from __future__ import annotations

CLASSIC: dict[str, tuple[str, ...]] = {
    "A": ("Vigilante", "Veteran", "Mafioso"),
    "B": ("Medium", "Janitor", "Retributionist"),
    "C": ("Survivor", "Vampire Hunter", "Amnesiac"),
    "D": ("Spy", "Blackmailer", "Jailor"),
    "E": ("Sheriff", "Executioner", "Werewolf"),
    "F": ("Framer", "Vampire", "Jester"),
    "G": ("Lookout", "Forger", "Witch"),
    "H": ("Escort", "Transporter", "Consort"),
    "I": ("Doctor", "Disguiser", "Serial Killer"),
    "J": ("Investigator", "Consigliere", "Mayor"),
    "K": ("Bodyguard", "Godfather", "Arsonist"),
}
_COVEN_ONLY: dict[str, tuple[str, ...]] = {
    "A": ("Pirate", "Ambusher"),
    "B": ("Necromancer", "Trapper"),
    "C": ("Medusa", "Psychic"),
    "D": ("Guardian Angel",),
    "E": ("Poisoner",),
    "F": ("Hex Master",),
    "G": ("Juggernaut", "Coven Leader"),
    "H": ("Hypnotist",),
    "I": ("Potion Master",),
    "J": ("Tracker", "Plaguebearer", "Pestilence"),
    "K": ("Crusader",),
}
GROUPS: dict[str, dict[str, tuple[str, ...]]] = {
    "classic": CLASSIC,
    "coven": {
        letter: tuple(role for role in roles if role != "Witch") + _COVEN_ONLY[letter]
        for letter, roles in CLASSIC.items()
    },
}
"""Ruleset to letter to roles."""
