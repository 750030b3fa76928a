"""The digest: a prompt in place of the log, short enough for small models, with every legal answer in it."""

from __future__ import annotations

from statistics import mean

import pytest

from agents.llm.parse import parse_tags
from agents.llm.presets import preset
from agents.llm.prompt import Prompt, Transcript
from agents.llm.record import ModelRecord, Notation
from agents.llm.writing import written
from agents.scripted import ScriptedAgent
from game.engine.asks import Ask
from game.engine.config import Table
from game.engine.events import Event
from game.engine.setup import start
from game.engine.state import View
from game.play.drivers import run_sync
from game.play.seats import Decision

RECORD = ModelRecord("small", "small", preset("smollm2"), notation=Notation.DIGEST, structured=False, think_tokens=0)
SLOTS = ("Sheriff", "Doctor", "Investigator", "Transporter", "Godfather", "Mafioso", "Jester")
NAMES = ("Ada", "Bram", "Cleo", "Dov", "Esme", "Finn", "Gus")
Asked = tuple[View, Ask, Prompt, Transcript, Decision]


class Reader(ScriptedAgent):
    """A scripted player who is also shown every prompt that a model would be."""

    def __init__(self, seat: int, seed: str, asked: list[Asked]) -> None:
        super().__init__(seat, seed)
        self.asked, self.seen = asked, list[Event]()

    def observe(self, events: list[Event]) -> None:  # type: ignore[override]
        self.seen += events
        super().observe(events)

    def decide(self, view: View, ask: Ask) -> Decision:
        transcript = Transcript(RECORD, ask.seat)
        transcript.observe(self.seen)
        decision = super().decide(view, ask)
        self.asked.append((view, ask, transcript.prompt(view, ask), transcript, decision))
        return decision


@pytest.fixture(scope="module")
def asked() -> list[Asked]:
    found: list[Asked] = []
    run_sync(start(Table(NAMES, SLOTS), "digest"), {seat: Reader(seat, f"d{seat}", found) for seat in range(1, 8)})
    return found


def test_a_digest_is_short_however_long_the_match(asked: list[Asked]) -> None:
    tokens = [prompt.tail_tokens for _, _, prompt, _, _ in asked]
    assert max(tokens) < 250
    assert mean(tokens) < 200


def test_every_legal_target_stands_in_a_digest_and_nobody_else_behind_its_tag(asked: list[Asked]) -> None:
    votes = 0
    for _, ask, prompt, _, _ in asked:
        for option in ask.options:
            if option.verb != "vote":
                continue
            votes += 1
            line = next(one for one in prompt.messages[-1].content.splitlines() if one.startswith("<vote>"))
            words = line.split("PLAYER: ")[1].split()
            codes = ("ba", "ce", "du", "fi", "go", "ha", "je")
            assert words == [codes[seat - 1] if seat else "none" for seat in option.slots[0]]
    assert votes > 10


def test_what_a_script_does_is_read_back_from_its_tag(asked: list[Asked]) -> None:
    for view, _, _, _, decision in asked:
        first = decision.actions[:1]
        assert parse_tags(written(first, view, Notation.DIGEST).text, view, Notation.DIGEST).actions == first


def test_names_in_talk_become_the_codes_that_the_answer_is_given_in(asked: list[Asked]) -> None:
    texts = "\n".join(prompt.messages[-1].content for _, _, prompt, _, _ in asked)
    assert not any(name in texts for name in NAMES)
    assert "\nba: " in texts


def test_a_digest_is_built_again_from_its_recipe(asked: list[Asked]) -> None:
    _, _, prompt, transcript, _ = asked[-1]
    assert transcript.again(prompt.recipe).messages == prompt.messages
    with pytest.raises(ValueError, match="cannot be built again"):
        transcript.again({**prompt.recipe, "hash": "another"})
