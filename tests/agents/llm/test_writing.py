"""What a script does, written down as tags, is read back as what it did."""

from __future__ import annotations

import pytest

from agents.llm.parse import parse_tags
from agents.llm.record import Notation
from agents.llm.writing import written
from agents.scripted import ScriptedAgent
from game.engine import actions as a
from game.engine.asks import Ask
from game.engine.config import Talk
from game.engine.setup import start, table_for
from game.engine.state import View
from game.names import NAMES
from game.play.drivers import run_sync
from game.play.seats import Decision


class Writing(ScriptedAgent):
    """A scripted agent whose every decision is written down and read back."""

    notation = Notation.PLAIN
    seen: list[tuple[Decision, a.Action, int]]

    def decide(self, view: View, ask: Ask) -> Decision:
        """Decide, write, read, compare."""
        decision = super().decide(view, ask)
        text = written(decision.actions, view, self.notation, decision.thought)
        parsed = parse_tags(text.text, view, self.notation)
        assert parsed.problem is None, text.text
        bids = () if parsed.bid is None else (a.Bid(parsed.bid),)
        assert set(map(str, (*parsed.actions, *bids))) == set(map(str, text.actions)), text.text
        assert parsed.actions[0] == text.actions[0]
        assert parsed.thought == " ".join(decision.thought.split())
        self.seen.append((decision, text.actions[0], text.left_out))
        return decision


@pytest.mark.parametrize("notation", list(Notation))
@pytest.mark.parametrize("mode", ["Classic", "Coven Classic"])
def test_every_decision_of_a_scripted_match_is_read_back_as_it_was(notation: Notation, mode: str) -> None:
    class Here(Writing):
        pass

    Here.notation, Here.seen = notation, []
    names = NAMES[:15]
    talk = Talk.BIDS if notation is Notation.PLAIN else Talk.ROUNDS
    opening = start(table_for(mode, names, talk=talk), f"writing {mode}")
    run_sync(opening, {seat: Here(seat, f"w{seat}") for seat in range(1, len(names) + 1)})
    assert {type(main) for _, main, _ in Here.seen} >= {a.Say, a.Vote, a.Judge, a.Use, a.Pass}
    for decision, main, left_out in Here.seen:
        first = decision.actions[0]
        assert type(main) is type(first) or isinstance(first, a.Pass)
        if isinstance(first, a.Vote | a.Judge) or (isinstance(first, a.Use) and not left_out):
            assert main == first
