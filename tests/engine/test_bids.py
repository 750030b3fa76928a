"""Talk by bids: one seat at a time has the floor, and it is always known whose it is and when the talk ends."""

from __future__ import annotations

import pytest

from game.engine import actions as a
from game.engine import events as e
from game.engine.asks import AskKind, ask_of, asks, standing
from game.engine.config import Clock, Limits, Rounds, Talk
from game.engine.fold import view
from game.engine.text import render
from game.engine.types import PUBLIC, Phase, Verdict, only
from tests.engine.scene import Scene

TOWN = ("Sheriff", "Doctor", "Lookout", "Mafioso", "Medium")
ALL = (1, 2, 3, 4, 5)


def table(*roles: str, **settings: object) -> Scene:
    """A table that talks by bids, two turns for each of the living."""
    return Scene(*(roles or TOWN), **{"talk": Talk.BIDS, "rounds": Rounds(1, 2, 3, 0), **settings})


def bid(scene: Scene, **levels: int) -> Scene:
    """Standing bids, by seat: `bid(scene, s1=4)`."""
    for seat, level in levels.items():
        scene.do(int(seat[1:]), a.Bid(level))
    return scene


def turn(scene: Scene, *actions: a.Action, cost: int = 0) -> int:
    """Whoever has the floor does this; whose turn it was."""
    seat = scene.state.public.floor
    ask = ask_of(view(scene.state, seat))
    assert ask is not None
    scene.send(a.Answer(seat, ask.id, actions or (a.Pass(),), cost))
    return seat


def talk_of(scene: Scene, *actions: a.Action) -> list[int]:
    """Everybody who has the floor does the same until the phase is over: whose turns they were."""
    phase, turns = scene.phase, []
    while scene.phase is phase:
        turns.append(turn(scene, *actions))
    return turns


def test_the_highest_bid_made_the_day_before_has_the_first_word() -> None:
    scene = bid(table().until(Phase.NIGHT, 1), s1=1, s2=0, s3=3, s4=4, s5=2)
    assert scene.until(Phase.DISCUSSION, 2).state.public.floor == 4


def test_turns_go_by_bid_and_who_bids_nothing_gets_none() -> None:
    scene = bid(table().until(Phase.NIGHT, 1), s1=1, s2=0, s3=3, s4=4, s5=2).until(Phase.DISCUSSION, 2)
    assert talk_of(scene) == [4, 3, 5, 1]
    assert scene.phase is Phase.VOTING


@pytest.mark.parametrize(
    ("actions", "after"),
    [
        ((a.Pass(),), 0),
        ((a.Say("so"),), 1),
        ((a.Pass(), a.Say("so")), 1),
        ((a.Say("so"), a.Bid(3)), 3),
        ((a.Pass(), a.Bid(2)), 2),
        ((a.Bid(4),), 4),
        ((a.Say("so"), a.Bid(0)), 0),
        ((a.Say("so"), a.Bid(9)), 1),
    ],
    ids=["silent", "spoke", "spoke along", "spoke and bid", "silent and bid", "bid alone", "has done", "no such bid"],
)
def test_a_turn_uses_the_bid_up_unless_a_new_one_rides_along(actions: tuple[a.Action, ...], after: int) -> None:
    scene = bid(table().until(Phase.DISCUSSION, 2), s1=4)
    while scene.state.public.floor != 1:
        turn(scene)
    before = len(scene.log)
    turn(scene, *actions)
    made = [event for event in scene.log[before:] if isinstance(event, e.Bade)]
    assert {event.to for event in made} == {only(1)}
    assert (made[-1].seat, made[-1].level) == (1, after)


def test_of_equal_bids_the_one_with_fewer_turns_goes_first_and_all_speak_twice() -> None:
    turns = talk_of(table().until(Phase.DISCUSSION, 2), a.Say("so"))
    assert sorted(turns[:5]) == sorted(turns[5:]) == [1, 2, 3, 4, 5]


def test_equal_bids_are_drawn_by_the_seed() -> None:
    orders = {tuple(talk_of(table(seed=str(seed)))) for seed in range(8)}
    assert len(orders) > 1
    assert talk_of(table(seed="3")) == talk_of(table(seed="3"))


@pytest.mark.parametrize(("rounds", "turns"), [(1, 5), (2, 10)])
def test_the_talk_ends_with_its_turns_however_much_is_bid(rounds: int, turns: int) -> None:
    scene = table(rounds=Rounds(1, rounds, 3, 0)).until(Phase.DISCUSSION, 2)
    assert len(talk_of(scene, a.Say("so"), a.Bid(4))) == turns
    assert scene.phase is Phase.VOTING


def test_the_first_day_is_talked_through_by_bids_too() -> None:
    scene = table()
    assert sorted(talk_of(scene, a.Say("hello"))) == [1, 2, 3, 4, 5]
    assert scene.phase is Phase.NIGHT


def test_with_no_bid_at_all_there_is_no_talk() -> None:
    scene = bid(table().until(Phase.NIGHT, 1), s1=0, s2=0, s3=0, s4=0, s5=0)
    scene.elapse()
    assert (scene.phase, scene.state.public.day) == (Phase.VOTING, 2)


def test_a_bid_counts_for_one_day_and_everybody_wants_one_word_on_the_next() -> None:
    scene = table().until(Phase.DISCUSSION, 2)
    assert sorted(talk_of(scene)) == [1, 2, 3, 4, 5]
    assert sorted(talk_of(scene.until(Phase.DISCUSSION, 3))) == [1, 2, 3, 4, 5]


def test_who_lets_the_time_pass_has_had_the_turn() -> None:
    scene = table().until(Phase.DISCUSSION, 2)
    first = scene.state.public.floor
    scene.elapse()
    assert first not in talk_of(scene)


def test_who_leaves_with_the_floor_gives_it_up() -> None:
    scene = table().until(Phase.DISCUSSION, 2)
    first = scene.state.public.floor
    scene.do(first, a.Leave())
    assert scene.phase is Phase.DISCUSSION
    assert scene.state.public.floor not in (0, first)


def test_only_who_has_the_floor_is_asked_and_may_speak() -> None:
    scene = table().until(Phase.DISCUSSION, 2)
    floor = scene.state.public.floor
    assert [ask.seat for ask in asks(scene.state)] == [floor]
    refused = {seat: scene.refusal(seat, a.Say("listen")) for seat in ALL}
    assert refused == {seat: None if seat == floor else "no_floor" for seat in ALL}
    assert {option.verb for option in standing(view(scene.state, floor % 5 + 1))} >= {"bid", "whisper", "will"}


def test_votes_defence_and_judgement_are_for_everybody_as_ever() -> None:
    scene = table().until(Phase.VOTING, 2)
    assert [ask.seat for ask in asks(scene.state)] == [1, 2, 3, 4, 5]
    assert scene.refusal(3, a.Say("him!")) is None
    for voter in (1, 2, 3):
        scene.do(voter, a.Vote(4))
    assert [ask.kind for ask in asks(scene.state)] == [AskKind.DEFEND]
    scene.elapse()
    scene.do(1, a.Judge(Verdict.GUILTY), a.Say("guilty"))
    assert scene.state.public.floor == 0


def test_a_deed_of_the_day_is_asked_for_in_the_first_stage_without_the_floor() -> None:
    scene = bid(table("Jailor", *TOWN).until(Phase.NIGHT, 1), s2=4).until(Phase.DISCUSSION, 2)
    ask = ask_of(view(scene.state, 1))
    assert ask is not None
    assert {option.verb for option in ask.options} == {"pass"}
    assert render.ask(ask, view(scene.state, 1)).endswith("P2 has the floor. Is there anything that you do meanwhile?")
    scene.send(a.Answer(1, ask.id, (a.Use("jail", (3,)), a.Bid(3))))
    assert scene.state.public.floor == 2
    turn(scene)
    assert (scene.state.public.floor, [one.seat for one in asks(scene.state)]) == (1, [1])
    turn(scene)
    assert 1 not in [one.seat for one in asks(scene.state)]


def test_a_deed_of_the_day_is_asked_for_where_nobody_wants_to_talk() -> None:
    scene = bid(table("Jailor", "Sheriff").until(Phase.NIGHT, 1), s1=0, s2=0).until(Phase.DISCUSSION, 2)
    question = ask_of(view(scene.state, 1))
    assert question is not None
    assert "Nobody has the floor." in render.ask(question, view(scene.state, 1))


def test_everybody_sees_who_has_the_floor_and_nobody_what_others_bid() -> None:
    scene = bid(table().until(Phase.DISCUSSION, 2), s1=4, s2=3)
    given = [event for event in scene.log if isinstance(event, e.FloorGiven)]
    assert {event.to for event in given} == {PUBLIC}
    assert scene.log[scene.log.index(given[-1]) + 1].kind == "stage_opened"
    assert render.scene(view(scene.state, None)) == f"P{given[-1].seat} has the floor."
    assert all(event.to == only(event.seat) for event in scene.log if isinstance(event, e.Bade))


@pytest.mark.parametrize(
    ("talk", "seat", "level", "reason"),
    [
        (Talk.BIDS, 1, 0, None),
        (Talk.BIDS, 1, 4, None),
        (Talk.BIDS, 1, 5, "no_such_bid"),
        (Talk.BIDS, 1, -1, "no_such_bid"),
        (Talk.BIDS, 2, 1, "you_are_dead"),
        (Talk.ROUNDS, 1, 1, "no_bids"),
        (Talk.FIFO, 1, 1, "no_bids"),
    ],
)
def test_who_may_bid_what(talk: Talk, seat: int, level: int, reason: str | None) -> None:
    scene = Scene("Mafioso", "Sheriff", "Doctor", talk=talk).night((1, "kill", (2,)))
    assert scene.refusal(seat, a.Bid(level)) == reason
    offered = [option.params for option in standing(view(scene.state, seat)) if option.verb == "bid"]
    assert offered == ([] if reason in ("you_are_dead", "no_bids") else [("0", "1", "2", "3", "4")])


def test_a_blackmailed_player_gets_the_floor_and_is_silent() -> None:
    scene = table("Blackmailer", "Sheriff", "Doctor", "Mafioso", attempts=2)
    bid(scene.until(Phase.NIGHT, 1), s2=4).night((1, "blackmail", (2,)))
    assert scene.state.public.floor == 2
    assert scene.refusal(2, a.Say("help")) == "blackmailed"
    assert (turn(scene, a.Say("help")), turn(scene, a.Say("help"))) == (2, 2)
    assert 2 not in talk_of(scene, a.Say("so"))
    assert "help" not in {event.text for event in scene.log if isinstance(event, e.Said)}


def test_who_has_spent_the_budget_gets_no_further_turn() -> None:
    scene = table(clock=Clock.BUDGET, limits=Limits(discussion=100)).until(Phase.DISCUSSION, 2)
    first = turn(scene, a.Say("so"), a.Bid(4), cost=100)
    assert first not in talk_of(scene, a.Say("so"))
    assert scene.phase is Phase.VOTING


def test_the_talk_ends_when_every_budget_is_spent() -> None:
    scene = table(clock=Clock.BUDGET, limits=Limits(discussion=100)).until(Phase.DISCUSSION, 2)
    turns = [turn(scene, a.Say("so"), a.Bid(4), cost=100) for _ in range(5)]
    assert (sorted(turns), scene.phase) == ([1, 2, 3, 4, 5], Phase.VOTING)
