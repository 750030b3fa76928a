"""The stories of honest and dishonest players hold together."""

from __future__ import annotations

import pytest

from agents.scripted.lists import HARMLESS, is_town
from agents.scripted.memory import Memory
from agents.scripted.statements import Act, Statement
from agents.scripted.story import Story
from game.engine import chance
from game.engine import events as e
from game.engine.roles import ROLES
from game.engine.setup import table_for
from game.engine.types import PUBLIC, Phase, only
from game.names import NAMES


def observe(memory: Memory, *events: e.Event) -> None:
    for event in events:
        memory.observe(event)


def tell(role: str, nights: int = 3, *told: e.Told, seed: str = "s") -> tuple[Memory, Story]:
    """The memory and the story of seat 1 after some nights; what it was told, it was told in the first."""
    memory = Memory(1)
    story = Story(lambda *key: chance.draw(seed, *key))
    observe(memory, e.MatchOpened(PUBLIC, table_for("Classic", NAMES[:15]), ""), e.RoleDealt(only(1), 1, role))
    story.begin(memory)
    for night in range(1, nights + 1):
        observe(memory, e.PhaseOpened(PUBLIC, Phase.NIGHT, night), *(told if night == 1 else ()))
        observe(memory, e.PhaseOpened(PUBLIC, Phase.DISCUSSION, night + 1))
        story.dawn(memory)
    return memory, story


def test_an_honest_story_is_what_happened() -> None:
    _, story = tell("Sheriff", 1, e.Told(only(1), "sheriff_result", (4,), "suspicious"))
    assert (story.role, story.reports) == ("Sheriff", [Statement(Act.REPORT, 4, night=1, topic="suspicious")])


def test_who_was_in_jail_says_so() -> None:
    _, story = tell("Sheriff", 1, e.Told(only(1), "jailed"))
    assert [report.topic for report in story.reports] == ["caged"]


@pytest.mark.parametrize("role", sorted(role for role in ROLES if not is_town(role) and role not in HARMLESS))
@pytest.mark.parametrize("seed", ["a", "b", "c", "d"])
def test_a_liar_has_a_town_role_and_a_night_for_every_night(role: str, seed: str) -> None:
    _, story = tell(role, seed=seed)
    assert is_town(story.role)
    assert not story.honest
    assert [report.night for report in story.reports] == [1, 2, 3]


def test_a_liar_who_must_give_up_a_role_gets_another_with_all_its_nights() -> None:
    memory, story = tell("Mafioso")
    before = story.role
    story.dodge(memory, ())
    assert story.role != before
    assert [report.night for report in story.reports] == [1, 2, 3]


def test_an_invented_story_stays_the_same() -> None:
    assert tell("Godfather")[1].reports == tell("Godfather")[1].reports
