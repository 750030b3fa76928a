"""Names of players: those for players who bring none, and what a name that somebody brings must be.

A name stands beside the game's own words, on pages and in models' prompts. So it must not pass for one of them, nor for
another player's, nor break out of the line in which it stands. Knows no stores and no pages.
"""

# ruff: noqa: RUF001 (what is drawn alike stands here on purpose)

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from game.engine.roles import ROLES
from game.engine.setup import RANDOM
from game.engine.types import Alignment, Channel, Faction

NAMES = (
    "Ada", "Bram", "Cleo", "Dov", "Esme", "Finn", "Gus", "Hana", "Ivo", "June", "Kit", "Lena", "Milo", "Nia", "Otto",
    "Pia", "Quinn", "Rosa", "Sol", "Tess", "Uma", "Viggo", "Wren", "Xenia", "Yuri", "Zoe",
)  # fmt: skip
NAME_LENGTH = 24
"""Characters in a name, at most."""
_GAME = (*ROLES, *Alignment, *RANDOM, *Faction, *Channel, "Vampires", "Horseman", "Random", "Spies", "VIP")
_VOICES = (
    "system", "user", "assistant", "observation", "tool", "tools", "function", "developer", "model", "admin",
    "administrator", "moderator", "narrator", "host", "god", "server", "game", "rules", "tossim", "the game",
)  # fmt: skip
"""Who speaks in a prompt, or for the game."""
_ANYBODY = (
    "you", "me", "we", "nobody", "none", "no one", "somebody", "someone", "anybody", "anyone", "everybody",
    "everyone", "all", "any", "unknown", "player", "the living", "guilty", "innocent", "abstain", "null",
)  # fmt: skip
"""Words that the game's sentences and commands use in place of a name."""
_PAIRS = (
    "аa вb гr еe іi јj кk мm нh оo пn рp сc тt уy хx ѕs ьb ԁd ԛq ԝw һh ӏl АA ВB ЕE ІI ЈJ КK МM НH ОO РP СC "
    "ТT УY ХX ЅS ӀI αa βb γy εe ηn ιi κk νv οo ρp τt υu χx ωw ϲc ϳj ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX "
    "օo սu ոn հh ցg ᴀa ʙb ᴄc ᴅd ᴇe ꜰf ɢg ʜh ɪi ᴊj ᴋk ʟl ᴍm ɴn ᴏo ᴘp ʀr ꜱs ᴛt ᴜu ᴠv ᴡw ʏy ᴢz "
    "ıi ɑa ɡg łl ŁL øo ØO đd 0o 1l $s @a !i"
)
"""Letters of other scripts, and figures, each with the Latin letter that it is drawn like."""
_ALIKE = {ord(pair[0]): pair[1] for pair in _PAIRS.split()}
_BREAKING = frozenset("<>|‹›⟨⟩〈〉«»¦∣ǀ[]{}`\\")
"""What closes a tag or a cell, and what is drawn like it."""


class NameRefused(ValueError):
    """A name that cannot be taken; says why in a sentence."""


def name_checked(name: str, others: Iterable[str] = ()) -> str:
    """The name as it is kept: composed, with single spaces. Raises NameRefused.

    `others` are the names at the same table.
    """
    name = " ".join(unicodedata.normalize("NFC", name).split())
    if flaw := _flaw_of(name):
        raise NameRefused(flaw)
    looks = skeletons(name)
    if not _RESERVED.isdisjoint(looks | {look.removeprefix("the") for look in looks}):
        raise NameRefused(f"Nobody can be called {name} here: it is a word of the game. Choose another name.")
    if found := next((other for other in others if looks & skeletons(other)), None):
        same = found.casefold() == name.casefold()
        why = f"{found} sits at this table already" if same else f"{name} looks like {found}, who sits at this table"
        raise NameRefused(f"{why}. Choose another name.")
    return name


def free_names(taken: Iterable[str]) -> Iterator[str]:
    """Names of `NAMES` that nobody at a table could be mistaken for."""
    looks = frozenset[str]().union(*map(skeletons, taken))
    return (name for name in NAMES if looks.isdisjoint(skeletons(name)))


def _flaw_of(name: str) -> str | None:
    """What is wrong with the characters of a name."""
    if not 1 <= len(name) <= NAME_LENGTH:
        return f"A name has 1 to {NAME_LENGTH} letters."
    if any(unicodedata.category(one) in _INVISIBLE for one in name) or not _BLANK.isdisjoint(name):
        return "A name cannot have control characters or invisible ones."
    if not _BREAKING.isdisjoint(name) or not _BREAKING.isdisjoint(unicodedata.normalize("NFKC", name)):
        return "A name cannot have brackets, bars, backticks or backslashes."
    if not any(one.isalpha() for one in name):
        return "A name needs a letter: numbers stand for seats."
    return None


_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u2800\u3164\ufe0f\ufe0e\uffa0")
"""Characters that are drawn as nothing without being of an invisible kind."""


def skeletons(name: str) -> frozenset[str]:
    """What a name may be taken for: names that share one are mistaken for each other.

    Accents, case, spaces and signs fall away; a capital I also stands for the small L that it is drawn like.
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name)).translate(_ALIKE)
    letters = "".join(one for one in plain if unicodedata.category(one)[0] in "LNM" and not unicodedata.combining(one))
    return frozenset({letters.casefold(), letters.replace("I", "l").casefold()})


_RESERVED = frozenset(min(skeletons(word.lower())) for word in (*_GAME, *_VOICES, *_ANYBODY))
