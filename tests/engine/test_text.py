"""What the game says: everything has words, and no text says more than its event."""

from __future__ import annotations

import pytest

from game.engine import events as e
from game.engine.asks import ask_of
from game.engine.config import Rounds, Table
from game.engine.fold import view
from game.engine.legal import Reason
from game.engine.roles import ROLES
from game.engine.roles.base import Bar
from game.engine.state import EMPTY
from game.engine.text import render
from game.engine.types import HOST, PUBLIC, Cause, Channel, Phase, ShownWill, Verdict, only
from tests.engine.scene import Scene

NAMES = ("Ada", "Ben", "Cleo")
LINES = [
    (e.Said(PUBLIC, 1, Channel.PUBLIC, "hello"), None, "Ada: hello"),
    (e.Said(only(2), 0, Channel.JAIL, "claim?", "Jailor"), 2, "[jail] Jailor: claim?"),
    (e.Said(only(1), 1, Channel.JAIL, "claim?", "Jailor"), 1, "[jail] Ada: claim?"),
    (e.Whispered(PUBLIC, 1, 2), None, "Ada whispers to Ben."),
    (e.WhisperHeard(only(1, 2), 1, 2, "psst"), 1, "Ada to Ben: psst"),
    (e.Voted(PUBLIC, 1, 2), None, "Ada votes against Ben."),
    (e.Voted(PUBLIC, 1, 0), None, "Ada takes their vote back."),
    (e.Told(only(1), "lookout_result", (2,)), 1, "Nobody visited Ben last night."),
    (e.Told(only(1), "lookout_result", (2, 1, 3)), 1, "Ada and Cleo visited Ben last night."),
    (e.Told(only(1), "sheriff_result", (2,), "suspicious"), 1, "Ben is suspicious!"),
    (e.Told(only(1), "investigator_result", (2,), "E"), 1, "Ben could be: Sheriff, Executioner, Werewolf."),
    (e.Died(PUBLIC, 1, (Cause.MAFIA, Cause.SERIAL_KILLER), "Medium", ShownWill.SHOWN, ""), None,
     "Ada was killed by the Mafia and stabbed by a Serial Killer. They were the Medium. They left no will."),
    (e.Died(PUBLIC, 1, (Cause.MAFIA,), "Cleaned", ShownWill.HIDDEN, ""), None,
     "Ada was killed by the Mafia. Nobody can tell what they were. Their last will cannot be read."),
    (e.Died(PUBLIC, 1, (Cause.LYNCH,), "Jester", ShownWill.BLOODIED, "", ("ha",)), None,
     ("Ada was lynched. They were the Jester. Their last will is soaked in blood and cannot be read. "
      "A note lies beside the body: ha")),
    (e.TrialClosed(PUBLIC, 1, True, ((2, Verdict.GUILTY, 3), (3, Verdict.INNOCENT, 1))), None,
     "The town finds Ada guilty, 3 to 1. (Ben voted guilty, Cleo voted innocent.)"),
    (e.TrialClosed(PUBLIC, 1, False, ()), None, "The town lets Ada go, 0 to 0."),
    (e.Chose(only(1), 1, "heal", (2,)), 1, "Ada will heal: Ben."),
    (e.Chose(only(1), 1, "", ()), 1, "Ada will stay at home after all."),
    (e.FloorGiven(PUBLIC, 2), None, "Ben has the floor."),
    (e.Bade(only(1), 1, 3), 1, "You bid 3 for the floor."),
    (e.Bade(only(1), 1, 3), None, None),
    (e.Summarised(only(1), 1, 2, "Ben lied."), 1, "Your summary of day 2: Ben lied."),
    (e.Summarised(only(1), 1, 2, "Ben lied."), None, None),
    (e.Departed(PUBLIC, 2), None, "Ben has left the game."),
    (e.GoalMet(only(1), 1), 1, "You have reached your goal."),
    (e.GoalMet(only(1), 1), None, "Ada has reached their goal."),
    (e.RoleDealt(only(1), 1, "Doctor"), 1, "You are the Doctor."),
    (e.RoleDealt(only(1), 1, "Doctor"), None, "Ada is the Doctor."),
    (e.TeamMet(only(1), ((1, "Mafioso"),)), 1, None),
    (e.TeamMet(only(1, 2), ((1, "Mafioso"), (2, "Framer"))), 1, "Your team: Ben (Framer)."),
    (e.Balloted(only(1), 1, Verdict.GUILTY), 1, "You vote guilty."),
    (e.Refused(only(1), 1, "action_refused", "self"), 1, "You cannot choose yourself."),
    (e.Announced(PUBLIC, "mayor_revealed", 1, "Mayor"), None, "Ada has revealed themselves as the Mayor!"),
    (e.Happened(HOST, "block", "ordered", 1, (2, 3)), None, "Ada sends Ben to kill Cleo."),
    (e.Happened(HOST, "act", "heal", 1, (2,), "blocked"), None, "Ada: heal Ben (blocked)."),
    (e.MatchEnded(PUBLIC, "Town", (1, 2), (), ""), None, "Town has won: Ada and Ben."),
    (e.MatchEnded(PUBLIC, "draw", (), (), ""), None, "It is a draw."),
    (e.MatchEnded(PUBLIC, "draw", (1,), (), ""), None, "It is a draw, but Ada reached their own goal."),
    (e.Decided(only(1), 1, "1:1", 0, "accepted"), 1, None),
    (e.Refused(only(1), 1, "action_refused", "cooling"), 1, "This is not ready again yet."),
    (e.MatchOpened(PUBLIC, Table(NAMES, ("Any",) * 3, "All Any"), ""), None,
     "All Any: 3 players sit down. Role list: Any, Any, Any."),
    (e.PhaseOpened(PUBLIC, Phase.NIGHT, 2), None, "Night 2"),
    (e.TrialOpened(PUBLIC, 2, 1), None, "Ben is put on trial."),
    (e.Told(only(1), "tracker_result", (2, 3)), 1, "Ben went to Cleo last night."),
    (e.Told(only(1), "tracker_result", (2,)), 1, "Ben stayed at home last night."),
    (e.Told(only(1), "control_immune"), 1, "Somebody tried to control you, but you are immune."),
    (e.Told(only(1), "control_immune", (2,)), 1, "Ben cannot be controlled."),
    (e.Told(only(1), "psychic_result", (1, 2, 3), "evil"), 1, "A vision: of Ada, Ben and Cleo, at least one is evil."),
    (e.Told(only(1), "spy_bug", (2,), "transported"), 1,
     "Ben was told: You were taken to another house for the night."),
    (e.WillRead(only(1), 2, "I watched Cleo."), 1, "The last will of Ben: I watched Cleo."),
    (e.WillRead(only(1), 2, ""), 1, "Ben left no last will."),
    (e.Died(PUBLIC, 1, (Cause.STONED,), "Stoned", ShownWill.HIDDEN, ""), None,
     "Ada was turned to stone. Nobody can tell what they were. Their last will cannot be read."),
]  # fmt: skip


@pytest.mark.parametrize(("event", "seat", "text"), LINES, ids=[f"{n} {row[0].kind}" for n, row in enumerate(LINES)])
def test_an_event_in_words(event: e.Event, seat: int | None, text: str | None) -> None:
    assert render.line(event, NAMES, seat) == text


@pytest.mark.parametrize("reason", [*Reason, *Bar])
def test_every_refusal_is_a_sentence(reason: str) -> None:
    assert reason in render.lines()["refusal"]
    assert render.refusal(reason).endswith(".")


@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_a_card_with_words(role: str) -> None:
    card = render.role_card(role)
    assert role in render.lines()["card"]
    assert card.goal.endswith(".")
    for ability, name, _, _ in card.abilities:
        assert ability in render.lines()["ability"], ability
        assert name[0].isupper()


def test_every_cause_and_phase_has_words() -> None:
    assert set(render.lines()["cause"]) == {cause.value for cause in Cause}
    assert set(render.lines()["phase"]) == {phase.value for phase in Phase}


def test_the_sentence_of_an_ask_says_when_and_what() -> None:
    scene = Scene("Doctor", "Mafioso", "Framer", "Sheriff")
    sentences = {}
    while scene.state.public.day < 3:
        for seat in (1, 2):
            ask = ask_of(view(scene.state, seat))
            if ask:
                sentences[seat, ask.kind.value] = render.ask(ask, view(scene.state, seat))
        scene.elapse()
    assert sentences[1, "vote"] == "Day 2 - Voting: Vote for whom to put on trial, or wait."
    assert sentences[1, "act"] == "Night 2: choose whom to heal; or heal yourself"
    assert sentences[2, "act"] == "Night 2: choose whom to kill"


def test_the_scene_of_a_phase_names_the_accused_and_the_votes_needed() -> None:
    scene = Scene("Doctor", "Mafioso", "Framer", "Sheriff").until(Phase.VOTING)
    assert render.scene(view(scene.state, None)) == "Vote for whom to put on trial: 3 votes are needed."
    assert render.scene(view(Scene("Doctor").state, None)).startswith("The town meets")


def test_an_investigator_reads_the_groups_of_the_ruleset() -> None:
    told = e.Told(only(1), "investigator_result", (2,), "G")
    assert render.line(told, NAMES, 1, "classic") == "Ben could be: Lookout, Forger, Witch."
    assert render.line(told, NAMES, 1, "coven") == "Ben could be: Lookout, Forger, Juggernaut, Coven Leader."


def test_before_and_after_a_match_there_is_no_scene() -> None:
    assert render.scene(view(EMPTY, None)) == ""


def test_whoever_may_confer_reads_where() -> None:
    scene = Scene("Godfather", "Mafioso", "Sheriff", rounds=Rounds(1, 1, 1, 1)).until(Phase.NIGHT, 1)
    seen = view(scene.state, 1)
    question = ask_of(seen)
    assert question
    assert render.ask(question, seen) == "Night 1: Talk in the Mafia channel, or stay silent."
