"""Phases, votes, trials, talk (M10 to M41)."""

from __future__ import annotations

import pytest

from game.engine import actions as a
from game.engine import events as e
from game.engine.asks import ask_of, asks
from game.engine.config import Clock, Limits, Rounds
from game.engine.fold import view
from game.engine.types import PUBLIC, Channel, Phase, Verdict, hears, only
from tests.engine.scene import Scene

TOWN = ("Sheriff", "Doctor", "Medium", "Mafioso", "Escort", "Lookout", "Investigator")


def readers(scene: Scene, text: str) -> set[int]:
    """The seats that could read a line."""
    lines = [event for event in scene.log if isinstance(event, e.Said | e.WhisperHeard) and event.text == text]
    return {seat for seat in scene.state.public.seats if any(hears(line.to, seat) for line in lines)}


@pytest.mark.parametrize(("living", "needed"), [(3, 2), (4, 3), (5, 3), (6, 4), (7, 4), (9, 5), (10, 6), (14, 8)])
def test_a_trial_needs_more_than_half_of_the_living(living: int, needed: int) -> None:
    scene = Scene(*["Sheriff"] * (living - 1), "Mafioso").until(Phase.VOTING)
    for voter in range(1, needed):
        scene.do(voter, a.Vote(living))
    assert scene.phase is Phase.VOTING
    scene.do(needed, a.Vote(living))
    assert scene.phase is Phase.DEFENSE


def test_the_order_of_phases() -> None:
    scene, seen = Scene(*TOWN), []
    while scene.state.public.day < 3:
        seen.append((scene.phase.value, scene.state.public.day))
        scene.elapse()
    assert list(dict.fromkeys(seen)) == [
        ("day_one", 1), ("night", 1), ("discussion", 2), ("voting", 2), ("night", 2),
    ]  # fmt: skip


def test_a_vote_may_be_moved_and_withdrawn() -> None:
    scene = Scene(*TOWN).until(Phase.VOTING)
    scene.do(1, a.Vote(4), a.Vote(5))
    assert scene.state.public.votes == ((1, 5),)
    scene.do(1, a.Vote(None))
    assert scene.state.public.votes == ()


def test_votes_are_cleared_by_a_trial_and_voting_goes_on() -> None:
    scene = Scene(*TOWN).lynch(4, guilty=(1, 2, 3, 5), innocent=())
    assert scene.dead() == {4: {"lynch"}}
    other = Scene(*TOWN).until(Phase.VOTING)
    for voter in (1, 2, 3, 5):
        other.do(voter, a.Vote(4))
    other.elapse()
    other.elapse()
    assert (other.phase, other.state.public.votes, other.state.public.accused) == (Phase.VOTING, (), 0)


def test_the_condemned_stands_in_the_same_trial_to_the_end() -> None:
    scene = Scene(*TOWN).until(Phase.VOTING)
    for voter in (1, 2, 3, 5):
        scene.do(voter, a.Vote(4))
    assert scene.state.public.trials_today == 1
    scene.elapse()
    for voter in (1, 2, 3, 5):
        scene.do(voter, a.Judge(Verdict.GUILTY))
    scene.elapse()
    assert (scene.phase, scene.state.public.trials_today) == (Phase.LAST_WORDS, 1)


def test_voices_are_hidden_until_all_are_shown() -> None:
    scene = Scene(*TOWN).until(Phase.VOTING)
    for voter in (1, 2, 3, 5):
        scene.do(voter, a.Vote(4))
    scene.elapse()
    events = scene.do(1, a.Judge(Verdict.GUILTY))
    assert [event.to for event in events if isinstance(event, e.Balloted)] == [only(1)]
    closed = next(event for event in scene.elapse() if isinstance(event, e.TrialClosed))
    assert closed.to == PUBLIC
    voices = {seat: verdict for seat, verdict, _ in closed.ballots}
    assert (voices[1], voices[2]) == (Verdict.GUILTY, Verdict.ABSTAIN)


def test_only_the_accused_speaks_in_defense_and_nobody_whispers() -> None:
    scene = Scene(*TOWN).until(Phase.VOTING)
    for voter in (1, 2, 3, 5):
        scene.do(voter, a.Vote(4))
    assert scene.refusal(1, a.Say("hm")) == "only_accused_speaks"
    assert scene.refusal(1, a.Whisper(2, "hm")) == "not_now"
    assert scene.refusal(4, a.Say("I am innocent")) is None
    assert [ask.seat for ask in asks(scene.state)] == [4]


def test_everybody_sees_that_a_whisper_was_sent_and_two_read_it() -> None:
    scene = Scene(*TOWN)
    scene.do(1, a.Whisper(2, "trust me"))
    assert readers(scene, "trust me") == {1, 2}
    assert [event.to for event in scene.log if isinstance(event, e.Whispered)] == [PUBLIC]


def test_the_mafia_hear_each_other_at_night_and_a_prisoner_does_not() -> None:
    scene = Scene("Godfather", "Mafioso", "Framer", "Jailor", "Sheriff")
    scene.use(4, "jail", 3)
    scene.until(Phase.NIGHT)
    scene.do(1, a.Say("who?", Channel.MAFIA))
    assert readers(scene, "who?") == {1, 2}
    assert scene.refusal(3, a.Say("me!", Channel.MAFIA)) == "you_are_jailed"
    assert scene.refusal(5, a.Say("hello", Channel.MAFIA)) == "not_your_channel"
    assert scene.refusal(5, a.Say("hello")) == "no_night_talk"


def test_the_jailor_is_never_named_to_the_prisoner() -> None:
    scene = Scene("Jailor", "Sheriff", "Mafioso")
    scene.use(1, "jail", 2)
    scene.until(Phase.NIGHT)
    scene.do(1, a.Say("claim?", Channel.JAIL))
    heard = [event for event in scene.log if isinstance(event, e.Said) and hears(event.to, 2)]
    assert [(event.seat, event.alias) for event in heard] == [(0, "Jailor")]
    assert view(scene.state, 2).private.fact("jailor_on") is None  # type: ignore[union-attr]


def test_the_dead_talk_among_themselves_and_to_a_medium_at_night() -> None:
    scene = Scene("Medium", "Sheriff", "Mafioso", "Doctor").night((3, "kill", (2,)))
    scene.do(2, a.Say("it was P3", Channel.DEAD))
    assert readers(scene, "it was P3") == {2}
    scene.until(Phase.NIGHT, 2)
    scene.do(2, a.Say("P3, I say", Channel.DEAD))
    scene.do(1, a.Say("who did it?", Channel.DEAD))
    assert readers(scene, "P3, I say") == {1, 2}
    unnamed = [
        event
        for event in scene.log
        if isinstance(event, e.Said) and event.text == "who did it?" and event.to == only(2)
    ]
    assert [(event.seat, event.alias) for event in unnamed] == [(0, "Medium")]
    assert scene.refusal(2, a.Say("boo")) == "you_are_dead"


def test_a_blackmailed_player_is_silent_and_says_so_on_trial() -> None:
    scene = Scene(*TOWN).until(Phase.DISCUSSION, 2)
    scene.log.append(e.FactSet(only(4), 4, "blackmailed_on", 2))
    assert scene.refusal(4, a.Say("hey")) == "blackmailed"
    assert scene.refusal(4, a.Whisper(1, "hey")) == "blackmailed"
    scene.until(Phase.VOTING)
    for voter in (1, 2, 3, 5):
        scene.do(voter, a.Vote(4))
    scene.do(4, a.Say("I am the Mayor, listen!"))
    assert readers(scene, "I am blackmailed.") == set(scene.state.public.seats)
    assert readers(scene, "I am the Mayor, listen!") == set()


def test_a_revealed_mayor_counts_three_and_does_not_whisper() -> None:
    scene = Scene("Mayor", *TOWN)
    scene.use(1, "reveal")
    assert scene.state.public.weight(1) == 3
    assert scene.refusal(1, a.Whisper(2, "psst")) == "mayor_cannot_whisper"
    assert scene.refusal(2, a.Whisper(1, "psst")) == "mayor_cannot_whisper"
    assert scene.refusal(1, a.Use("reveal")) == "no_uses_left"


def test_whoever_is_asked_thrice_in_vain_has_passed() -> None:
    scene = Scene(*TOWN).until(Phase.VOTING)
    for attempt in range(3):
        ask = ask_of(view(scene.state, 1))
        assert ask is not None
        assert ask.attempt == attempt
        scene.send(a.Answer(1, ask.id, (a.Vote(1),), cost=5))
    assert ask_of(view(scene.state, 1)) is None


def test_an_answer_to_a_question_of_the_past_is_moot() -> None:
    scene = Scene(*TOWN)
    ask = ask_of(view(scene.state, 1))
    assert ask is not None
    scene.until(Phase.VOTING)
    events = scene.send(a.Answer(1, ask.id, (a.Say("late"),), cost=9))
    assert [(event.outcome, event.cost) for event in events if isinstance(event, e.Decided)] == [("moot", 9)]
    assert readers(scene, "late") == set()


def test_the_budget_clock_asks_nobody_who_has_spent_the_allowance() -> None:
    scene = Scene(*TOWN, clock=Clock.BUDGET, limits=Limits(discussion=100), rounds=Rounds(1, 3, 1, 0))
    scene.until(Phase.DISCUSSION, 2)
    for ask in asks(scene.state):
        scene.send(a.Answer(ask.seat, ask.id, (a.Say("words"),), cost=100 if ask.seat == 1 else 40))
    asked = {ask.seat: ask.budget for ask in asks(scene.state)}
    assert 1 not in asked
    assert asked[2] == 60


def test_the_budget_clock_gives_judgement_a_tail() -> None:
    scene = Scene(*TOWN, clock=Clock.BUDGET).until(Phase.VOTING)
    for voter in (1, 2, 3, 5):
        scene.do(voter, a.Vote(4))
    scene.elapse()
    assert (scene.phase, scene.state.public.round) == (Phase.JUDGEMENT, 1)
    scene.elapse()
    assert (scene.phase, scene.state.public.round) == (Phase.JUDGEMENT, 2)


def test_the_accused_who_leaves_ends_the_trial() -> None:
    scene = Scene(*TOWN).until(Phase.VOTING)
    for voter in (1, 2, 3, 5):
        scene.do(voter, a.Vote(4))
    scene.do(4, a.Leave())
    assert (scene.phase, scene.state.public.accused) == (Phase.VOTING, 0)


def test_an_answer_may_carry_more_than_one_deed() -> None:
    scene = Scene(*TOWN).until(Phase.VOTING)
    ask = ask_of(view(scene.state, 1))
    assert ask is not None
    scene.send(a.Answer(1, ask.id, (a.Vote(4), a.Say("he lies"), a.WriteWill("P4!")), cost=1))
    assert scene.state.public.vote_of(1) == 4
    assert readers(scene, "he lies") == set(scene.state.public.seats)
    assert scene.state.of(1).will == "P4!"


def test_weight_against_counts_a_revealed_mayor_three_times() -> None:
    scene = Scene("Mayor", "Sheriff", "Doctor", "Mafioso", "Jester", "Escort", "Lookout", "Medium", "Spy")
    scene.until(Phase.VOTING).use(1, "reveal")
    scene.do(1, a.Vote(4))
    scene.do(2, a.Vote(4))
    assert scene.state.public.weight_against(4) == 4


def test_a_summary_is_kept_for_its_own_seat_alone_dead_or_alive() -> None:
    scene = Scene("Mafioso", "Sheriff", "Doctor").night((1, "kill", (2,)))
    for seat in (2, 3):
        written = [event for event in scene.do(seat, a.Summarise(1, f"by {seat}")) if isinstance(event, e.Summarised)]
        assert written == [e.Summarised(only(seat), seat, 1, f"by {seat}")]
