"""What a seat observes: never more than it may know, always in bounds, and each field as it says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from game.engine import events as e
from game.engine.fold import fold_all, fold_view, view
from game.engine.setup import start, table_for
from game.engine.state import EMPTY
from game.engine.types import HOST, PUBLIC, Alignment, Cause, Channel, Phase, ShownWill, Verdict, only
from game.envs import layout
from game.envs.layout import FIELDS, ROLE, SIZE, Fields, read
from game.envs.observation import Table, observation_from
from game.envs.sentences import ACCUSE, CLAIM, TRUST, Sentence, words
from game.envs.tossim_v0 import TossimEnv
from game.names import NAMES
from tests.envs.playing import MODES, finished, steps

ROLES = ["Jailor", "Sheriff", "Investigator", "Lookout", "Godfather", "Mafioso", "Executioner"]
NAMED = NAMES[:7]


@pytest.mark.parametrize("mode", MODES)
def test_an_observation_follows_from_the_events_that_its_seat_may_see(mode: str) -> None:
    env = TossimEnv(mode, seed=6)
    env.reset()
    for place, _ in enumerate(steps(env)):
        if place % 61 == 0:
            for agent in env.agents:
                seat = int(agent.removeprefix("seat_"))
                seen = env.observe(agent)["observation"]
                np.testing.assert_array_equal(seen, observation_from(env.log, seat))
    for agent in env.agents:
        assert env.observation_space(agent).contains(env.observe(agent))


def test_what_is_hidden_from_a_seat_changes_nothing_in_its_observation() -> None:
    env = finished(seed=6)
    told = next(event for event in env.log if isinstance(event, e.Told))
    hidden = [event for event in env.log if event.to == HOST or event.to == told.to]
    fewer = [event for event in env.log if event not in hidden]
    for seat in range(1, 16):
        same = np.array_equal(observation_from(env.log, seat), observation_from(fewer, seat))
        assert same is (only(seat) != told.to)


def test_observations_stay_as_they_were_when_the_match_goes_on() -> None:
    env = TossimEnv(seed=6)
    env.reset()
    seen = env.observe("seat_1")
    kept = {name: array.copy() for name, array in seen.items()}
    for _ in steps(env):
        pass
    assert all(np.array_equal(seen[name], kept[name]) for name in kept)


def test_whoever_writes_into_an_observation_changes_nothing() -> None:
    env = TossimEnv(seed=6)
    env.reset()
    kept = {name: array.copy() for name, array in env.observe("seat_1").items()}
    for array in env.observe("seat_1").values():
        array[:] = 1
    assert all(np.array_equal(env.observe("seat_1")[name], kept[name]) for name in kept)


@pytest.mark.parametrize("mode", MODES)
def test_every_fact_and_report_of_the_game_has_its_place(mode: str) -> None:
    env = finished(mode=mode, seed=7)
    facts = {event.key for event in env.log if isinstance(event, e.FactSet)}
    switches = {f"{ability}{end}" for ability in layout.ABILITY for end in ("", "_on")}
    assert facts <= {*layout.FLAGS, *layout.DATED, *layout.SEATED, *layout.LISTED, *switches}
    reports = {event for event in env.log if isinstance(event, e.Told)}
    assert all(report.message in layout.KIND or f"{report.message}_{report.value}" in layout.KIND for report in reports)
    assert {event.message for event in env.log if isinstance(event, e.Announced)} <= set(layout.NOTICE)


def test_the_fields_follow_each_other_without_a_gap() -> None:
    assert [field.start for field in FIELDS] == [0, *(field.start + field.size for field in FIELDS[:-1])]
    assert sum(field.size for field in FIELDS) == SIZE
    assert len({field.name for field in FIELDS}) == len(FIELDS)


def test_the_signature_names_both_encodings() -> None:
    assert layout.signature() == TossimEnv.metadata["signature"]
    assert len(layout.signature()) == 12


# Field by field -------------------------------------------------------------------------------------------------------


def seen_by(seat: int, *events: e.Event) -> Fields:
    """The fields of a seat's observation after these events at a small table of known roles."""
    log = [*start(table_for("Classic", NAMED), "fields", ROLES), *events]
    return read(observation_from(log, seat))


def ones(array: np.ndarray) -> list[tuple[int, ...]]:
    """Where an array is not zero."""
    return [tuple(map(int, place)) for place in np.argwhere(array)]


def test_the_world_says_where_the_match_stands() -> None:
    fields = seen_by(1, e.PhaseOpened(PUBLIC, Phase.NIGHT, 2), e.StageOpened(PUBLIC, 9, 2))
    assert ones(fields["phase"]) == [(layout.PHASE[Phase.NIGHT],)]
    assert fields["day"][0] == pytest.approx(2 / 30)
    assert fields["round"][0] == pytest.approx(2 / 8)
    assert fields["full_moon"][0] == 1
    assert fields["coven"][0] == 0
    assert fields["players"][0] == pytest.approx(7 / 15)
    assert fields["majority"][0] == pytest.approx(4 / 15)
    assert ones(fields["seated"]) == ones(fields["living"]) == [(place,) for place in range(7)]
    assert fields["role_list"].sum() == pytest.approx(7 / 15)


def test_the_coven_ruleset_is_seen() -> None:
    log = start(table_for("Coven All Any", NAMED), "coven")
    assert read(observation_from(log, 1))["coven"][0] == 1


def test_the_graveyard_is_seen_as_it_is_shown() -> None:
    night = e.PhaseOpened(PUBLIC, Phase.NIGHT, 3)
    dead = e.Died(PUBLIC, 2, (Cause.MAFIA,), "Sheriff", ShownWill.SHOWN, "")
    cleaned = e.Died(PUBLIC, 3, (Cause.MAFIA, Cause.VIGILANTE), "Cleaned", ShownWill.HIDDEN, "")
    fields = seen_by(1, night, dead, cleaned)
    assert ones(fields["grave_role"]) == [(1, ROLE["Sheriff"])]
    assert ones(fields["grave_hidden"]) == [(2,)]
    assert fields["grave_day"][1] == pytest.approx(3 / 30)
    assert ones(fields["grave_night"]) == [(1,), (2,)]
    assert ones(fields["grave_cause"][2]) == sorted((layout.CAUSE[cause],) for cause in cleaned.causes)
    assert (1,) not in ones(fields["living"])


def test_the_vip_is_seen() -> None:
    fields = seen_by(3, e.Announced(PUBLIC, "vip", 2))
    assert ones(fields["vip"]) == [(1,)]


def test_who_left_is_seen() -> None:
    assert ones(seen_by(1, e.Departed(PUBLIC, 4))["departed"]) == [(3,)]


def test_votes_and_their_weight_are_seen() -> None:
    reveal = e.Announced(PUBLIC, "mayor_revealed", 1, "Mayor")
    fields = seen_by(5, e.PhaseOpened(PUBLIC, Phase.VOTING, 2), reveal, e.Voted(PUBLIC, 1, 3), e.Voted(PUBLIC, 2, 3))
    assert ones(fields["vote"]) == [(0, 2), (1, 2)]
    assert fields["vote_weight"][2] == pytest.approx(4 / 15)
    assert ones(fields["revealed"]) == [(0, ROLE["Mayor"])]
    assert ones(fields["notice"]) == [(layout.NOTICE["mayor_revealed"],)]
    assert ones(fields["noticed"]) == [(0,)]


def test_trials_are_seen() -> None:
    ballots = ((1, Verdict.GUILTY, 1), (2, Verdict.ABSTAIN, 1))
    closed = e.TrialClosed(PUBLIC, 4, False, ballots)
    fields = seen_by(1, closed, e.TrialOpened(PUBLIC, 6, 2), e.PhaseOpened(PUBLIC, Phase.DEFENSE, 1))
    assert ones(fields["accused"]) == [(5,)]
    assert fields["tried"][3] == pytest.approx(1 / 3)
    assert fields["trials_today"][0] == pytest.approx(2 / 3)
    assert ones(fields["last_ballot"]) == [
        (0, layout.VERDICT[Verdict.GUILTY]),
        (1, layout.VERDICT[Verdict.ABSTAIN]),
    ]


def test_a_seat_knows_itself() -> None:
    fields = seen_by(1)
    assert ones(fields["seat"]) == [(0,)]
    assert ones(fields["role"]) == [(ROLE["Jailor"],)]
    assert ones(fields["alignment"]) == [(layout.ALIGNMENT[Alignment.TOWN_KILLING],)]
    assert fields["alive"][0] == 1
    assert ones(fields["ask"]) == [(0,)]
    assert fields["uses"][layout.ABILITY["execute"]] == pytest.approx(3 / 8)
    assert fields["uses"][layout.ABILITY["jail"]] == 1
    assert fields["uses"][layout.ABILITY["stab"]] == 0
    assert ones(fields["team_role"]) == []


def test_a_team_knows_its_roles_and_its_plans() -> None:
    night = e.PhaseOpened(PUBLIC, Phase.NIGHT, 1)
    chose = e.Chose(only(5, 6), 5, "order_kill", (2,))
    own = e.Chose(only(5, 6), 6, "kill", (3,))
    fields = seen_by(6, night, chose, own)
    assert ones(fields["team_role"]) == [(4, ROLE["Godfather"]), (5, ROLE["Mafioso"])]
    assert ones(fields["team_target"]) == [(4, 1)]
    assert ones(fields["choice"]) == [(layout.ABILITY["kill"],)]
    assert ones(fields["choice_target"]) == [(0, 2)]


@pytest.mark.parametrize(
    ("key", "value", "field", "place"),
    [
        ("guilt", 2, "flag", (layout.FLAGS.index("guilt"),)),
        ("prisoner", 3, "person", (layout.SEATED.index("prisoner"), 2)),
        ("jailed_on", 1, "dated", (layout.DATED.index("jailed_on"),)),
        ("carriers", 1 << 4, "listed", (0, 3)),
        ("jail_on", 1, "last_use", (layout.ABILITY["jail"],)),
    ],
)
def test_facts_about_oneself_are_seen(key: str, value: int, field: str, place: tuple[int, ...]) -> None:
    assert ones(seen_by(1, e.FactSet(only(1), 1, key, value))[field]) == [place]


def test_an_executioner_sees_its_target() -> None:
    (target,) = ones(seen_by(7)["person"][layout.SEATED.index("target")])
    assert target[0] in range(4)


def test_a_switch_and_a_reached_goal_are_seen() -> None:
    roles = ["Serial Killer", *ROLES[1:]]
    log = start(table_for("Classic", NAMED), "fields", roles)
    log += [e.FactSet(only(1), 1, "cautious", 1), e.GoalMet(only(1), 1)]
    fields = read(observation_from(log, 1))
    assert ones(fields["switch"]) == [(layout.ABILITY["cautious"],)]
    assert fields["goal_met"][0] == 1


def test_a_hidden_voice_is_seen_by_its_own_seat() -> None:
    voice = e.Balloted(only(2), 2, Verdict.INNOCENT)
    assert ones(seen_by(2, voice)["ballot"]) == [(layout.VERDICT[Verdict.INNOCENT],)]
    assert ones(seen_by(3, voice)["ballot"]) == []


def test_a_refused_answer_is_counted() -> None:
    refused = e.Decided(only(1), 1, "1:1", 0, "refused")
    assert seen_by(1, refused)["refused"][0] == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("report", "field", "places"),
    [
        (("sheriff_result", (5,), "suspicious"), "suspicious", [(4,)]),
        (("sheriff_result", (5,), "innocent"), "innocent", [(4,)]),
        (("investigator_result", (5,), "K"), "group", [(4, layout.GROUP["K"])]),
        (("role_result", (5,), "Godfather"), "exact", [(4, ROLE["Godfather"])]),
        (("lookout_result", (2, 5, 6)), "visit", [(4, 1), (5, 1)]),
        (("tracker_result", (5, 2, 3)), "visit", [(4, 1), (4, 2)]),
        (("psychic_result", (1, 5), "good"), "vision", [(1, 0), (1, 4)]),
        (("trap_triggered", (3,), "Jester, Medium"), "trapped", sorted([(ROLE["Jester"],), (ROLE["Medium"],)])),
        (("book_received", (6,)), "book", [(5,)]),
        (("spy_visit", (3,), "Mafia"), "spied", [(2,)]),
        (("spy_bug", (3,), "role_blocked"), "relayed", [(layout.KIND["role_blocked"],)]),
        (("role_blocked",), "report", [(layout.KIND["role_blocked"],)]),
        (("sheriff_result", (5,), "innocent"), "named", [(4,)]),
    ],
)
def test_reports_are_kept_for_their_seat(report: tuple, field: str, places: list[tuple[int, ...]]) -> None:
    told = e.Told(only(2), *report)
    assert ones(seen_by(2, told)[field]) == places
    assert ones(seen_by(3, told)[field]) == []


def test_a_later_result_replaces_an_earlier_one() -> None:
    first, second = (e.Told(only(2), "sheriff_result", (5,), value) for value in ("suspicious", "innocent"))
    fields = seen_by(2, first, second)
    assert (ones(fields["suspicious"]), ones(fields["innocent"])) == ([], [(4,)])


def test_kinds_of_reports_are_forgotten_when_the_next_night_begins() -> None:
    told = e.Told(only(2), "sheriff_result", (5,), "suspicious")
    fields = seen_by(2, told, e.Announced(PUBLIC, "full_moon"), e.PhaseOpened(PUBLIC, Phase.NIGHT, 2))
    assert [ones(fields[name]) for name in ("report", "named", "notice")] == [[], [], []]
    assert ones(fields["suspicious"]) == [(4,)]


def said(sentence: Sentence, speaker: int, channel: Channel = Channel.PUBLIC, to: int = PUBLIC) -> e.Said:
    """A line of these few."""
    return e.Said(to, speaker, channel, words(sentence, NAMED))


def test_the_latest_public_word_on_somebody_counts() -> None:
    claim, accusation, trust = Sentence(CLAIM, "Sheriff"), Sentence(ACCUSE, "", 3), Sentence(TRUST, "", 3)
    fields = seen_by(1, said(claim, 2), said(accusation, 2), said(trust, 4), said(accusation, 4))
    assert ones(fields["claim"]) == [(1, ROLE["Sheriff"])]
    assert ones(fields["accuses"]) == [(1, 2), (3, 2)]
    assert ones(fields["trusts"]) == []


def test_what_is_said_in_private_stays_there_and_may_have_no_name() -> None:
    unnamed = said(Sentence(ACCUSE, "", 3), 0, Channel.JAIL, only(2))
    named = said(Sentence(CLAIM, "Sheriff"), 2, Channel.JAIL, only(1, 2))
    fields = seen_by(2, unnamed, named)
    assert ones(fields["private_accuses"]) == [(0, 2)]
    assert ones(fields["private_claim"]) == [(2, ROLE["Sheriff"])]
    assert ones(fields["claim"]) == []
    assert ones(seen_by(1, unnamed, named)["private_accuses"]) == []


def test_other_words_are_no_sentences() -> None:
    fields = seen_by(1, e.Said(PUBLIC, 2, Channel.PUBLIC, "Good morning, I am not the Sheriff."))
    assert ones(fields["claim"]) == []


def test_seats_share_what_is_public_and_keep_apart_what_is_not() -> None:
    log = start(table_for("Classic", NAMED), "fields", ROLES)
    log.append(e.Told(only(2), "sheriff_result", (5,), "suspicious"))
    table = Table(range(1, 8))
    table.hear(log)
    state = fold_all(EMPTY, log)
    one, other = (read(table.observation(view(state, seat))) for seat in (2, 3))
    assert all(np.array_equal(one[f.name], other[f.name]) for f in FIELDS if f.part in ("world", "talk"))
    assert ones(one["suspicious"]) == [(4,)]
    assert ones(other["suspicious"]) == []


def test_a_view_of_another_moment_is_read_anew() -> None:
    log = start(table_for("Classic", NAMED), "fields", ROLES)
    table = Table([1])
    table.hear(log)
    seen = fold_view(log, 1)
    before = read(table.observation(seen))
    later = replace(seen, public=replace(seen.public, day=9))
    assert read(table.observation(later))["day"] != before["day"]
