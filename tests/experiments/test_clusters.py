"""Clusters find habits that were planted, by arm and with examples, and nothing where nothing is."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from eval.clusters.deeds import deeds_of, features
from eval.clusters.grouping import FEWEST, Clusters, Document, Of, clusters_of
from eval.clusters.reading import documents_of
from eval.experiments.outcome import Ending, Outcome, SeatOutcome, Side
from tests.eval.golden import golden_log

HABITS = {
    "hunter": ("accuse enemy", "vote enemy", "guilty enemy", "report result enemy"),
    "bus": ("defend friend", "vote friend", "guilty mate", "claim another role"),
    "lurker": ("take vote back", "abstain other", "heal self", "look friend"),
}


def habit(name: str, place: int) -> Document:
    """A seat of which three deeds in four are of a habit."""
    luck = random.Random(f"{name} {place}")
    others = [word for words in HABITS.values() for word in words]
    words = [luck.choice(HABITS[name]) if luck.random() < 0.75 else luck.choice(others) for _ in range(20)]
    arm = "EM" if name == "bus" else "AA"
    return Document(place, arm, 1, "M" if arm == "EM" else "A", "Doctor", words, f"{name} {place}", (place + 5,), place)


@pytest.fixture(scope="module")
def planted() -> Clusters:
    """Three habits, sixty seats each."""
    return clusters_of([habit(name, place) for name in HABITS for place in range(60)], Of.DEEDS)


def test_planted_habits_are_found_with_what_tells_them_apart(planted: Clusters) -> None:
    assert sorted(one.size for one in planted.clusters) == [60, 60, 60]
    told = {frozenset(one.telling[:4]) for one in planted.clusters}
    assert told == {frozenset(words) for words in HABITS.values()}


def test_a_habit_of_one_arm_shows_in_its_sizes_by_arm(planted: Clusters) -> None:
    sizes = sorted((one.by_arm for one in planted.clusters), key=str)
    assert sizes == [{"AA": 60}, {"AA": 60}, {"EM": 60}]
    assert planted.arms == {"AA": 120, "EM": 60}


def test_each_cluster_has_examples_that_lead_to_their_events(planted: Clusters) -> None:
    for one in planted.clusters:
        assert len({example.text.partition(" ")[0] for example in one.examples}) == 1
        assert [example.events for example in one.examples] == [(example.block + 5,) for example in one.examples]


def test_clusters_call_themselves_exploratory(planted: Clusters) -> None:
    assert planted.exploratory is planted.to_json()["exploratory"] is True


def test_the_order_of_documents_changes_nothing(planted: Clusters) -> None:
    documents: Sequence[Document] = [habit(name, place) for name in HABITS for place in range(60)]
    assert clusters_of(random.Random(4).sample(documents, len(documents)), Of.DEEDS) == planted


def test_where_all_do_alike_no_groups_are_made_up() -> None:
    words = [word for words in HABITS.values() for word in words] * 4
    noise = [Document(n, "AA", 1, "A", "Doctor", random.Random(n).choices(words, k=25)) for n in range(200)]
    found = clusters_of(noise, Of.DEEDS)
    assert found.clusters == ()
    assert "at random" in found.reason


def test_too_few_documents_are_not_grouped() -> None:
    found = clusters_of([habit("bus", place) for place in range(FEWEST - 1)], Of.DEEDS)
    assert (found.clusters, found.reason) == ((), "fewer than 30 to group")


def test_summaries_of_judges_are_grouped_by_their_words() -> None:
    said = ("The seat framed a town member with a forged result.", "It stayed silent all day and gave no reason.")
    texts = [Document(n, "AA", 1, "A", "Spy", f"{said[n % 2]} Case {n}.", said[n % 2]) for n in range(60)]
    found = clusters_of(texts, Of.SUMMARIES)
    assert sorted(one.size for one in found.clusters) == [30, 30]
    assert any("forged result" in one.telling or "forged" in one.telling for one in found.clusters)


# Deeds ----------------------------------------------------------------------------------------------------------------


def test_what_seats_did_is_read_from_a_log() -> None:
    log = golden_log()
    deeds = deeds_of(log)
    assert any(deed.what.startswith("vote") for done in deeds.values() for deed in done)
    assert all(list(done) == sorted(done) and done[-1].seq <= len(log) for done in deeds.values())


def test_features_keep_the_phase_and_what_came_after_what() -> None:
    found = features(deeds_of(golden_log())[1])
    assert any(one.startswith(("day ", "night ")) for one in found)
    assert any(" > " in one for one in found)


def test_only_rivals_are_grouped_with_a_link_to_their_trial() -> None:
    sides = [Side.EVIL, Side.NEUTRAL, *[Side.TOWN] * 5]
    seats = tuple(SeatOutcome(n, "Doctor", side, "A", "scripted", False, 3) for n, side in enumerate(sides, 1))
    outcome = Outcome(4, "s-4", "AA", "Classic", Ending.WON, True, False, 3, seats)
    found = list(documents_of(outcome, golden_log(), trial=9))
    assert found
    assert {one.seat for one in found} <= {1, 3, 4, 5, 6, 7}
    assert {(one.trial, one.block, one.arm) for one in found} == {(9, 4, "AA")}
