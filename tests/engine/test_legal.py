"""Refusals: who may do what when, and in which words it is turned down."""

from __future__ import annotations

import pytest

from game.engine import actions as a
from game.engine.fold import view
from game.engine.legal import check, is_blackmailed, writable
from game.engine.types import Channel, Phase, Verdict
from tests.engine.scene import Scene

ROLES = ("Veteran", "Transporter", "Witch", "Mafioso", "Blackmailer", "Doctor", "Jailor")
VETERAN, TRANSPORTER, WITCH, MAFIOSO, BLACKMAILER, DOCTOR, JAILOR = range(1, 8)


def by_night() -> Scene:
    """Night 2, the Mafioso in the cell."""
    scene = Scene(*ROLES).until(Phase.DISCUSSION, 2)
    scene.use(JAILOR, "jail", MAFIOSO)
    return scene.until(Phase.NIGHT, 2)


def by_day() -> Scene:
    """Day 2, the Doctor dead and the Jailor blackmailed."""
    scene = Scene(*ROLES)
    scene.night((MAFIOSO, "kill", (DOCTOR,)), (BLACKMAILER, "blackmail", (JAILOR,)), day=1)
    return scene.until(Phase.VOTING, 2)


NIGHT = [
    (VETERAN, a.Say("hello"), "no_night_talk"),
    (VETERAN, a.Say("hello", Channel.MAFIA), "not_your_channel"),
    (VETERAN, a.Say("hello", Channel.WHISPER), "not_now"),
    (MAFIOSO, a.Say("hello", Channel.MAFIA), "you_are_jailed"),
    (MAFIOSO, a.Say("let me out", Channel.JAIL), None),
    (MAFIOSO, a.Use("kill", (VETERAN,)), "you_are_jailed"),
    (VETERAN, a.Whisper(WITCH, "psst"), "not_now"),
    (VETERAN, a.Vote(WITCH), "not_now"),
    (VETERAN, a.Judge(Verdict.GUILTY), "not_now"),
    (VETERAN, a.Use("heal", (WITCH,)), "not_your_ability"),
    (BLACKMAILER, a.Use("read_whispers"), "not_your_ability"),
    (VETERAN, a.Use("alert", (WITCH,)), "wrong_number_of_targets"),
    (TRANSPORTER, a.Use("transport", (WITCH, 99)), "no_such_seat"),
    (TRANSPORTER, a.Use("transport", (WITCH, WITCH)), "same_twice"),
    (WITCH, a.Use("control", (DOCTOR, DOCTOR)), None),
    (WITCH, a.Use("control", (WITCH, DOCTOR)), "self"),
    (WITCH, a.Use("control", (DOCTOR, WITCH)), None),
    (JAILOR, a.Use("execute"), None),
    (VETERAN, a.Use("duel_defense", (), "sidestep"), "not_duelled"),
    (BLACKMAILER, a.Use("blackmail", (MAFIOSO,)), "team"),
    (VETERAN, a.WriteNote("mine"), "no_death_note"),
    (MAFIOSO, a.WriteNote("mine"), None),
    (VETERAN, a.WriteWill("x" * 3000), "too_long"),
    (VETERAN, a.Jot("x" * 3000), "too_long"),
    (VETERAN, a.Summarise(1, "x" * 3000), "too_long"),
    (VETERAN, a.Say(" "), "no_text"),
    (VETERAN, a.Pass(), None),
]
DAY = [
    (DOCTOR, a.Say("I saw it"), "you_are_dead"),
    (DOCTOR, a.Say("I saw it", Channel.DEAD), None),
    (DOCTOR, a.Vote(VETERAN), "you_are_dead"),
    (DOCTOR, a.Whisper(VETERAN, "boo"), "you_are_dead"),
    (DOCTOR, a.WriteWill("too late"), "you_are_dead"),
    (DOCTOR, a.Use("heal", (VETERAN,)), "not_now"),
    (JAILOR, a.Say("listen"), "blackmailed"),
    (JAILOR, a.Whisper(VETERAN, "listen"), "blackmailed"),
    (JAILOR, a.Use("jail", (VETERAN,)), None),
    (VETERAN, a.Vote(VETERAN), "self"),
    (VETERAN, a.Vote(DOCTOR), "dead"),
    (VETERAN, a.Vote(99), "no_such_seat"),
    (VETERAN, a.Vote(None), None),
    (VETERAN, a.Whisper(99, "psst"), "no_such_seat"),
    (VETERAN, a.Whisper(DOCTOR, "psst"), "dead"),
    (VETERAN, a.Whisper(VETERAN, "psst"), "self"),
    (VETERAN, a.Summarise(1, "nothing yet"), None),
    (VETERAN, a.Summarise(2, "the Doctor is dead"), None),
    (VETERAN, a.Summarise(3, "tomorrow"), "no_such_day"),
    (VETERAN, a.Summarise(0, "before"), "no_such_day"),
    (VETERAN, a.Summarise(1, "  "), "no_text"),
    (DOCTOR, a.Summarise(2, "I am dead"), None),
    (VETERAN, a.Bid(1), "no_bids"),
]


@pytest.mark.parametrize(("seat", "action", "reason"), NIGHT, ids=str)
def test_by_night(seat: int, action: a.Action, reason: str | None) -> None:
    assert by_night().refusal(seat, action) == reason


@pytest.mark.parametrize(("seat", "action", "reason"), DAY, ids=str)
def test_by_day(seat: int, action: a.Action, reason: str | None) -> None:
    assert by_day().refusal(seat, action) == reason


def test_in_judgement_the_accused_and_the_dead_have_no_voice() -> None:
    scene = by_day()
    for voter in (VETERAN, TRANSPORTER, WITCH, MAFIOSO):
        scene.do(voter, a.Vote(BLACKMAILER))
    scene.elapse()
    assert scene.phase is Phase.JUDGEMENT
    voices = {seat: scene.refusal(seat, a.Judge(Verdict.INNOCENT)) for seat in (BLACKMAILER, DOCTOR, VETERAN)}
    assert voices == {BLACKMAILER: "not_on_own_trial", DOCTOR: "you_are_dead", VETERAN: None}


def test_on_trial_others_are_silent() -> None:
    scene = by_day()
    for voter in (VETERAN, TRANSPORTER, WITCH, MAFIOSO):
        scene.do(voter, a.Vote(BLACKMAILER))
    assert scene.refusal(VETERAN, a.Say("guilty!")) == "only_accused_speaks"
    assert scene.refusal(BLACKMAILER, a.Say("not me")) is None


def test_whoever_has_no_seat_can_do_nothing() -> None:
    public = view(by_day().state, None)
    assert check(public, a.Pass()) == "not_now"
    assert writable(public) == frozenset()
    assert not is_blackmailed(public)


def test_after_the_end_nothing_can_be_done() -> None:
    scene = Scene("Mafioso", "Sheriff", wins=True)
    scene.night((1, "kill", (2,)), day=2)
    assert scene.phase is Phase.OVER
    assert scene.refusal(1, a.Say("I won")) == "over"


def test_leaving_when_dead_changes_nothing() -> None:
    scene = by_day()
    assert [event.kind for event in scene.do(DOCTOR, a.Leave())] == ["decided"]


def test_a_prisoner_whose_jailor_has_left_speaks_to_nobody() -> None:
    scene = by_night()
    scene.do(JAILOR, a.Leave())
    said = [event for event in scene.do(MAFIOSO, a.Say("anybody?", Channel.JAIL)) if event.kind == "said"]
    assert [event.to for event in said] == [1 << MAFIOSO]


def test_what_is_said_once_a_match_is_over_is_not_heard() -> None:
    scene = Scene("Mafioso", "Sheriff", "Jester", wins=True).until(Phase.NIGHT, 2)
    scene.use(1, "kill", 2)
    scene.do(1, a.Use("kill", (2,)))
    stage = scene.state.public.stage
    events = scene.send(a.Elapsed(stage), a.Elapsed(stage))
    assert sum(event.kind == "match_ended" for event in events) == 1
    assert events[-1].kind == "match_ended"


def test_a_choice_that_the_ability_does_not_know_is_refused() -> None:
    scene = Scene("Forger", "Sheriff", "Mafioso").until(Phase.NIGHT, 1)
    assert scene.refusal(1, a.Use("forge", (2,), "Wizard")) == "unknown_param"
    assert scene.refusal(1, a.Use("forge", (2,), "Jester")) is None
