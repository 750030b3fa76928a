"""What an ask says of itself, whoever has looked at it before."""

from __future__ import annotations

from game.engine import actions as a
from game.engine.asks import ask_of, asks, standing
from game.engine.fold import view
from game.engine.legal import bars_vote, votable
from game.engine.types import Phase
from tests.engine.scene import Scene

TABLE = ("Sheriff", "Doctor", "Mayor", "Godfather", "Jester", "Lookout", "Escort")


def test_asks_are_equal_by_what_may_be_answered_and_not_by_who_has_looked() -> None:
    state = Scene(*TABLE).until(Phase.VOTING).state
    seen, fresh = asks(state)[0], ask_of(view(state, 1))
    assert seen.options
    assert seen == fresh
    assert len({seen, fresh}) == 1
    assert seen != asks(state)[1]
    assert seen != "1"


def test_an_ask_shows_what_may_be_answered() -> None:
    state = Scene(*TABLE).until(Phase.VOTING).state
    ask = asks(state)[0]
    assert repr(ask) == (
        f"Ask({ask.id!r}, 1, {ask.kind!r}, None, 0, options={ask.options!r}, standing={ask.standing!r})"
    )


def test_a_ballot_names_whoever_is_not_barred() -> None:
    scene = Scene(*TABLE).until(Phase.VOTING)
    seen = view(scene.state, 3)
    assert votable(seen) == tuple(seat for seat in seen.public.seats if not bars_vote(seen, seat)) == (1, 2, 4, 5, 6, 7)


def test_a_refused_answer_counts_as_an_attempt() -> None:
    scene = Scene(*TABLE).until(Phase.VOTING)
    ask = asks(scene.state)[0]
    scene.send(a.Answer(1, ask.id, (a.Vote(1),)))
    again = asks(scene.state)[0]
    assert (ask.attempt, again.attempt, again.id) == (0, 1, ask.id)


def test_whoever_is_not_asked_may_still_do_what_is_permitted() -> None:
    scene = Scene(*TABLE).until(Phase.VOTING)
    for voter in (2, 3, 4, 6):
        scene.do(voter, a.Vote(1))
    seen = {phase: _permitted(scene.until(phase), 2) for phase in (Phase.DEFENSE, Phase.JUDGEMENT)}
    assert seen[Phase.DEFENSE] == ["will", "jot", "summarise"]
    assert seen[Phase.JUDGEMENT] == ["say", "judge", "judge", "judge", "whisper", "will", "jot", "summarise"]
    assert _permitted(scene.until(Phase.NIGHT), 4) == ["say", "use", "will", "note", "jot", "summarise"]
    assert list(standing(view(scene.state, None))) == []


def test_a_standing_vote_may_be_changed() -> None:
    scene = Scene(*TABLE).until(Phase.VOTING)
    assert _permitted(scene, 2)[:2] == ["say", "vote"]
    assert _permitted(scene, 1) == ["say", "vote", "whisper", "will", "jot", "summarise"]


def _permitted(scene: Scene, seat: int) -> list[str]:
    return [option.verb for option in standing(view(scene.state, seat))]
