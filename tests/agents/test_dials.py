"""Dials of scripted players: how a lobby writes them, and what they do."""

from __future__ import annotations

import pytest
from django.conf import settings

from agents.scripted import ScriptedAgent
from agents.scripted.dials import Dials
from agents.scripted.lists import is_killer
from agents.seating import is_scripted, scripted_agent
from game.dials import BadDial, agent_of, dials_of
from game.engine import events as e
from game.engine.setup import start, table_for
from game.names import NAMES
from game.play.drivers import run_sync
from game.play.seats import Agent
from game.selectors import unknown_agents

KNOWN = {"scripted": ("lie", "read")}


@pytest.mark.parametrize(
    ("name", "agent", "dials"),
    [
        ("scripted", "scripted", {}),
        ("scripted:lie=0.3", "scripted", {"lie": 0.3}),
        ("scripted:lie=0,read=1", "scripted", {"lie": 0.0, "read": 1.0}),
        ("qwen:0.5b", "qwen:0.5b", {}),
        ("passive", "passive", {}),
    ],
)
def test_a_name_says_the_agent_and_its_dials(name: str, agent: str, dials: dict[str, float]) -> None:
    assert (agent_of(name), dials_of(name, KNOWN)) == (agent, dials)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("scripted:lei=0.3", "The agent 'scripted' has no dial 'lei'; did you mean 'lie'?"),
        ("scripted:lie=1.5", "The dial 'lie' goes from 0 to 1, not to '1.5'."),
        ("scripted:lie=nan", "The dial 'lie' goes from 0 to 1, not to 'nan'."),
        ("scripted:lie=much", "The dial 'lie' goes from 0 to 1, not to 'much'."),
        ("scripted:lie=0.1,lie=0.2", "The dial 'lie' stands twice in 'scripted:lie=0.1,lie=0.2'."),
        ("passive:lie=0.3", "The agent 'passive' has no dial 'lie'; it has none."),
    ],
)
def test_a_dial_that_is_not_there_is_named(name: str, says: str) -> None:
    with pytest.raises(BadDial, match="dial") as flaw:
        dials_of(name, KNOWN)
    assert str(flaw.value) == says


def test_a_seat_gets_the_player_with_its_dials() -> None:
    agent = scripted_agent("scripted:lie=0.3,read=0.9", 2, "luck")
    assert isinstance(agent, ScriptedAgent)
    assert agent.mind.dials == Dials(0.3, 0.9)
    assert is_scripted("scripted:lie=0.3")
    assert not is_scripted("qwen:lie=0.3")
    assert set(settings.TOSSIM_AGENT_DIALS) <= set(settings.TOSSIM_AGENTS)


@pytest.mark.django_db
def test_a_lobby_is_told_what_is_wrong_with_a_dial() -> None:
    assert unknown_agents(["scripted:lie=0.3", "scripted"]) == []
    assert unknown_agents(["scripted:lei=1", "skripted:lie=1"]) == [
        "The agent 'scripted' has no dial 'lei'; did you mean 'lie'?",
        "There is no agent or model 'skripted:lie=1'; did you mean 'scripted'?",
    ]


def played(name: str) -> list[e.Event]:
    agents: dict[int, Agent] = {seat: scripted_agent(name, seat, "dials") for seat in range(1, 10)}
    return list(run_sync(start(table_for("Classic", NAMES[:9]), "dials"), agents).log)


def test_dials_in_their_middle_change_nothing_and_others_do() -> None:
    usual = played("scripted")
    assert played("scripted:lie=0.5,read=0.5") == usual
    assert played("scripted:lie=0") != usual
    assert played("scripted:read=0") != usual


def test_the_worst_liar_has_no_cover_and_the_best_leaves_it_not_to_chance() -> None:
    assert Dials(lie=0.0).slips == 1.0
    assert Dials().slips == 0.0
    assert (Dials().careless, Dials(lie=1.0).careless) == (1.0, 0.0)
    assert (Dials(read=0.0).blur, Dials().blur, Dials(read=1.0).blur) == (5.0, 1.0, 0.0)
    players = [ScriptedAgent(seat, f"x:{seat}", lie=0.0) for seat in range(1, 8)]
    opening = start(table_for("Classic", NAMES[:7]), "x")
    log = run_sync(opening, {agent.mind.seat: agent for agent in players}).log
    assert isinstance(log[-1], e.MatchEnded)
    liars = [agent.mind.story for agent in players if agent.mind.killer]
    assert liars
    assert all(story.bare and is_killer(story.role) for story in liars)
