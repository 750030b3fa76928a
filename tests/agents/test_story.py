"""The stories of honest and dishonest players hold together."""

from __future__ import annotations

import pytest

from agents.scripted.inventions import invent
from agents.scripted.lists import HARMLESS, capacity, is_town
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


def tell(role: str, nights: int = 3, *told: e.Event, seed: str = "s", mode: str = "Classic") -> tuple[Memory, Story]:
    """The memory and the story of seat 1 after some nights; what it was told, it was told in the first."""
    memory = Memory(1)
    story = Story(lambda *key: chance.draw(seed, *key))
    observe(memory, e.MatchOpened(PUBLIC, table_for(mode, NAMES[:15]), ""), e.RoleDealt(only(1), 1, role))
    story.begin(memory)
    for night in range(1, nights + 1):
        observe(memory, e.PhaseOpened(PUBLIC, Phase.NIGHT, night), *(told if night == 1 else ()))
        observe(memory, e.PhaseOpened(PUBLIC, Phase.DISCUSSION, night + 1))
        story.begin(memory)
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


# The Coven era --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "told", "statement"),
    [
        ("Tracker", ("tracker_result", (4, 5)), Statement(Act.REPORT, 4, night=1, topic="tracked", seats=(5,))),
        ("Tracker", ("tracker_result", (4,)), Statement(Act.REPORT, 4, night=1, topic="stayed")),
        ("Psychic", ("psychic_result", (3, 4, 5), "evil"), Statement(Act.REPORT, 0, night=1, topic="evil_among",
            seats=(3, 4, 5))),
        ("Psychic", ("psychic_result", (3, 4), "good"), Statement(Act.REPORT, 0, night=1, topic="good_among",
            seats=(3, 4))),
        ("Spy", ("spy_visit", (4,), "Mafia"), Statement(Act.REPORT, 4, night=1, topic="mafia_at")),
        ("Spy", ("spy_visit", (4,), "Coven"), Statement(Act.REPORT, 4, night=1, topic="coven_at")),
        ("Spy", ("spy_bug", (4,), "attacked_healed"), Statement(Act.REPORT, 4, night=1, topic="bugged")),
        ("Trapper", ("trap_triggered", (4,), "Doctor,Medusa"), Statement(Act.REPORT, 4, role="Doctor,Medusa", night=1,
            topic="trapped")),
        ("Crusader", ("crusader_attacked", (4,)), Statement(Act.REPORT, 4, night=1, topic="struck")),
        ("Vampire Hunter", ("vh_staked", (4,)), Statement(Act.REPORT, 4, night=1, topic="staked")),
        ("Vampire Hunter", ("vh_no_vampire", (4,)), Statement(Act.REPORT, 4, night=1, topic="no_vampire")),
        ("Doctor", ("saw_ambusher", (4,)), Statement(Act.REPORT, 4, night=1, topic="lurking")),
        ("Retributionist", ("sheriff_result", (4,), "suspicious"), Statement(Act.REPORT, 4, night=1,
            topic="suspicious")),
        ("Doctor", ("poisoned", ()), Statement(Act.REPORT, night=1, topic="poisoned")),
        ("Doctor", ("controlled", ()), Statement(Act.REPORT, night=1, topic="controlled")),
    ],
)  # fmt: skip
def test_every_private_report_can_be_told(role: str, told: tuple[str, tuple[int, ...]], statement: Statement) -> None:
    _, story = tell(role, 1, e.Told(only(1), *told), mode="Coven Classic")
    assert statement in story.reports


@pytest.mark.parametrize(
    "role", ["Tracker", "Psychic", "Spy", "Crusader", "Vampire Hunter", "Lookout", "Sheriff", "Investigator"]
)
@pytest.mark.parametrize("seed", ["a", "b", "c"])
def test_fake_nights_are_such_as_the_role_could_have_had(role: str, seed: str) -> None:
    memory, _ = tell("Medusa", 4, e.TeamMet(only(1, 2), ((1, "Medusa"), (2, "Coven Leader"))), mode="Coven Classic")
    nights = [invent(lambda *key: chance.draw(seed, *key), role, memory, night) for night in range(1, 5)]
    for night, (statement,) in enumerate(nights, 1):
        assert statement.topic in FAKES[role]
        assert statement.night == night
        if role == "Psychic":
            assert (statement.topic, len(statement.seats)) == (
                ("good_among", 2) if night % 2 == 0 else ("evil_among", 3)
            )
            assert 1 not in statement.seats
            assert statement.topic == "good_among" or 2 not in statement.seats


FAKES = {
    "Tracker": ("tracked", "stayed"),
    "Psychic": ("evil_among", "good_among"),
    "Spy": ("mafia_at", "coven_at"),
    "Crusader": ("crusaded",),
    "Vampire Hunter": ("no_vampire",),
    "Lookout": ("visitors", "nobody"),
    "Sheriff": ("suspicious", "innocent"),
    "Investigator": ("group",),
}


@pytest.mark.parametrize("role", ["Coven Leader", "Medusa", "Plaguebearer", "Pirate", "Potion Master"])
@pytest.mark.parametrize("seed", ["a", "b", "c", "d"])
def test_covers_exist_on_the_list(role: str, seed: str) -> None:
    memory, story = tell(role, seed=seed, mode="Coven Classic")
    assert capacity(memory.deck, story.role) > 0


@pytest.mark.parametrize("role", sorted(HARMLESS))
def test_the_harmless_say_what_they_are(role: str) -> None:
    _, story = tell(role, mode="Coven All Any")
    assert (story.role, story.honest) == (role, True)


def test_the_bitten_keep_their_nights_and_go_on_lying() -> None:
    memory, story = tell("Sheriff", 1, e.Told(only(1), "sheriff_result", (4,), "innocent"), mode="Dracula's Palace")
    observe(memory, e.RoleDealt(only(1), 1, "Vampire"), e.PhaseOpened(PUBLIC, Phase.DISCUSSION, 3))
    story.begin(memory)
    story.dawn(memory)
    assert (story.role, story.honest) == ("Sheriff", False)
    assert story.reports[0] == Statement(Act.REPORT, 4, night=1, topic="innocent")
    assert [report.night for report in story.reports] == [1, 2]


def test_a_traitor_clears_the_enemies_of_the_town() -> None:
    result = e.Told(only(1), "sheriff_result", (4,), "suspicious")
    _, story = tell("Sheriff", 1, e.FactSet(only(1), 1, "traitor", 1), result, mode="Town Traitor")
    assert story.results == [Statement(Act.REPORT, 4, night=1, topic="suspicious")]
    assert story.reports == [Statement(Act.REPORT, 4, night=1, topic="innocent")]


def test_who_remembers_a_role_stands_by_it() -> None:
    memory, story = tell("Amnesiac", 1, mode="Rainbow")
    observe(memory, e.RoleDealt(only(1), 1, "Veteran"))
    story.begin(memory)
    assert (story.role, story.honest) == ("Veteran", True)
