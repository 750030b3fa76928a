"""Whole matches of scripted players: legal, repeatable, the same with and without words, worth watching."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from agents.scripted import ScriptedAgent
from agents.scripted.temperaments import TEMPERAMENTS
from agents.scripted.voice import SPEECH_LENGTH
from bench.scripted import play_many, playable
from game.engine import events as e
from game.engine.asks import Ask
from game.engine.config import Clock, Rounds, Talk
from game.engine.fold import fold, fold_view, visible
from game.engine.legal import check
from game.engine.setup import start, table_for
from game.engine.state import EMPTY, View
from game.engine.types import Channel, Phase
from game.names import NAMES
from game.play.drivers import Played, run_sync
from game.play.seats import Decision


def play(seed: str, *, text: bool = True, players: int = 15, mode: str = "Classic", **settings: Any) -> Played:
    agents = {seat: ScriptedAgent(seat, seed, text=text) for seat in range(1, players + 1)}
    return run_sync(start(table_for(mode, NAMES[:players], **settings), seed), agents)


@cache
def spoken(seed: str) -> Played:
    return play(seed)


def without_words(log: Iterable[e.Event]) -> list[e.Event]:
    """A log with everything left out that only words make different."""
    wordy = ("said", "whisper_heard", "will_written", "note_written")
    out = []
    for event in log:
        if isinstance(event, e.Died):
            out.append(replace(event, will=str(bool(event.will)), notes=("some",) * bool(event.notes)))
        else:
            out.append(replace(event, text="") if event.kind in wordy else event)
    return out


@pytest.mark.parametrize("players", [7, 9, 12, 15])
def test_nothing_illegal_is_tried(players: int) -> None:
    for seed in range(4):
        log = play(f"legal {seed}", players=players, text=False).log
        assert not [event for event in log if isinstance(event, e.Refused)]


@pytest.mark.parametrize("mode", playable())
def test_every_mode_ends_without_a_refused_action(mode: str) -> None:
    for seed in range(2):
        log = play(f"mode {seed}", mode=mode, text=False).log
        assert isinstance(log[-1], e.MatchEnded)
        assert not [event for event in log if isinstance(event, e.Refused)]


def test_words_never_influence_decisions_in_coven_lists_either() -> None:
    worded = play("coven words", mode="Coven All Any")
    assert without_words(play("coven words", mode="Coven All Any", text=False).log) == without_words(worded.log)


@pytest.mark.parametrize(("town", "others", "ahead"), [("scripted", "passive", True), ("passive", "scripted", False)])
def test_players_without_sense_lose(town: str, others: str, ahead: bool) -> None:
    tally = play_many(12, seed="sense ", town=town, others=others)
    rest = 1 - tally.share("Town") - tally.share("draw")
    assert (tally.share("Town") > rest + 0.3) is ahead


@pytest.mark.parametrize(
    "settings",
    [
        {"clock": Clock.BUDGET},
        {"rounds": Rounds(day_one=2, discussion=1, voting=2, night=2)},
        {"rounds": Rounds(night=0)},
        {"talk": Talk.BIDS},
        {"talk": Talk.BIDS, "clock": Clock.BUDGET, "rounds": Rounds(day_one=2, discussion=1)},
        {"talk": Talk.FIFO},
    ],
    ids=["budget", "other rounds", "silent nights", "bids", "bids and budget", "fifo"],
)
def test_other_tables_work_too(settings: dict[str, Any]) -> None:
    log = play("tables", text=False, **settings).log
    assert isinstance(log[-1], e.MatchEnded)
    assert not [event for event in log if isinstance(event, e.Refused)]


def test_talk_by_bids_is_a_talk() -> None:
    """As many lines a day as by rounds or more, from most of the living; all want it less than those with news."""
    days = Counter[int]()
    speakers: dict[int, set[int]] = {}
    for seed in range(4):
        state = EMPTY
        log = play(f"bids {seed}", text=False, talk=Talk.BIDS).log
        for event in log:
            state = fold(state, event)
            if isinstance(event, e.Said) and state.public.phase is Phase.DISCUSSION and event.channel == "public":
                day = 100 * seed + state.public.day
                days[day] += 1
                speakers.setdefault(day, set()).add(event.seat)
        assert {event.level for event in log if isinstance(event, e.Bade)} >= {0, 1, 2, 3}
        assert [event for event in log if isinstance(event, e.TrialOpened)]
        assert [event for event in log if isinstance(event, e.Chose) and event.ability == "jail"]
    second = [day for day in days if day % 100 == 2]
    assert len(second) == 4
    assert all(days[day] >= 8 and len(speakers[day]) >= 6 for day in second)


def test_words_never_influence_bids() -> None:
    worded = play("bids", talk=Talk.BIDS)
    assert without_words(play("bids", text=False, talk=Talk.BIDS).log) == without_words(worded.log)


def test_who_was_silent_with_the_floor_leaves_it_to_the_others() -> None:
    floor, spoke, level, left = 0, False, 0, []
    for event in play("bids", text=False, talk=Talk.BIDS).log:
        if isinstance(event, e.FloorGiven | e.PhaseOpened):
            left += [level] if floor and not spoke else []
            floor, spoke = getattr(event, "seat", 0), False
        elif isinstance(event, e.Said) and event.seat == floor:
            spoke = True
        elif isinstance(event, e.Bade) and event.seat == floor:
            level = event.level
    assert len(left) > 5
    assert set(left) == {0}


def test_the_same_seed_gives_the_same_match() -> None:
    assert play("again").log == spoken("again").log


def test_another_seed_of_the_players_gives_another_match() -> None:
    agents = {seat: ScriptedAgent(seat, "other") for seat in range(1, 16)}
    assert run_sync(start(table_for("Classic", NAMES[:15]), "again"), agents).log != spoken("again").log


@pytest.mark.parametrize("seed", ["again", "words", "terse"])
def test_words_never_influence_decisions(seed: str) -> None:
    assert without_words(play(seed, text=False).log) == without_words(spoken(seed).log)


class Watched(ScriptedAgent):
    """Keeps its decisions."""

    def __init__(self, seat: int, seed: str, text: bool) -> None:
        super().__init__(seat, seed, text=text)
        self.taken: list[tuple[View, Ask, Decision]] = []

    def decide(self, view: View, ask: Ask) -> Decision:
        decision = super().decide(view, ask)
        self.taken.append((view, ask, decision))
        return decision


@pytest.mark.parametrize("text", [True, False])
def test_every_decision_is_legal_and_has_its_reason(text: bool) -> None:
    agents = {seat: Watched(seat, "watched", text) for seat in range(1, 16)}
    run_sync(start(table_for("Classic", NAMES[:15]), "watched"), agents)
    for agent in agents.values():
        for view, _, decision in agent.taken:
            assert check(view, decision.actions[0]) is None
            assert bool(decision.thought) is text
            assert "{" not in decision.thought


@pytest.mark.parametrize("text", [True, False])
def test_a_player_who_reads_up_on_the_log_goes_on_alike(text: bool) -> None:
    opening = start(table_for("Classic", NAMES[:15]), "resumed")
    agents = {seat: Watched(seat, "resumed", text) for seat in range(1, 16)}
    counts: list[int] = []
    log: list[e.Event] = []

    def watch(events: Sequence[e.Event]) -> None:
        log.extend(events)
        counts.append(len(log))

    run_sync(opening, agents, watch)
    stages = {view.public.stage: count for count, view in zip(counts, _views(log, counts), strict=True)}
    for seat, agent in agents.items():
        for view, ask, decision in agent.taken[seat % 5 :: 5]:
            fresh = ScriptedAgent(seat, "resumed", text=text)
            fresh.observe(visible(log[: stages[view.public.stage]], seat))
            assert fresh.decide(view, ask) == decision


def _views(log: list[e.Event], counts: list[int]) -> list[View]:
    """The public view at each turn."""
    return [fold_view(log[:count], None) for count in counts]


def lines(played: Played) -> list[e.Said]:
    return [event for event in played.log if isinstance(event, e.Said) and event.channel is Channel.PUBLIC]


@pytest.mark.parametrize("seed", ["again", "words", "watch"])
def test_talk_is_worth_reading(seed: str) -> None:
    said = lines(spoken(seed))
    assert max(len(line.text) for line in said) <= SPEECH_LENGTH
    own = Counter((line.seat, line.text) for line in said)
    assert max(own.values()) <= 2, own.most_common(3)
    texts = Counter(line.text for line in said)
    assert len(texts) / len(said) > 0.85
    assert any("I checked" in line.text or "result" in line.text for line in said)


def test_evil_players_claim_town_roles() -> None:
    found: set[str] = set()
    for seed in ("again", "words", "watch", "terse"):
        played = spoken(seed)
        ending = played.state.public.ending
        assert ending
        killers = {seat for seat, role in enumerate(ending.roles, 1) if role in KILLERS}
        claims = (line.text for line in lines(played) if line.seat in killers)
        found |= {role for text in claims for role in TOWN if role in text}
    assert found


KILLERS = ("Godfather", "Mafioso", "Framer", "Serial Killer")
TOWN = ("Sheriff", "Doctor", "Investigator", "Lookout", "Bodyguard", "Vigilante", "Escort", "Medium", "Transporter")


def test_a_temperament_can_be_chosen() -> None:
    agents: Mapping[int, ScriptedAgent] = {
        seat: ScriptedAgent(seat, "mood", temperament=sorted(TEMPERAMENTS)[seat % 6]) for seat in range(1, 8)
    }
    played = run_sync(start(table_for("Classic", NAMES[:7]), "mood"), agents)
    assert played.state.public.ending


@pytest.mark.slow
def test_the_classic_list_is_balanced() -> None:
    tally = play_many(150, seed="balance ")
    town, draws = tally.share("Town"), tally.share("draw")
    assert 0.3 <= town <= 0.7
    assert 0.3 <= 1 - town - draws <= 0.7
    assert draws < 0.08
    assert 4 <= tally.mean_days <= 9
    assert tally.refusals == 0
