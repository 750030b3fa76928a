"""What scripted players make of lines that are no wording of theirs: simple rules by keyword.

People and models say anything; from it only claims, results, accusations, questions and support are picked up.
"""

from __future__ import annotations

import re
from functools import lru_cache

from agents.scripted.lists import SPOKEN_ROLES, is_town
from agents.scripted.speech import Names, read
from agents.scripted.statements import Act, Reason, Statement
from game.engine.types import Seat

_ROLE = "|".join(sorted((re.escape(role.lower()) for role in SPOKEN_ROLES), key=len, reverse=True))
_ROLES = {role.lower(): role for role in SPOKEN_ROLES}
_SHORT = {"gf": "godfather", "sk": "serial killer", "exe": "executioner", "doc": "doctor", "invest": "investigator",
          "vig": "vigilante", "vigi": "vigilante", "vet": "veteran", "lo": "lookout", "bg": "bodyguard",
          "trans": "transporter", "maf": "mafia", "ga": "guardian angel", "vh": "vampire hunter",
          "ret": "retributionist", "amne": "amnesiac", "surv": "survivor", "arso": "arsonist", "ww": "werewolf",
          "jugg": "juggernaut", "consig": "consigliere", "psy": "psychic"}  # fmt: skip
_CLAIM = re.compile(rf"\b(?:i am|i'm|im|i was|claiming|my role is)\s+(?:really\s+)?(?:the|a|an)?\s*({_ROLE})\b")
_HARM = r"(?:mafia|coven|evil|bad|sus|suspicious|guilty|lying|a liar|a killer|the killer|scum)"
_GOOD = r"(?:innocent|clean|town|good|clear|not suspicious|confirmed)"
_IS = r"(?:\s+is|\s+are|'s|\s+was|\s+looks|\s+seems|\s+must be|\s+came up)\s+"
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_FINDING = re.compile(rf"\b(?:(not {_HARM}|{_GOOD})|{_HARM})\b")
_CHECKED = re.compile(r"\b(?:i )?(?:checked|interrogated|investigated)\b")


@lru_cache(maxsize=4096)
def understand(text: str, names: Names, day: int) -> tuple[Statement, ...]:
    """Everything that a line of chat says, as far as it is understood."""
    known = read(text, names, day)
    if known:
        return (known,)
    found = (_sentence(part, names, day) for part in _SENTENCE.split(text[:1000]))
    return tuple(statement for statement in found if statement)


def _sentence(text: str, names: Names, day: int) -> Statement | None:
    if known := read(text.strip(), names, day):
        return known
    low = _expand(_numbered(text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"), names))
    if claim := _CLAIM.search(low):
        return Statement(Act.CLAIM, role=_ROLES[claim.group(1)])
    seats = [int(number) for number in re.findall(r"<(\d+)>", low)]
    return _about(low, seats[0], day) if seats else None


def _about(low: str, who: Seat, day: int) -> Statement | None:
    """What a sentence says about the first player it names."""
    name = f"<{who}>"
    if (checked := _CHECKED.search(low)) and day > 1 and (finding := _FINDING.search(low, checked.end())):
        return Statement(Act.REPORT, who, night=day - 1, topic="innocent" if finding.group(1) else "suspicious")
    if re.search(rf"{name}{_IS}not (?:{_HARM}|the)", low) or re.search(rf"{name}{_IS}(?:probably )?{_GOOD}\b", low):
        return Statement(Act.DEFEND, who, topic=Reason.SOUND)
    if _harms(low, name):
        return Statement(Act.ACCUSE, who, topic=Reason.HUNCH)
    if low.rstrip().endswith("?") or re.search(rf"{name},? (?:claim|role|talk|speak)", low):
        return Statement(Act.ASK, who)
    return None


def _harms(low: str, name: str) -> bool:
    if re.search(rf"{name}{_IS}(?:\w+ )?{_HARM}\b", low) or re.search(rf"{name} (?:sus|lies|lied)\b", low):
        return True
    if re.search(rf"\b(?:vote|voting|lynch|hang|kill|execute|suspect|against|accuse|on)\s+(?:for\s+)?{name}", low):
        return True
    role = re.search(rf"{name}{_IS}(?:the|a|an)?\s*({_ROLE})\b", low)
    return bool(role) and not is_town(_ROLES[role.group(1)]) if role else False


def _expand(low: str) -> str:
    return re.sub(r"\b\w+\b", lambda word: _SHORT.get(word.group(), word.group()), low)


def _numbered(low: str, names: Names) -> str:
    """Names and seat numbers as <seat>."""
    pattern, seats = _name_pattern(names)
    return pattern.sub(lambda match: f"<{seats[match.group(1)]}>", low)


@lru_cache(maxsize=64)
def _name_pattern(names: Names) -> tuple[re.Pattern[str], dict[str, Seat]]:
    seats = {str(seat): seat for seat in range(1, len(names) + 1)}
    seats |= {name.lower(): seat for seat, name in enumerate(names, 1)}
    words = "|".join(re.escape(word) for word in sorted(seats, key=len, reverse=True))
    return re.compile(rf"(?<![\w<])(?:seat |player |#)?({words})(?!\w)"), seats
