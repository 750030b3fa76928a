"""Reads and plays the rows of `rows/*.txt`: who chose what, who died, who was told what.

A row is a title with its rule, the roles from seat 1 on, what is set and chosen, and what comes of it:

    M87 an Escort keeps a Doctor from healing
      Escort Doctor Mafioso Sheriff
      1 distract 2, 2 heal 4, 3 kill 4
      -> 4 dies mafia, 2 told role_blocked, 1 told nothing

Two Mayors sit down after the roles named, so that the Town goes on. The night is the second, under a full moon, or as
`night 3` says otherwise. `+1 book` sets a fact, `+4 mark doused` a hidden mark, `+3 left shoot 0` uses, `+5 died mafia`
a grave, `+force crusader_pick 2` a draw; `@1 jail 2` is done by day; `then` begins the next night; `=Sheriff` names a
param.

After the arrow comes the last night: deaths must be complete, and so must what a listed seat is told. Also:
`1 learns sheriff_result 3 suspicious`, `3 is Vampire`, `1 left shoot 2`, `1 has guilt 2`, `4 marked doused`,
`4 clean doused`, `4 shows Cleaned hidden`, `4 refused cooling`, `4 lives`, `all hear nobody_died`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from game.engine import actions as a
from game.engine import events as e
from game.engine.config import Options
from game.engine.roles import ROLES
from game.engine.types import CLEANED, HOST, PUBLIC, STONED, Cause, Phase, ShownWill, hears, only
from tests.engine.scene import Scene

BYSTANDERS = ("Mayor", "Mayor")
SEATED = {role.replace(" ", ""): role for role in ROLES}
OPTIONS = {"revive": {"retributionist_mode": "revive"}, "launch": {"juggernaut_ladder": "launch"}}


@dataclass(frozen=True, slots=True)
class Row:
    """One interaction as it stands in its file."""

    title: str
    roles: tuple[str, ...]
    deeds: tuple[str, ...]
    outcomes: tuple[str, ...]


def rows() -> Iterator[Row]:
    """All rows of all files."""
    for file in sorted((Path(__file__).parent / "rows").glob("*.txt")):
        for block in file.read_text("utf-8").split("\n\n"):
            lines = [line.strip() for line in block.splitlines() if line.strip() and not line.startswith("#")]
            if lines:
                title, roles, *deeds, last = lines
                assert last.startswith("-> "), f"{file.name}: {title}"
                listed = [deed for line in deeds for deed in line.split(", ")]
                yield Row(title, tuple(roles.split()), tuple(listed), tuple(last[3:].split(", ")))


def play(row: Row) -> tuple[Scene, dict[int, set[str]]]:
    """The scene after its last night, and who had died before it was played."""
    options = Options(check_wins=False, **{k: v for word in row.roles for k, v in OPTIONS.get(word, {}).items()})
    roles = [SEATED[word] for word in row.roles if word not in OPTIONS]
    coven = any("coven" in ROLES[role].rulesets and "classic" not in ROLES[role].rulesets for role in roles)
    scene = Scene(*roles, *BYSTANDERS, options=options, ruleset="coven" if coven else "classic")
    nights = " ".join(row.deeds).split()
    first = int(nights[nights.index("night") + 1]) if "night" in nights else 2
    parts = ", ".join(row.deeds).split(", then, ")
    before: dict[int, set[str]] = {}
    for number, part in enumerate(parts):
        before = _play_night(scene, first + number, part.split(", "), setting=number == 0)
    return scene, before


def _play_night(scene: Scene, day: int, deeds: list[str], *, setting: bool) -> dict[int, set[str]]:
    scene.until(Phase.DAY_ONE if day == 1 else Phase.DISCUSSION, day)
    for deed in deeds:
        if deed.startswith("+"):
            scene.log.append(_set(scene, deed[1:].split()))
        elif deed.startswith("@"):
            _choose(scene, deed[1:].split())
    before = scene.dead()
    scene.until(Phase.NIGHT, day)
    scene.mark = next(n for n, event in reversed(list(enumerate(scene.log))) if isinstance(event, e.PhaseOpened))
    for deed in deeds:
        if deed[0].isdigit():
            _choose(scene, deed.split())
    scene.elapse()
    return before


def _choose(scene: Scene, words: list[str]) -> None:
    seat, ability, *rest = words
    param = next((word[1:] for word in rest if word.startswith("=")), "")
    targets = tuple(int(word) for word in rest if not word.startswith("="))
    if ability == "leave":
        scene.do(int(seat), a.Leave())
    elif ability in ("will", "note"):
        scene.do(int(seat), a.WriteWill(param) if ability == "will" else a.WriteNote(param))
    else:
        scene.do(int(seat), a.Use(ability, targets, SEATED.get(param, param)))


def _set(scene: Scene, words: list[str]) -> e.Event:
    match words:
        case ["force", purpose, seat]:
            return e.Forced(HOST, purpose, int(seat))
        case [seat, "mark", key, *value]:
            return e.MarkSet(HOST, int(seat), key, int(value[0]) if value else 1)
        case [seat, "left", ability, left]:
            return e.UsesSet(only(int(seat)), int(seat), ability, int(left))
        case [seat, "died", cause, *shown]:
            role = shown[0] if shown else scene.state.role(int(seat))
            will = ShownWill.HIDDEN if role in (CLEANED, STONED) else ShownWill.SHOWN
            return e.Died(PUBLIC, int(seat), (Cause(cause),), role, will, "")
        case [seat, "revealed"]:
            return e.Announced(PUBLIC, "mayor_revealed", int(seat), scene.state.role(int(seat)))
        case [seat, key, *value]:
            return e.FactSet(only(int(seat)), int(seat), key, int(value[0]) if value else 1)
    raise AssertionError(words)


# Outcomes -------------------------------------------------------------------------------------------------------------


def found(scene: Scene, before: dict[int, set[str]], outcomes: tuple[str, ...]) -> list[str]:
    """What came of it, in the words of the outcomes that were named; unexpected deaths besides."""
    named = {outcome.split()[0] for outcome in outcomes if outcome.split()[1:2] == ["dies"]}
    died = {str(seat): causes for seat, causes in scene.dead().items() if seat not in before}
    extra = [f"{seat} dies {'+'.join(sorted(died[seat]))}" for seat in died if seat not in named]
    return [*(_came(scene, died, outcome.split(), outcome) for outcome in outcomes), *extra]


def _came(scene: Scene, died: dict[str, set[str]], words: list[str], outcome: str) -> str:
    who, what, *rest = words
    if who == "nobody":
        return outcome if not died else "somebody dies"
    if who == "all":
        heard = (event.message for event in scene.log[scene.mark :] if isinstance(event, e.Announced))
        return outcome if rest[0] in heard else "nothing is announced"
    if what == "dies":
        return f"{who} dies {'+'.join(sorted(died.get(who, ())))}"
    if what in ("marked", "clean"):
        what = "marked" if scene.state.secret.mark(int(who), rest[0]) else "clean"
        return f"{who} {what} {rest[0]}"
    found = _FOUND[what](scene, int(who), rest)
    return outcome if found is True else f"{who} {what} {found}"


def _told(scene: Scene, seat: int, kinds: list[str]) -> object:
    told = scene.told(seat)
    return told == set(kinds) - {"nothing"} or " ".join(sorted(told)) or "nothing"


def _learnt(scene: Scene, seat: int, words: list[str]) -> object:
    """All reports of a kind since nightfall: named seats without spaces, then the value."""
    kind = words[0]
    reports = [
        event
        for event in scene.log[scene.mark :]
        if isinstance(event, e.Told) and event.message == kind and hears(event.to, seat)
    ]
    said = [" ".join(filter(None, ["".join(map(str, one.seats)), one.value.replace(" ", "")])) for one in reports]
    return f"{kind} {' & '.join(sorted(said)) or 'nothing'}"


def _shown(scene: Scene, seat: int, words: list[str]) -> object:
    grave = next(grave for grave in scene.state.public.graves if grave.seat == seat)
    return f"{grave.role.replace(' ', '')} {grave.will_shown}"


def _refused(scene: Scene, seat: int, words: list[str]) -> object:
    return " ".join(event.reason for event in scene.log if isinstance(event, e.Refused) and event.seat == seat)


_FOUND: dict[str, Callable[[Scene, int, list[str]], object]] = {
    "told": _told,
    "learns": _learnt,
    "shows": _shown,
    "refused": _refused,
    "is": lambda scene, seat, _: scene.state.role(seat).replace(" ", ""),
    "lives": lambda scene, seat, _: seat in scene.state.public.living or "no more",
    "left": lambda scene, seat, words: f"{words[0]} {scene.state.of(seat).left(words[0])}",
    "has": lambda scene, seat, words: f"{words[0]} {scene.state.of(seat).fact(words[0])}",
}
"""What came of it, in the same words; True where it is as it was named."""
