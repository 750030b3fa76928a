"""Laws that hold in every match, whatever the players do."""

from __future__ import annotations

import json
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from game.engine import actions as a
from game.engine import chance
from game.engine import events as e
from game.engine.apply import apply, move, order
from game.engine.asks import all_asked, ask_of, asks
from game.engine.codec import from_json, reply_from_json, reply_to_json, to_json
from game.engine.config import Clock, Limits, Talk
from game.engine.fold import fold_all, fold_view, view, visible
from game.engine.legal import check
from game.engine.match import Match
from game.engine.roles import ROLES
from game.engine.setup import MODES, start, table_for
from game.engine.state import EMPTY, State
from game.engine.types import HOST, PUBLIC
from game.names import NAMES
from tests.doubles import random_action, random_match, random_step

SEEDS = st.integers(0, 10**6).map(str)
PLAYERS = st.integers(7, 15)
law = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


LISTS = [mode for mode, found in MODES.items() if found.slots]


def states(seed: str, players: int) -> list[tuple[list[e.Event], State]]:
    """Every state at which somebody is asked, with the log that leads to it; mode and talk are drawn from the seed."""
    talk = chance.pick((Talk.ROUNDS, Talk.BIDS), seed, "talk")
    log = start(table_for(chance.pick(LISTS, seed, "mode"), NAMES[:players], talk=talk), seed)
    state = fold_all(EMPTY, log)
    found = [(list(log), state)]
    while state.public.ending is None:
        events = random_step(state, seed)
        state = fold_all(state, events)
        log += events
        found.append((list(log), state))
    return found


@law
@given(SEEDS, PLAYERS)
def test_every_match_ends_and_says_how(seed: str, players: int) -> None:
    log = random_match(seed, players)
    assert isinstance(log[-1], e.MatchEnded)
    assert sum(isinstance(event, e.MatchEnded) for event in log) == 1


@law
@given(SEEDS, PLAYERS)
def test_folding_what_a_seat_may_see_gives_its_view(seed: str, players: int) -> None:
    for log, state in states(seed, players)[::7]:
        for seat in (None, *state.public.seats):
            seen = fold_view(log, seat)
            assert seen == view(state, seat)
            if seat:
                assert ask_of(seen) == ask_of(view(state, seat))


@law
@given(SEEDS, PLAYERS)
def test_events_survive_json(seed: str, players: int) -> None:
    for event in random_match(seed, players):
        assert from_json(json.loads(json.dumps(to_json(event)))) == event


@law
@given(SEEDS, st.data())
def test_a_match_refolded_at_any_cut_goes_on_alike(seed: str, data: st.DataObject) -> None:
    found = states(seed, 9)
    cut = data.draw(st.integers(0, len(found) - 2))
    log, _ = found[cut]
    refolded = fold_all(EMPTY, [from_json(to_json(event)) for event in log])
    assert found[cut + 1][0] == log + random_step(refolded, seed)


@law
@given(SEEDS, st.data())
def test_the_order_of_answers_inside_a_batch_is_irrelevant(seed: str, data: st.DataObject) -> None:
    for _, state in states(seed, 9)[:-1:5]:
        replies = [a.Answer(ask.seat, ask.id, (random_action(ask, seed),)) for ask in asks(state)]
        assert apply(state, data.draw(st.permutations(replies))) == apply(state, replies)


@law
@given(SEEDS, st.data())
def test_a_fifo_table_hears_answers_in_the_order_given_and_the_end_of_the_time_last(
    seed: str, data: st.DataObject
) -> None:
    state = fold_all(EMPTY, start(table_for("Classic", NAMES[:9], talk=Talk.FIFO), seed))
    lines = [a.Answer(ask.seat, ask.id, (a.Say(f"{ask.seat}"),)) for ask in asks(state)]
    given_order = data.draw(st.permutations([*lines, a.Elapsed(state.public.stage)]))
    said = [event.seat for event in apply(state, given_order) if isinstance(event, e.Said)]
    assert said == [reply.seat for reply in given_order if isinstance(reply, a.Answer)]


@law
@given(SEEDS)
def test_answers_applied_one_by_one_give_the_same_events(seed: str) -> None:
    for _, state in states(seed, 9)[:-1:5]:
        replies = [a.Answer(ask.seat, ask.id, (random_action(ask, seed),)) for ask in asks(state)]
        single: list[e.Event] = []
        for reply in order(state, replies):
            single += apply(fold_all(state, single), [reply])
        assert single == apply(state, replies)


@law
@given(SEEDS, PLAYERS)
def test_whoever_is_asked_has_something_legal_to_answer(seed: str, players: int) -> None:
    for _, state in states(seed, players)[::3]:
        for ask in asks(state):
            legal = [action for option in (*ask.options, *ask.standing) for action in option.actions("words")]
            assert legal
            assert [action for action in legal if check(view(state, ask.seat), action)] == []


def everything(state: State) -> list[a.Action]:
    """All actions of a small table, legal or not."""
    seats = [0, *state.public.seats, 99]
    cards = (ROLES[state.role(seat)] for seat in state.public.seats)
    abilities = {one.id: one for card in cards for one in card.by_id.values()}.values()
    return [
        *(a.Vote(seat) for seat in seats),
        *(a.Whisper(seat, "psst") for seat in seats),
        *(
            a.Use(one.id, targets, param)
            for one in abilities
            for slots in {one.slots, 1}
            for targets in product(seats, repeat=slots)
            for param in (*one.params[:2], "", "nonsense")[: None if one.params else 1]
        ),
        a.Use("nonsense", (1,)),
        *(a.Judge(verdict) for verdict in ("guilty", "innocent", "abstain")),
        a.Say(""),
        a.Say("x" * 5000),
        a.WriteNote("a note"),
        a.WriteWill("x" * 5000),
        *(a.Bid(level) for level in range(-1, 6)),
        *(a.Summarise(day, "psst") for day in range(state.public.day + 2)),
    ]


@settings(max_examples=12, deadline=None)
@given(SEEDS)
def test_every_advertised_action_is_accepted_and_no_other(seed: str) -> None:
    for _, state in states(seed, 7)[:-1:9]:
        for seat in state.public.seats:
            ask = ask_of(view(state, seat))
            offered = set()
            if ask:
                offered = {act for option in (*ask.options, *ask.standing) for act in option.actions("psst")}
            for action in everything(state):
                if isinstance(action, a.Vote | a.Use | a.Judge | a.Whisper | a.Bid | a.Summarise) and ask:
                    assert (check(view(state, seat), action) is None) == (action in offered), (action, ask)


@settings(max_examples=12, deadline=None)
@given(SEEDS)
def test_an_illegal_action_changes_nothing_but_the_record_of_its_refusal(seed: str) -> None:
    for _, state in states(seed, 7)[:-1:11]:
        for ask in asks(state)[:3]:
            for action in everything(state):
                if not check(view(state, ask.seat), action):
                    continue
                events = apply(state, [a.Answer(ask.seat, ask.id, (action,), 3)])
                assert [event.kind for event in events] == ["decided", "refused"]
                assert all(event.to == 1 << ask.seat for event in events)
                after = fold_all(state, events)
                assert after.public == state.public
                assert after.secret == state.secret
                assert after.of(ask.seat).refused[1] == state.of(ask.seat).refused[1] + 1 or ask.attempt == 0


@law
@given(SEEDS, PLAYERS)
def test_nobody_hears_of_hidden_things(seed: str, players: int) -> None:
    log = random_match(seed, players)
    for event in log:
        if isinstance(event, e.MarkSet | e.Happened | e.Seeded):
            assert event.to == HOST
        if isinstance(event, e.RoleDealt | e.Told | e.Chose | e.FactSet | e.WillWritten | e.Balloted | e.Decided):
            assert event.to not in (PUBLIC, HOST)


def test_the_same_seed_gives_the_same_log() -> None:
    assert random_match("again") == random_match("again")


def test_two_seeds_give_two_logs() -> None:
    assert random_match("one") != random_match("two")


@law
@given(SEEDS)
def test_replies_survive_json(seed: str) -> None:
    state = states(seed, 7)[:-1][:4][-1][1]
    for ask in asks(state):
        for option in (*ask.options, *ask.standing):
            for action in option.actions("words"):
                reply = a.Answer(ask.seat, ask.id, (action,), 7)
                assert reply_from_json(json.loads(json.dumps(reply_to_json(reply)))) == reply


@pytest.mark.parametrize("players", range(7, 16))
def test_ten_silent_matches_end_in_a_draw_or_a_win(players: int) -> None:
    for number in range(10):
        log = start(table_for("Classic", NAMES[:players]), f"silent {number}")
        state = fold_all(EMPTY, log)
        while state.public.ending is None:
            state = fold_all(state, apply(state, [a.Elapsed(state.public.stage)]))
        assert state.public.ending.outcome == "draw"
        assert state.public.day == 8


def test_the_public_sees_only_public_events() -> None:
    assert {event.to for event in visible(random_match("public"), None)} == {PUBLIC}


@law
@given(SEEDS)
def test_the_state_after_a_move_is_what_folding_its_events_gives(seed: str) -> None:
    for _, state in states(seed, 9)[:-1:5]:
        replies = [a.Answer(ask.seat, ask.id, (random_action(ask, seed),), 2) for ask in asks(state)]
        events, after = move(state, replies)
        assert events == apply(state, replies)
        assert after == fold_all(state, events)


@settings(max_examples=15, deadline=None)
@given(SEEDS, st.sampled_from(["Classic", "All Any", "Coven All Any"]), st.sampled_from(list(Clock)))
def test_a_match_under_way_knows_after_every_event_who_is_asked_what(seed: str, mode: str, clock: Clock) -> None:
    limits = Limits(discussion=5, nomination=5, judgement=40, night_channel=4)
    log = start(table_for(mode, NAMES[:15], clock=clock, limits=limits), seed)
    state = fold_all(EMPTY, log)
    while state.public.ending is None:
        replies = [
            a.Answer(ask.seat, ask.id, (random_action(ask, seed), chance.pick(riders, seed, ask.id)), 2)
            for ask in asks(state)
            if (riders := [act for option in ask.standing for act in option.actions("rider")])
        ]
        events, after = move(state, replies)
        match = Match(state)
        for event in events:
            match.add(event)
            assert match.waiting == all_asked(match.public, match.private), event
        state = after
