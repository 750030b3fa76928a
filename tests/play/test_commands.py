"""What a player types, and what it means."""

from __future__ import annotations

import pytest

from game.engine import actions as a
from game.engine.config import Talk
from game.engine.fold import view
from game.engine.types import Channel, Phase, Verdict
from game.play.commands import CommandError, help_lines, read
from tests.engine.scene import Scene

READ = [
    ("hello there", a.Say("hello there")),
    ("/say hello", a.Say("hello")),
    ("/say dead hello", a.Say("hello", Channel.DEAD)),
    ("/vote 3", a.Vote(3)),
    ("/vote P3", a.Vote(3)),
    ("/VOTE none", a.Vote(None)),
    ("/vote", a.Vote(None)),
    ("/guilty", a.Judge(Verdict.GUILTY)),
    ("/whisper 2 trust me", a.Whisper(2, "trust me")),
    ("/w P2 trust me", a.Whisper(2, "trust me")),
    ("/transport 1 and 2", a.Use("transport", (1, 2))),
    ("/transport P1, P2", a.Use("transport", (1, 2))),
    ("/will I was P1", a.WriteWill("I was P1")),
    ("/jot look at 3", a.Jot("look at 3")),
    ("/bid 3", a.Bid(3)),
    ("/summarise 2 Ben lied", a.Summarise(2, "Ben lied")),
    ("/pass", a.Pass()),
    ("/leave", a.Leave()),
]
WRONG = [
    ("", "Type a command"),
    ("/dance", "There is no command /dance. You can type"),
    ("/vote 99", "There is no seat 99: the table has 3."),
    ("/vote Zed", "Nobody is called 'Zed'"),
    ("/bid much", "/bid takes a number from 0 (nothing to say) to 4 (must speak)."),
    ("/bid ²", "/bid takes a number"),
    ("/summarise Ben lied", "/summarise takes the number of a day, then words."),
    ("/vote P", "Several players are called 'P'"),
]


@pytest.fixture
def scene() -> Scene:
    """A Transporter among two."""
    return Scene("Transporter", "Sheriff", "Mafioso")


@pytest.mark.parametrize(("line", "action"), READ, ids=[row[0] for row in READ])
def test_a_line_is_read_as_an_action(scene: Scene, line: str, action: a.Action) -> None:
    assert read(line, view(scene.state, 1)) == action


@pytest.mark.parametrize(("line", "sentence"), WRONG, ids=[row[0] or "nothing" for row in WRONG])
def test_a_line_that_cannot_be_read_is_answered_with_what_to_type(scene: Scene, line: str, sentence: str) -> None:
    with pytest.raises(CommandError) as error:
        read(line, view(scene.state, 1))
    assert str(error.value).startswith(sentence)


def test_plain_words_go_to_the_channel_that_is_open(scene: Scene) -> None:
    scene.until(Phase.NIGHT)
    assert read("who?", view(scene.state, 3)) == a.Say("who?", Channel.MAFIA)


def test_help_names_the_bid_where_the_table_talks_by_bids(scene: Scene) -> None:
    by_bids = Scene("Transporter", "Sheriff", talk=Talk.BIDS)
    lines = {table: [line for line in help_lines(view(table.state, 1)) if "/bid" in line] for table in (scene, by_bids)}
    assert lines == {scene: [], by_bids: ["/bid 0-4         how much you want to speak next"]}


def test_help_names_the_abilities_of_the_role(scene: Scene) -> None:
    assert "/transport NAME NAME" in help_lines(view(scene.state, 1))
    assert "/note words" in help_lines(view(scene.state, 3))
