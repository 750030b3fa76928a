"""Models, lanes and placements in rows."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from agents import selectors, services, watching
from agents.lanes.configuration import LaneSpec, ModelSpec
from agents.lanes.facts import State, Wanted
from agents.lanes.server import Report
from agents.llm.record import ModelRecord, Notation, Preset, Protocol
from agents.models import Lane, LanguageModel, Placement, Swap
from game.models import Match
from game.services import Rejected
from tests.lanes.conftest import silent_for
from tests.llm.servers import Double, serving

pytestmark = pytest.mark.django_db
FILE = """
models:
  - {name: smol, base: models/smollm2, preset: smollm}
lanes:
  - {name: cpu, base: models/smollm2, concurrency: 8}
"""
PRESET = Preset("family", special=("<|im_start|>",), instruction="<user>", response="<bot>", stop=("STOP",))


# The registry ---------------------------------------------------------------------------------------------------------


def test_a_file_is_loaded_as_often_as_one_likes(tmp_path, settings, capsys):
    path = tmp_path / "lanes.yaml"
    path.write_text(FILE)
    for _ in range(2):
        call_command("lanes_load", path)
    settings.TOSSIM_LANES = str(path)
    path.write_text(FILE.replace("concurrency: 8", "concurrency: 9"))
    Lane.objects.update(wanted="on", url="http://127.0.0.1:1/v1")
    call_command("lanes_load")
    lane = Lane.objects.get()
    assert (LanguageModel.objects.count(), lane.concurrency) == (1, 9)
    assert (lane.wanted, lane.url) == ("on", "http://127.0.0.1:1/v1")  # what a file does not say stays
    assert "lanes: cpu" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "said"),
    [("lanes:\n  - {name: a, bas: x}", r"lanes.yaml: line 2: unknown key 'bas'"), (None, "cannot be read")],
)
def test_a_file_that_cannot_be_used_changes_nothing(tmp_path, text, said):
    path = tmp_path / "lanes.yaml"
    if text:
        path.write_text(text)
    with pytest.raises(CommandError, match=said):
        call_command("lanes_load", path)
    assert not Lane.objects.exists()


def test_without_a_file_the_command_says_where_one_may_be_named():
    with pytest.raises(CommandError, match="TOSSIM_LANES"):
        call_command("lanes_load")


def test_lanes_of_two_files_share_a_gpu_too(new_lane):
    new_lane("a", devices="0", memory_fraction=0.6)
    with pytest.raises(Rejected, match="device 0"):
        services.lane_register(spec=LaneSpec(name="b", base="x", devices="0", memory_fraction=0.6))


def test_a_record_is_the_preset_with_what_the_row_says_otherwise():
    model = services.model_register(
        spec=ModelSpec(
            name="bad", base="base", adapter="/adapters/bad", preset="family", notation="compact", protocol="tools",
            window=4096, persona="You lie.", stop=["END"], system_role=False, response_marker="<answer>",
            overrides={
                "sampling": {"temperature": 0.5}, "resumes": False, "special": ["<x>"], "think": ["<t>", "</t>"],
            },
            price_prompt=1.0, price_completion=3.0, tokenizer="models/tok", window_policy="summarise",
        )
    )  # fmt: skip
    assert selectors.record_of(model, PRESET) == ModelRecord(
        name="bad", served="bad", window=4096, notation=Notation.COMPACT, protocol=Protocol.TOOLS, persona="You lie.",
        tokenizer="models/tok", sampling={"temperature": 0.5}, window_policy="summarise", price=(1.0, 0.0, 3.0),
        preset=Preset(
            "family", special=("<|im_start|>", "<x>"), instruction="<user>", response="<answer>", system_role=False,
            resumes=False, think=("<t>", "</t>"), stop=("END",),
        ),
    )  # fmt: skip


def test_a_record_of_a_base_is_served_under_its_name(smol):
    record = selectors.record_of(smol, PRESET)
    assert (record.served, record.preset, record.sampling) == ("base", PRESET, {})


def test_a_model_whose_adapter_changes_has_a_new_version(bad):
    again = services.model_register(spec=ModelSpec(name="bad", base="base", preset="smollm", adapter="/adapters/new"))
    assert (again.pk, again.adapter_version) == (bad.pk, 1)


# Watchers -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "state", "found"),
    [
        (Wanted.ON, State.OFF, ["cpu"]),
        (Wanted.ASLEEP, State.OFF, ["cpu"]),
        (Wanted.ON, State.READY, ["cpu"]),
        (Wanted.ON, State.BROKEN, []),
        (Wanted.DRAINING, State.DRAINING, []),
        (Wanted.OFF, State.OFF, []),
    ],
)
def test_a_site_watches_what_is_wanted_and_not_given_up(new_lane, settings, tmp_path, wanted, state, found):
    settings.VAR = tmp_path
    lane = new_lane("cpu")
    Lane.objects.update(wanted=wanted, state=state)
    assert watching.lanes_unwatched() == found
    with watching.alone(lane):
        assert watching.lanes_unwatched() == []


def test_a_new_start_of_the_site_gives_what_is_wanted_another_chance(new_lane):
    for wanted in ("on", "asleep", "off"):
        new_lane(wanted)
        Lane.objects.filter(name=wanted).update(wanted=wanted, state=State.BROKEN)
    services.lanes_renew()
    assert dict(Lane.objects.values_list("name", "state")) == {"on": "off", "asleep": "off", "off": "broken"}


def test_what_was_given_up_is_begun_anew_when_it_is_wanted_again(new_lane):
    lane = new_lane("cpu", up="http://127.0.0.1:1/v1")
    Lane.objects.update(state=State.BROKEN)
    services.lane_wanted(lane=lane, wanted=Wanted.ON)
    assert Lane.objects.get().state == State.OFF


# What is wanted and what is -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "wanted", "said"),
    [("off", Wanted.DRAINING, "nothing to drain"), ("ready", Wanted.ASLEEP, "in no swap_group")],
)
def test_what_cannot_be_wanted_is_refused(new_lane, state, wanted, said):
    lane = new_lane(up="http://127.0.0.1:1/v1")
    Lane.objects.update(state=state)
    with pytest.raises(Rejected, match=said):
        services.lane_wanted(lane=lane, wanted=wanted)


def test_stopping_a_lane_that_nobody_watches_any_more_is_believed(new_lane):
    lane = new_lane(up="http://127.0.0.1:1/v1")
    silent_for(lane, 60)
    assert services.lane_wanted(lane=lane, wanted=Wanted.OFF).state == State.OFF


def test_an_endpoint_is_asked_at_once(new_lane, monkeypatch):
    double = Double(key="secret-key")
    with serving(double):
        lane = new_lane(kind="endpoint", url=double.url, key_env="CLOUD_KEY")
        wanted = services.lane_wanted(lane=lane, wanted=Wanted.ON)
        assert (wanted.state, wanted.last_error) == ("down", "the environment variable CLOUD_KEY is not set")
        monkeypatch.setenv("CLOUD_KEY", "wrong")
        assert "refuses the key in CLOUD_KEY (401)" in services.lane_probe(lane=lane).last_error
        monkeypatch.setenv("CLOUD_KEY", "secret-key")
        probed = services.lane_probe(lane=lane)
        assert (probed.state, probed.last_error, probed.metrics["cache_hit_share"]) == ("ready", "", 0.83)
    gone = services.lane_probe(lane=lane)
    assert gone.state == "down"
    assert "does not answer" in gone.last_error
    assert not any("secret-key" in str(value) for value in vars(Lane.objects.get()).values())


def test_an_endpoint_that_drains_goes_off_when_its_seats_have_ended(new_lane, smol, match):
    double = Double()
    with serving(double):
        lane = new_lane(kind="endpoint", url=double.url)
        services.lane_wanted(lane=lane, wanted=Wanted.ON)
        services.seats_place(match_id=match.pk, models={1: "smol"})
        services.lane_wanted(lane=lane, wanted=Wanted.DRAINING)
        assert services.lane_probe(lane=lane).state == "draining"
        Match.objects.update(status="finished")
        assert services.lane_probe(lane=lane).state == "off"


def test_a_watchers_reports_are_kept_and_a_new_process_has_no_adapters(new_lane):
    lane = new_lane()
    services.lane_report(name="a", report=Report(State.READY, "http://127.0.0.1:5/v1", pid=7, since=100.0))
    Lane.objects.update(adapters={"bad": {"path": "/x", "version": 0, "used_at": 1.0, "uses": 1}})
    services.lane_report(name="a", report=Report(State.ASLEEP, "http://127.0.0.1:5/v1", pid=7))
    lane.refresh_from_db()
    assert (lane.state, lane.pid, list(lane.adapters)) == ("asleep", 7, ["bad"])
    services.lane_report(name="a", report=Report(State.DOWN, error="killed", restarts=1))
    lane.refresh_from_db()
    assert (lane.state, lane.adapters, lane.restarts, lane.last_error) == ("down", {}, 1, "killed")


def test_a_lane_that_has_drained_is_wanted_no_more(new_lane):
    lane = new_lane(up="http://127.0.0.1:1/v1")
    services.lane_wanted(lane=lane, wanted=Wanted.DRAINING)
    services.lane_report(name="a", report=Report(State.OFF))
    lane.refresh_from_db()
    assert (lane.wanted, lane.state) == ("off", "off")


# Turns ----------------------------------------------------------------------------------------------------------------


def test_of_a_group_one_lane_is_awake_and_the_other_comes_when_seats_wait(new_lane, match):
    other = services.model_register(spec=ModelSpec(name="large", base="large", preset="qwen"))
    first = new_lane("first", up="http://127.0.0.1:1/v1", devices="0", swap_group="gpu")
    second = new_lane("second", up="http://127.0.0.1:2/v1", base="large", devices="0", swap_group="gpu")
    Lane.objects.filter(pk=second.pk).update(state="asleep")
    assert services.lane_wanted(lane=second, wanted=Wanted.ON).wanted == "asleep"
    assert services.group_swap(group="gpu") is None
    (place,) = services.seats_place(match_id=match.pk, models={1: other.name})
    assert place.reason == "the only lane that serves the model, it is asleep now"
    swap = services.group_swap(group="gpu")
    assert swap is not None
    assert (swap.lane_from, swap.lane_to, swap.seconds) == ("first", "second", None)
    assert services.group_swap(group="gpu") is None
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.wanted, second.wanted) == ("asleep", "on")
    services.lane_report(name="second", report=Report(State.READY, since=1.0))
    assert Swap.objects.get().seconds is not None


# Placements -----------------------------------------------------------------------------------------------------------


def test_the_seats_of_a_match_are_placed_once(new_lane, smol, match):
    new_lane(up="http://127.0.0.1:1/v1")
    first = services.seats_place(match_id=match.pk, models=dict.fromkeys(range(1, 16), "smol"))
    again = services.seats_place(match_id=match.pk, models=dict.fromkeys(range(1, 16), "smol"))
    assert [(place.seat, place.lane) for place in first] == [(place.seat, place.lane) for place in again]
    assert Placement.objects.count() == 15
    assert selectors.seats_by_lane() == {Lane.objects.get().pk: 15}
    Match.objects.update(status="finished")
    assert selectors.seats_by_lane() == {}


def test_a_failover_adds_a_row_and_the_newest_holds(new_lane, smol, match):
    new_lane("a", up="http://127.0.0.1:1/v1")
    services.seat_place(match_id=match.pk, seat=3, model="smol")
    new_lane("b", up="http://127.0.0.1:2/v1")
    services.seat_place(match_id=match.pk, seat=3, model="smol", avoid=frozenset({"a"}), why="a is down")
    rows = list(Placement.objects.values_list("seat", "lane_name", "reason"))
    assert rows == [
        (3, "a", "the only lane that serves the model"),
        (3, "b", "a is down: the only lane that serves the model"),
    ]
    assert selectors.placements_of(match.pk)[3].lane_name == "b"
    assert {lane.name: lane.seats for lane in selectors.lanes_as_they_stand()} == {"a": 0, "b": 1}


def test_a_seat_whose_lane_was_deleted_finds_another(new_lane, smol, match):
    new_lane("a", up="http://127.0.0.1:1/v1")
    services.seat_place(match_id=match.pk, seat=3, model="smol")
    Lane.objects.all().delete()
    assert services.seat_place(match_id=match.pk, seat=3, model="smol").lane is None
    new_lane("b", up="http://127.0.0.1:2/v1")
    assert services.seat_place(match_id=match.pk, seat=3, model="smol").lane == "b"
    assert Placement.objects.first().lane_name == "a"


def test_a_model_that_nobody_registered_is_named(match):
    with pytest.raises(Rejected, match="There is no model 'nobody'"):
        services.seats_place(match_id=match.pk, models={1: "nobody"})
    assert services.seat_place(match_id=match.pk, seat=1, model="nobody").lane is None


@pytest.mark.parametrize(("seconds", "watched"), [(1, True), (60, False)])
def test_a_watcher_that_gives_no_sign_is_taken_for_dead(new_lane, seconds, watched):
    lane = new_lane(up="http://127.0.0.1:1/v1")
    silent_for(lane, seconds)
    (facts,) = selectors.lanes_as_they_stand()
    assert facts.watched is watched
