"""The screen operations of a viewpoint: complete for whoever may know, silent for everybody else."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter

from frontend.asking import permissions, question
from frontend.present import ELAPSED, Presenter, Thought, sees
from frontend.schemas.frames import AskOut
from frontend.schemas.ops import Item
from game.engine import actions as a
from game.engine import events as e
from game.engine.apply import apply
from game.engine.asks import asks
from game.engine.config import Clock, Talk
from game.engine.fold import fold_all, view
from game.engine.roles import ROLES
from game.engine.setup import start, table_for
from game.engine.state import EMPTY
from game.engine.types import HOST, PUBLIC, Cause, Channel, Phase, ShownWill, Verdict, only
from tests.frontend.logs import NAMES, VIEWPOINTS, answer, present, seen, strings, texts, whole_match

SEEDS = [f"present-{number}" for number in range(6)]
ROLES_HERE = ["Sheriff", "Doctor", "Investigator", "Jailor", "Medium", "Godfather", "Framer", "Executioner", "Escort",
              "Mafioso", "Lookout", "Serial Killer", "Vigilante", "Jester", "Mayor"]  # fmt: skip
items_schema = TypeAdapter(list[Item])


def opened(**settings: object) -> list[e.Event]:
    """The opening of a match in which seat n has the n-th of ROLES_HERE."""
    return start(table_for("Classic", NAMES, **settings), "s", ROLES_HERE)


def shown(viewpoint, *events: e.Event, log: list[e.Event] | None = None) -> list[dict]:
    """The operations of these events at a viewpoint, after an opening."""
    presenter = Presenter(viewpoint)
    for event in seen(opened() if log is None else log, viewpoint):
        presenter.item(event, 0)
    return [op for event in seen(events, viewpoint) for op in presenter.item(event, 0)["ops"]]


def patches(items: list[dict], kind: str) -> list[dict]:
    """The patches of one kind of operation, in order."""
    return [op for item in items for op in item["ops"] if op["op"] == kind]


def test_talk_by_bids_shows_who_has_the_floor_turn_by_turn():
    log = opened(talk=Talk.BIDS)
    state = fold_all(EMPTY, log)
    after = [*log, *apply(state, [a.Answer(ask.seat, ask.id) for ask in asks(state)])]
    floors = [state.public.floor, fold_all(EMPTY, after).public.floor]
    turns = [(op["sentence"], op["round"], op["rounds"]) for op in patches(present(after, "public"), "phase")]
    assert turns[-2:] == [(f"{NAMES[seat - 1]} has the floor.", turn, 15) for turn, seat in enumerate(floors, 1)]
    bid = next(one for one in question(view(state, floors[0]))["standing"] if one["verb"] == "bid")
    assert ([param["value"] for param in bid["params"]], bid["label"]) == (["0", "1", "2", "3", "4"], "Wish to speak")


# Secrecy --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("viewpoint", VIEWPOINTS)
def test_no_text_reaches_a_viewpoint_that_may_not_read_it(seed, viewpoint):
    log = whole_match(seed)
    readable = {text for event in seen(log, viewpoint) for text in texts(event)}
    hidden = {text for event in log for text in texts(event)} - readable
    told = "\n".join(strings(present(log, viewpoint)))
    assert [text for text in hidden if text in told] == []
    assert viewpoint == "god" or hidden


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("viewpoint", ["public", *range(1, 16)])
def test_roles_of_the_living_stay_hidden_until_the_end(seed, viewpoint):
    log = [event for event in whole_match(seed) if not isinstance(event, e.MatchEnded)]
    mine = seen(log, viewpoint)
    known = {
        *(event.seat for event in mine if isinstance(event, (e.RoleDealt, e.Died))),
        *(seat for event in mine if isinstance(event, e.TeamMet) for seat, _ in event.members),
        *(event.seat for event in mine if getattr(event, "message", "") == "mayor_revealed"),
    }
    assert {op["seat"] for op in patches(present(log, viewpoint), "seat") if "role" in op["set"]} == known


@pytest.mark.parametrize(
    ("viewpoint", "to"),
    [("public", HOST), ("public", only(3)), ("public", only(1, 2)), (3, HOST), (3, only(4)), (3, only(2, 4))],
)
def test_an_event_that_is_withheld_cannot_even_be_presented_by_mistake(viewpoint, to):
    with pytest.raises(ValueError, match="must not reach"):
        Presenter(viewpoint).item(e.FactSet(to, 4, "target", 2), 0)


@pytest.mark.parametrize("viewpoint", ["public", 2, 9])
def test_hidden_events_leave_no_gap_in_the_numbers(viewpoint):
    items = present(whole_match(SEEDS[0]), viewpoint)
    assert [item["n"] for item in items] == list(range(1, len(items) + 1))


def test_whoever_sees_everything_counts_by_the_log():
    log = whole_match(SEEDS[0])
    assert len(present(log, "god")) == len(log)


@pytest.mark.parametrize("viewpoint", VIEWPOINTS)
def test_every_operation_has_the_published_shape(viewpoint):
    for seed in SEEDS:
        items_schema.validate_python(present(whole_match(seed), viewpoint, Thought("hm", 3)))


@pytest.mark.parametrize("viewpoint", VIEWPOINTS)
def test_who_else_sees_an_event_is_told_to_those_who_see_everything_alone(viewpoint):
    log = whole_match(SEEDS[0])
    items = present(log, viewpoint)
    if viewpoint != "god":
        assert not any("seen" in item for item in items)
        return
    for event, item in zip(log, items, strict=True):
        told = set(range(1, 16)) if item["seen"] == "all" else set(item["seen"])
        assert told == {seat for seat in range(1, 16) if sees(seat, event)}
        assert (item["seen"] == "all") == sees("public", event)


def test_a_grave_that_tells_the_truth_is_marked_for_those_who_see_everything():
    died = e.Died(PUBLIC, 3, (Cause.MAFIA,), "Investigator", ShownWill.SHOWN, "")
    cleaned = e.Died(PUBLIC, 3, (Cause.MAFIA,), "Cleaned", ShownWill.HIDDEN, "")
    assert [op["set"].get("how") for event in (died, cleaned) for op in shown("god", event) if op["op"] == "seat"] == [
        "graveyard", None,
    ]  # fmt: skip


# What is shown --------------------------------------------------------------------------------------------------------


def test_a_seat_learns_its_role_with_goal_and_abilities():
    me = {}
    for op in patches(present(opened(), 2), "me"):
        me |= op["set"]
    assert me["role"] == "Doctor"
    assert me["goal"].startswith("Lynch or kill")
    assert me["uses"] == {"self_heal": 1}
    assert {"id": "heal", "name": "Heal", "when": "night", "uses": None} in me["abilities"]


def test_the_mafia_sees_its_team_and_the_town_does_not():
    mafia = {op["seat"] for op in patches(present(opened(), 6), "seat") if op["set"].get("team")}
    assert mafia == {6, 7, 10}
    assert [op for op in patches(present(opened(), 2), "seat") if op["seat"] != 2] == []


def test_whoever_sees_everything_sees_every_role_dealt():
    dealt = {op["seat"]: op["set"]["role"] for op in patches(present(opened(), "god"), "seat") if "role" in op["set"]}
    assert dealt == dict(enumerate(ROLES_HERE, 1))


@pytest.mark.parametrize(
    ("viewpoint", "words"),
    [("public", [""]), (3, [""]), (1, ["psst"]), (2, ["psst"]), ("god", ["psst"])],
)
def test_a_whisper_is_one_line_with_its_words_for_those_who_may_read_them(viewpoint, words):
    lines = shown(viewpoint, e.Whispered(PUBLIC, 1, 2), e.WhisperHeard(only(1, 2), 1, 2, "psst"))
    assert [(op["kind"], op["seat"], op["to"], op["text"]) for op in lines] == [("whisper", 1, 2, words[0])]


@pytest.mark.parametrize(
    ("viewpoint", "names"),
    [(4, [("Dot", 4)]), (9, [("Jailor", 0)]), ("god", [("Dot", 4)]), ("public", [])],
)
def test_the_jailor_is_unnamed_to_the_prisoner_alone(viewpoint, names):
    twin = (e.Said(only(4), 4, Channel.JAIL, "well?", "Jailor"), e.Said(only(9), 0, Channel.JAIL, "well?", "Jailor"))
    assert [(op["name"], op["seat"]) for op in shown(viewpoint, *twin)] == names


def test_votes_carry_weights_and_what_is_needed():
    reveal = e.Announced(PUBLIC, "mayor_revealed", 15, "Mayor")
    *_, votes, line = shown("public", reveal, e.Voted(PUBLIC, 1, 3), e.Voted(PUBLIC, 15, 3, 3))
    assert votes == {"op": "votes", "votes": [[1, 3], [15, 3]], "need": 8, "against": {"3": 4}}
    assert line["text"] == "Oto votes against Cid."


def test_a_death_opens_the_grave_with_role_will_and_notes():
    died = e.Died(PUBLIC, 2, (Cause.MAFIA,), "Doctor", ShownWill.SHOWN, "I healed Ada", ("bye",))
    patch, line = shown("public", died)
    assert patch["set"] == {
        "alive": False, "causes": ["killed by the Mafia"], "notes": ["bye"],
        "will": {"state": "shown", "text": "I healed Ada"},
        "role": "Doctor", "faction": "Town", "alignment": "Town Protective", "how": "graveyard",
    }  # fmt: skip
    assert (line["kind"], line["tone"]) == ("death", "grave")


def test_a_cleaned_corpse_does_not_hide_what_whoever_sees_everything_knew():
    died = e.Died(PUBLIC, 2, (Cause.MAFIA,), "Cleaned", ShownWill.HIDDEN, "")
    assert "role" not in shown("god", died)[0]["set"]
    assert "role" not in shown(2, died)[0]["set"]
    assert shown(3, died)[0]["set"]["role"] == "Cleaned"


def test_ballots_are_hidden_until_the_trial_closes():
    trial = [e.TrialOpened(PUBLIC, 3, 1), e.PhaseOpened(PUBLIC, Phase.JUDGEMENT, 2), e.StageOpened(PUBLIC, 9, 1)]
    ballot = e.Balloted(only(1), 1, Verdict.GUILTY)
    closed = e.TrialClosed(PUBLIC, 3, True, ((1, Verdict.GUILTY, 1),))
    log = [*opened(), *trial]
    assert shown("public", ballot, log=log) == []
    assert shown("god", ballot, log=log)[0]["ballots"] == [[1, "guilty", 1]]
    assert shown(1, ballot, log=log)[0] == {"op": "me", "set": {"ballot": "guilty"}}
    first, *_ = shown("public", ballot, closed, log=log)
    assert (first["stage"], first["lynched"], first["ballots"]) == ("closed", True, [[1, "guilty", 1]])


def test_a_thought_stands_where_its_decision_was_taken():
    presenter, log = Presenter("god"), opened()
    for event in log:
        presenter.item(event, 0)
    decided = e.Decided(only(3), 3, "1:3", 12, "accepted")
    assert presenter.item(decided, 0, Thought("I trust Bob", 12))["ops"] == [
        {"op": "thought", "seat": 3, "text": "I trust Bob", "ask": "speak", "cost": 12}
    ]


def test_whoever_was_too_late_is_told_what_was_done_for_them():
    elapsed = e.Decided(only(3), 3, "1:3", 0, "elapsed")
    assert [op["text"] for op in shown(3, elapsed)] == [ELAPSED]
    assert shown("god", elapsed) == []


def test_seconds_are_shown_under_the_wall_clock_alone():
    phase = patches(present(opened(), "public"), "phase")[-1]
    timed = patches(present(opened(clock=Clock.WALL), "public"), "phase")[-1]
    assert (phase["seconds"], timed["seconds"]) == (None, 15.0)


def test_a_prisoner_is_shown_in_the_cell_until_morning():
    night = [e.PhaseOpened(PUBLIC, Phase.NIGHT, 1), e.FactSet(only(9), 9, "jailed_on", 1)]
    morning = e.PhaseOpened(PUBLIC, Phase.DISCUSSION, 2)
    for viewpoint in (9, "god"):
        jailed = [op["set"]["jailed"] for op in shown(viewpoint, *night, morning) if "jailed" in op.get("set", {})]
        assert jailed == [True, False]
    assert all("jailed" not in op.get("set", {}) for op in shown("public", *night, morning))


def test_the_end_shows_every_role_the_winners_and_the_seed():
    *_, last = present(whole_match(SEEDS[1]), "public")
    over = next(op for op in last["ops"] if op["op"] == "over")
    ended = whole_match(SEEDS[1])[-1]
    assert (over["roles"], over["winners"], over["seed"]) == (list(ended.roles), list(ended.winners), SEEDS[1])
    assert len([op for op in last["ops"] if op["op"] == "seat"]) == 15


# Asks -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS[:3])
def test_an_ask_offers_exactly_what_is_legal_and_says_why_the_rest_is_not(seed):
    state = fold_all(EMPTY, start(table_for("Classic", NAMES), seed))
    while state.public.ending is None:
        for ask in asks(state):
            mine = view(state, ask.seat)
            out = question(mine)
            AskOut.model_validate({**out, "since": None, "deadline": None, "given": None})
            offered = [(option["verb"], option["slots"]) for option in out["options"]]
            assert offered == [(option.verb, [list(slot) for slot in option.slots]) for option in ask.options]
            for option in [*out["options"], *out["standing"]]:
                for slot, illegal in zip(option["slots"], option["illegal"], strict=True):
                    assert {*map(str, slot)} | set(illegal) >= {str(seat) for seat in state.public.seats}
                    assert all(reason.endswith(".") for reason in illegal.values())
        state = fold_all(state, apply(state, [answer(ask, seed) for ask in asks(state)]))


def test_an_ability_that_is_barred_says_why():
    log = opened()
    state = fold_all(EMPTY, log)
    while state.public.phase is not Phase.NIGHT or state.public.round < 2:
        state = fold_all(state, apply(state, [a.Answer(ask.seat, ask.id) for ask in asks(state)]))
    mayor, vigilante = view(state, 15), view(state, 13)
    assert question(mayor) is None
    assert [option["verb"] for option in permissions(mayor)] == ["will", "jot", "summarise"]
    assert question(vigilante) is None
    doctor = question(view(state, 2))
    assert doctor["sentence"].startswith("Night 1: choose whom to heal")
    assert doctor["barred"] == []


def test_every_role_has_a_card():
    for role in ROLES:
        items_schema.validate_python(present([*opened(), e.RoleDealt(only(1), 1, role)], 1))
