"""Names that people and lobbies bring: what they may not be, in a sentence each."""

from __future__ import annotations

import pytest

from game.engine.roles import ROLES
from game.names import NAMES, NameRefused, free_names, name_checked, skeletons

OF_THE_GAME = "it is a word of the game"
REFUSED = [
    ("", "A name has 1 to 24 letters."),
    ("   ", "A name has 1 to 24 letters."),
    ("x" * 25, "A name has 1 to 24 letters."),
    ("a\u0000b", "control characters"),
    ("a\u200bb", "invisible"),
    ("a\u202eb", "invisible"),
    ("a\u2066b\u2069", "invisible"),
    ("a\u3164b", "invisible"),
    ("a\ufe0f", "invisible"),
    ("\ue000a", "invisible"),
    ("<b>", "brackets"),
    ("a|b", "brackets"),
    ("\uff1cb\uff1e", "brackets"),
    ("\u2039b\u203a", "brackets"),
    ("[INST]", "brackets"),
    ("a`b", "brackets"),
    ("7", "numbers stand for seats"),
    ("\u0663", "numbers stand for seats"),
    ("...", "needs a letter"),
    ("system", OF_THE_GAME),
    ("SYSTEM", OF_THE_GAME),
    ("s y s-t.e_m", OF_THE_GAME),
    ("\u0455y\u0455tem", OF_THE_GAME),
    ("\u01d3ser", OF_THE_GAME),
    ("\uff35\uff53\uff45\uff52", OF_THE_GAME),
    ("Assistant", OF_THE_GAME),
    ("assIstant", OF_THE_GAME),
    ("t00l", OF_THE_GAME),
    ("observation", OF_THE_GAME),
    ("The Host", OF_THE_GAME),
    ("mafia", OF_THE_GAME),
    ("\u041cafia", OF_THE_GAME),
    ("Town", OF_THE_GAME),
    ("Random Town", OF_THE_GAME),
    ("SerialKiller", OF_THE_GAME),
    ("JaiIor", OF_THE_GAME),
    ("Nobody", OF_THE_GAME),
    ("Ada", "Ada sits at this table already"),
    (" aDA ", "Ada sits at this table already"),
    ("\u0410da", "\u0410da looks like Ada"),
    ("\u0391da", "looks like Ada"),
    ("\u00c1da", "looks like Ada"),
    ("A.d.a", "looks like Ada"),
    ("lvo", "lvo looks like Ivo"),
    ("0tto", "0tto looks like Otto"),
]
KEPT = [
    ("Maria", "Maria"),
    ("  Anna   Maria ", "Anna Maria"),
    ("Zoe\u0308", "Zo\u00eb"),
    ("O'Neill", "O'Neill"),
    ("Ali", "Ali"),
    ("Will", "Will"),
    ("Mark 2", "Mark 2"),
    ("\u674e\u96f7", "\u674e\u96f7"),
    ("\u0930\u093e\u092e", "\u0930\u093e\u092e"),
    ("\u041d\u0430\u0442\u0430\u0448\u0430", "\u041d\u0430\u0442\u0430\u0448\u0430"),
    ("Townsend", "Townsend"),
    ("Jester's friend", "Jester's friend"),
    ("x" * 24, "x" * 24),
]


@pytest.mark.parametrize(("name", "why"), REFUSED, ids=[ascii(name)[:20] for name, _ in REFUSED])
def test_a_name_that_misleads_is_refused_with_the_reason(name: str, why: str) -> None:
    with pytest.raises(NameRefused) as refused:
        name_checked(name, ["Ada", "Otto", "Ivo"])
    assert why in str(refused.value)


@pytest.mark.parametrize(("name", "kept"), KEPT, ids=[ascii(name)[:20] for name, _ in KEPT])
def test_a_name_that_does_is_kept(name: str, kept: str) -> None:
    assert name_checked(name, ["Ada", "Otto", "Ivo"]) == kept


@pytest.mark.parametrize("role", ROLES)
def test_no_role_is_a_name(role: str) -> None:
    with pytest.raises(NameRefused):
        name_checked(role.upper())


def test_the_names_that_the_game_gives_can_all_sit_at_one_table() -> None:
    seated: list[str] = []
    for name in NAMES:
        seated.append(name_checked(name, seated))


def test_names_that_are_given_look_like_nobody_at_the_table() -> None:
    assert next(free_names(["\u0410da", "bram"])) == "Cleo"


def test_other_vowels_in_other_scripts_make_other_names() -> None:
    assert skeletons("\u0930\u093e\u092e").isdisjoint(skeletons("\u0930\u092e\u093e"))
