"""The comparison with peers: what is made of measurements, without measuring."""

import re

import pytest

from bench import peers
from bench.__main__ import main
from bench.peers import PEERS, NotMeasured, Row
from bench.players.clock import Played, timed


def found(decisions, matches=2.0):
    return {
        "decisions_per_second": decisions,
        "matches_per_second": matches,
        "log_bytes_per_match": 98765,
        "roles": 18,
        "seats": 15,
        "talk_share": 0.468,
    }


KAGGLE, WRAPPED, RAW = PEERS
ROWS = [
    Row(peers.OURS, found(12000, 1234.56)),
    Row(KAGGLE.name, found(60)),
    Row(WRAPPED.name, None, "it could not be installed: no network"),
    Row(RAW.name, found(120000)),
]


def cells(line):
    return re.split(r"\s{2,}", line)


def test_the_table_has_a_line_for_each_system_with_its_ratio_to_each_peer():
    head, ours, kaggle, _, raw = peers.table(ROWS).splitlines()
    assert cells(head) == ["system", "roles", "seats", "matches/s", "decisions/s", "talk",
                           "x Kaggle", "x TextArena", "x raw", "log bytes"]  # fmt: skip
    assert cells(ours) == [peers.OURS, "18", "15", "1,234.6", "12,000", "47%", "200", "-", "0.10", "98,765"]
    assert cells(kaggle)[6:9] == ["1.00", "-", "0.0005"]
    assert cells(raw)[6:9] == ["2,000", "-", "1.00"]


def test_a_peer_that_could_not_be_measured_says_why_in_its_own_line():
    line = peers.table(ROWS).splitlines()[3]
    assert cells(line) == [WRAPPED.name, "not measured: it could not be installed: no network"]


def test_what_keeps_a_peer_from_being_measured_becomes_the_reason_of_its_row(monkeypatch, tmp_path):
    monkeypatch.setenv("TOSSIM_VAR", str(tmp_path))
    monkeypatch.setattr(peers, "_ways", lambda folder, pins: [[["sh", "-c", "echo no room >&2; exit 1"]]])
    monkeypatch.setattr(peers, "played", lambda command: found(1))
    rows = peers.measured()
    assert [row.reason for row in rows] == ["", *["it could not be installed: no room"] * len(PEERS)]
    assert not list(tmp_path.rglob(".installed"))


def test_a_player_that_fails_hands_on_its_last_words():
    with pytest.raises(NotMeasured, match="its player failed: out of luck"):
        peers.played(["sh", "-c", "echo first >&2; echo out of luck >&2; exit 3"])


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_every_peer_has_a_player_and_complete_pins(peer):
    pins = (peers.PLAYERS / f"{peer.player}.txt").read_text()
    assert (peers.PLAYERS / f"{peer.player}.py").exists()
    assert peers.version_in(pins, peer.package)
    assert all(re.fullmatch(r"#.*|[\w.-]+==[\w.]+", line) for line in pins.splitlines())


def test_a_player_plays_the_same_matches_in_every_run_and_counts_them_once():
    seeds = []

    def play(seed):
        seeds.append(seed)
        sum(range(20000))  # some time must pass on the clock
        return Played(10 + seed, 4, frozenset({"Mafia", f"Role {seed}"}), lambda: 100 * (seed + 1))

    told = timed(play, matches=2, runs=3)
    assert seeds == [0, 1] * 4, "a warm-up and three runs"
    assert told["roles"] == 3
    assert told["log_bytes_per_match"] == 150
    assert told["talk_share"] == round(8 / 21, 3)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["nope"], "There is no benchmark nope"),
        (["--matches", "5"], "--matches needs one benchmark named before it"),
    ],
)
def test_the_command_refuses_what_it_cannot_run(words, complaint, capsys):
    assert main(words) == 2
    assert complaint in capsys.readouterr().err
