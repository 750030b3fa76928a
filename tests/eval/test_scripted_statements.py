"""How well the reading by rules understands scripted players, whose intent is known."""

from __future__ import annotations

import pytest

from agents.scripted.agent import ScriptedAgent
from bench.metrics import Hits, hits_of
from eval.evidence import record_of
from eval.statements import StatementKind, statements_of
from game.engine.setup import start, table_for
from game.names import NAMES
from game.play.drivers import run_lockstep

KINDS = StatementKind
FLOORS = {
    KINDS.ROLE_CLAIM: (0.99, 0.98),
    KINDS.RESULT_REPORT: (0.97, 0.97),
    KINDS.ACCUSATION: (0.95, 0.60),
    KINDS.DENIAL: (0.85, 0.60),
}
"""Precision and recall below which a change of the rules or of the wordings goes too far."""
SEEDS = [("Classic", "eval 1"), ("Coven Classic", "eval 2"), ("Ranked", "eval 3"), ("All Any", "eval 4")]


@pytest.fixture(scope="module")
def hits() -> dict[StatementKind, Hits]:
    logs = run_lockstep(
        [start(table_for(mode, NAMES[:15]), seed) for mode, seed in SEEDS],
        lambda place, state: {seat: ScriptedAgent(seat, f"{SEEDS[place]}{seat}") for seat in state.public.seats},
    )
    return hits_of(played.log for played in logs)


@pytest.mark.parametrize("kind", FLOORS, ids=str)
def test_statements_of_scripted_players_are_read_as_they_were_meant(
    kind: StatementKind, hits: dict[StatementKind, Hits]
) -> None:
    precision, recall = FLOORS[kind]
    found = hits[kind]
    assert found.meant >= 10, found
    assert found.precision >= precision, found
    assert found.recall >= recall, found


def test_a_scripted_player_without_words_states_the_same_as_one_with_them() -> None:
    stated = []
    for text in (True, False):
        (played,) = run_lockstep(
            [start(table_for("Classic", NAMES[:15]), "eval terse")],
            lambda place, state, text=text: {s: ScriptedAgent(s, f"t{s}", text=text) for s in state.public.seats},
        )
        found = statements_of(record_of(played.log))
        stated.append([(one.seat, one.kind, one.subject, one.value) for one in found if one.kind is KINDS.ROLE_CLAIM])
    assert stated[0] == stated[1]
    assert stated[0]
