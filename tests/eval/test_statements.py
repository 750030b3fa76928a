"""Statements read from sentences: what players write, scripted or not, and what it comes to."""

from __future__ import annotations

import pytest

from eval.statements import read_text

NAMES = ("Ada", "Ben", "Cleo", "Dov", "Esme", "Mark", "Gus")

SENTENCES = {
    # Role claims
    "I am the Doctor.": "claim Doctor",
    "I'm the Doctor": "claim Doctor",
    "im doc": "claim Doctor",
    "I'm TI.": "claim Town Investigative",
    "I'm TP, healed someone quiet": "claim Town Protective",
    "My role is Lookout.": "claim Lookout",
    "my role is vet": "claim Veteran",
    "Sheriff here.": "claim Sheriff",
    "Escort.": "claim Escort",
    "Role: Investigator.": "claim Investigator",
    "Claiming invest.": "claim Investigator",
    "I claim Jailor.": "claim Jailor",
    "I'm claiming Mayor.": "claim Mayor",
    "I am town.": "claim Town",
    "I'm just a townie.": "claim Town",
    "I'm really the Medium, honest.": "claim Medium",
    "Okay, cards on the table, I'm the Bodyguard.": "claim Bodyguard",
    "I was the Vigilante.": "claim Vigilante",
    "I have the dubious honour of being the Spy.": "claim Spy",
    "I'm GF.": "claim Godfather",
    "I'm the SK, come and get me.": "claim Serial Killer",
    "Ben claims Doctor, but I'm the Doctor.": "claim Doctor",
    "I'm the Sheriff, so if I die, hang Ben.": "claim Sheriff",
    "My claim: Transporter.": "claim Transporter",
    "I am the Vampire Hunter.": "claim Vampire Hunter",
    "I AM THE JESTER": "claim Jester",
    "I\N{RIGHT SINGLE QUOTATION MARK}m the Tracker.": "claim Tracker",
    "**I am the Psychic.**": "claim Psychic",
    # No claims: denied, asked, quoted, conditional, another's
    "I am not the Doctor.": "denial Doctor",
    "I'm no Godfather.": "denial Godfather",
    "Are you the Doctor?": "",
    "Ada, what is your role?": "",
    "Is the Doctor still alive?": "",
    "Ada said she is the Doctor.": "",
    "Ben says I am the Godfather.": "",
    "Someone claimed Doctor yesterday.": "",
    'Ada wrote "I am the Doctor" in her will.': "",
    "If I am the Doctor, you lose.": "",
    "If I were the Doctor I would say so.": "",
    "You think I'm the Jester.": "",
    "I wish I was the Mayor.": "",
    "Doctor, stay on Ada tonight.": "",
    "Jailor, pick somebody quiet tonight.": "",
    "We need the Doctor alive.": "",
    "The Doctor died last night.": "",
    "No more Sheriff for us, then.": "",
    "Ada was the Sheriff. That hurts.": "",
    "I'm medium confident about this.": "",
    "I was transported last night.": "",
    "I was role-blocked.": "",
    "I was jailed last night.": "",
    "I healed Ada last night.": "",
    # Denials
    "I'm not mafia.": "denial Mafia",
    "I'm not evil!": "denial evil",
    "It's not me, Ben, I promise.": "denial evil",
    "It wasn't me.": "denial evil",
    "I'm innocent.": "denial evil",
    "I didn't do it.": "denial evil",
    "I have nothing to hide.": "denial evil",
    "You have me wrong, Ben.": "denial evil",
    # Results of checks
    "I checked Ben last night: suspicious.": "result 2 suspicious n2",
    "Ben came up suspicious when I looked last night.": "result 2 suspicious n2",
    "My check on night 1 says Ben is suspicious.": "result 2 suspicious n1",
    "I interrogated Cleo and she is not suspicious.": "result 3 innocent",
    "Cleo came up clean last night.": "result 3 innocent n2",
    "N2: checked Ben - SUSPICIOUS.": "result 2 suspicious n2",
    "Night 1, Cleo: innocent.": "result 3 innocent n1",
    "Nothing on Cleo last night, my check came back clean.": "result 3 innocent n2",
    "Ben is suspicious.": "result 2 suspicious",
    "Ben is not suspicious!": "result 2 innocent",
    "Sheriff here. Ben is suspicious.": "claim Sheriff; result 2 suspicious",
    "Ben is dirty. Checked last night.": "result 2 suspicious n2",
    "Ben did not pass inspection last night.": "result 2 suspicious n2",
    "n1 i checked cleo, not sus": "result 3 innocent n1",
    # Results of watching and following
    "Ben visited Cleo.": "result 2 visited 3",
    "Ben visited Cleo last night.": "result 2 visited 3 n2",
    "Ben and Dov visited Cleo on night 1.": "result 2 visited 3 n1; result 4 visited 3 n1",
    "I watched Cleo last night: Ben and Dov went in.": "result 2 visited 3 n2; result 4 visited 3 n2",
    "I sat outside Cleo's house last night and saw Ben.": "result 2 visited 3 n2",
    "I watched Cleo last night: nobody came.": "result 3 nobody n2",
    "N1: watched Ada - visited by Ben and Gus.": "result 2 visited 1 n1; result 7 visited 1 n1",
    "Nobody visited Cleo last night.": "result 3 nobody n2",
    "I followed Ben last night: to Cleo.": "result 2 visited 3 n2",
    "I tracked Ben last night, straight to Cleo and Dov.": "result 2 visited 3 n2; result 2 visited 4 n2",
    "I followed Ben last night, and they never left the house.": "result 2 stayed n2",
    # Groups, exact roles, visions, teams
    "Ben could be Spy, Blackmailer or Jailor.": "result 2 group D",
    "My result on Ben: Spy, Blackmailer or Jailor.": "result 2 group D",
    "Ben is Spy/BM/Jailor": "result 2 group D",
    "Investigated Cleo n2: Doctor, Disguiser or SK": "result 3 group I n2",
    "Ben could be Doctor or Jailor.": "result 2 group ?",
    "Ben is the Godfather, I looked last night.": "result 2 role Godfather n2",
    "N2: Ben is the Framer.": "result 2 role Framer n2",
    "One of Ada, Ben and Cleo is evil, so I was shown last night.": "result 0 evil among 1,2,3 n2",
    "I had a vision last night: one of Dov and Ada is good.": "result 0 good among 1,4 n2",
    "The Mafia visited Ada last night.": "result 1 Mafia came n2",
    "I staked Ben last night: a Vampire.": "result 2 vampire n2",
    "Ben is no Vampire, I checked last night.": "result 2 no vampire n2",
    # No results
    "Did Ben visit Cleo?": "",
    "Who visited Cleo last night?": "",
    "Ben said Cleo is suspicious.": "",
    "If Ben visited Cleo, he did it.": "",
    "I visited Cleo last night.": "",
    # Accusations
    "I think Ben is suspicious because he is quiet.": "against 2 suspect",
    "Ben is very suspicious.": "against 2 suspect",
    "Ben is sus": "against 2 suspect",
    "Ben is mafia.": "against 2 Mafia",
    "Ben's mafia, I swear": "against 2 Mafia",
    "Ben is the GF.": "against 2 Godfather",
    "Ben must be the Serial Killer.": "against 2 Serial Killer",
    "Ben and Cleo are mafia.": "against 2 Mafia; against 3 Mafia",
    "Ben is evil.": "against 2 evil",
    "Ben is lying.": "against 2 suspect",
    "Ben lied to us.": "against 2 suspect",
    "Vote Ben!": "against 2 suspect",
    "I'm voting for Ben.": "against 2 suspect",
    "Let's lynch Ben today.": "against 2 suspect",
    "We should hang Ben.": "against 2 suspect",
    "My vote is on Ben.": "against 2 suspect",
    "I suspect Ben.": "against 2 suspect",
    "I don't trust Ben.": "against 2 suspect",
    "I have a bad feeling about Ben.": "against 2 suspect",
    "Something about Ben is off.": "against 2 suspect",
    "Ben is not town.": "against 2 not Town",
    "Ben isn't innocent.": "against 2 suspect",
    "I don't think Ben is town.": "against 2 not Town",
    "I agree with Ada about Ben.": "against 2 suspect",
    "Ben claims my role. That is a lie.": "against 2 suspect",
    "Seat 2 is evil.": "against 2 evil",
    # Defences
    "Ben is town.": "for 2 Town",
    "Ben is innocent.": "for 2 good",
    "Ben seems honest to me.": "for 2 good",
    "Ben is the Doctor.": "for 2 Doctor",
    "Ben is not mafia.": "for 2 not Mafia",
    "I don't think Ben is mafia.": "for 2 not Mafia",
    "Ben isn't evil.": "for 2 good",
    "I trust Ben.": "for 2 spare",
    "Don't vote Ben.": "for 2 spare",
    "Stop voting Ben!": "for 2 spare",
    "Leave Ben alone.": "for 2 spare",
    "I see no reason to go after Ben.": "for 2 spare",
    "Not Ben: I have a result that says otherwise.": "for 2 spare",
    # Neither
    "Ben, talk.": "",
    "What does Ben think?": "",
    "Is Ben mafia?": "",
    "Either Ben or Cleo is mafia.": "",
    "If Ben is mafia, then Cleo is too.": "",
    "Ada thinks Ben is mafia.": "",
    "Ben was the Godfather. One less to worry about.": "",
    "Poor Ben.": "",
    "Good morning, everyone.": "",
    "mark my words, this ends badly": "",
    "Mark is evil.": "against 6 evil",
    "Nobody died last night.": "",
}  # fmt: skip
"""Each sentence as it may be said on day 3, and what it states."""
_KINDS = {
    "role_claim": "claim",
    "result_report": "result",
    "accusation": "against",
    "defence": "for",
    "denial": "denial",
}


def shown(text: str) -> str:
    """What a text states, as the table has it."""
    found = []
    for one in read_text(text, NAMES, 3):
        night = f" n{one.night}" if one.night else ""
        subject = "" if one.subject is None else f" {one.subject}"
        found.append(f"{_KINDS[one.kind]}{subject} {one.value}{night}")
    return "; ".join(found)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_states_what_it_says_and_nothing_else(sentence: str) -> None:
    assert shown(sentence) == SENTENCES[sentence]


def test_the_table_of_sentences_is_large_and_has_as_many_kinds_as_there_are() -> None:
    assert len(SENTENCES) >= 120
    assert sum(not stated for stated in SENTENCES.values()) >= 30
    assert {stated.split()[0] for stated in SENTENCES.values() if stated} == set(_KINDS.values())


def test_a_whole_speech_gives_all_its_statements_in_order() -> None:
    speech = "Listen. I'm the Sheriff. I checked Ben last night: suspicious. Vote Ben! Cleo is town, leave Cleo alone."
    assert shown(speech) == (
        "claim Sheriff; result 2 suspicious n2; against 2 suspect; for 3 Town"
    )  # fmt: skip


def test_the_night_before_the_first_day_is_no_night() -> None:
    assert [one.night for one in read_text("Ben came up suspicious last night.", NAMES, 1)] == [None]
