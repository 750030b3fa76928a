"""A seat's open question as the page shows it: what is wanted, what may be done, and why the rest may not.

Pure: everything is a function of the seat's view, by the same rules that will judge the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from game.engine import actions as a
from game.engine.asks import Ask, Option, ask_of, standing
from game.engine.legal import barred, card, check, why_not
from game.engine.roles.base import Ability
from game.engine.roles.mafia_support import PLANTED
from game.engine.state import View
from game.engine.text import render
from game.engine.types import Phase, Seat, When

Json = dict[str, Any]


def question(view: View) -> Json | None:
    """The open ask of the view's seat with its sentence and options; None when nothing is asked."""
    ask = ask_of(view)
    if ask is None:
        return None
    return {
        "id": ask.id,
        "kind": ask.kind.value,
        "sentence": render.ask(ask, view),
        "budget": ask.budget,
        "attempt": ask.attempt,
        "options": [option(view, one) for one in ask.options],
        "standing": permissions(view, ask),
        "barred": _closed(view),
    }


def permissions(view: View, ask: Ask | None = None) -> list[Json]:
    """What the seat may do without being asked, or along with its answer."""
    return [option(view, one) for one in (ask.standing if ask else standing(view))]


def option(view: View, one: Option) -> Json:
    """One option; `illegal` gives, slot by slot, the reason why a seat cannot be chosen."""
    return {
        "verb": one.verb,
        "name": one.name,
        "label": label(one.verb, one.name),
        "slots": [list(slot) for slot in one.slots],
        "params": [{"value": param, "label": param_label(one.name, param)} for param in one.params],
        "twice": one.twice,
        "illegal": [_illegal(view, one, place, slot) for place, slot in enumerate(one.slots)],
    }


def label(verb: str, name: str = "") -> str:
    """What stands on a button."""
    if verb == "use":
        return render.ability_name(name)
    if verb == "judge":
        return name.capitalize()
    return render.say("verb", verb)


def param_label(ability: str, param: str) -> str:
    """What stands for a param: a planted report in its own words, all else by name."""
    if ability == "hypnotize":
        return render.say("told", PLANTED[param])
    return param[:1].upper() + param[1:]


def _illegal(view: View, one: Option, place: int, legal: tuple[Seat, ...]) -> dict[str, str]:
    why = _WHY[one.verb]
    reasons = {seat: why(view, one, place, seat) for seat in view.public.seats if seat not in legal}
    return {str(seat): render.refusal(reason) for seat, reason in reasons.items() if reason}


def _use_barred(view: View, one: Option, place: int, seat: Seat) -> str | None:
    assert view.private is not None
    return barred(view, card(view.private).by_id[one.name], place, seat)


_WHY: dict[str, Callable[[View, Option, int, Seat], str | None]] = {
    "use": _use_barred,
    "vote": lambda view, one, place, seat: check(view, a.Vote(seat)),
    "whisper": lambda view, one, place, seat: check(view, a.Whisper(seat, "...")),
}


def _closed(view: View) -> list[Json]:
    """Abilities of this time of day that cannot be chosen now, with the reason."""
    assert view.private is not None
    when = When.NIGHT if view.public.phase is Phase.NIGHT else When.DAY
    own = (ability for ability in card(view.private).abilities if ability.when is when)
    shut = [(ability, why_not(view, ability)) for ability in own]
    return [_barred_ability(ability, reason) for ability, reason in shut if reason]


def _barred_ability(ability: Ability, reason: str) -> Json:
    return {"verb": "use", "name": ability.id, "label": label("use", ability.id), "reason": render.refusal(reason)}
