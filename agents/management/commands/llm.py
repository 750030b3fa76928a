"""`manage.py llm`: bring the site up with a model on a lane, and play a match of models."""

from __future__ import annotations

import os
import signal
import time
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import connections

from agents import accounts, services
from agents.lanes.configuration import LaneSpec, ModelSpec
from agents.lanes.facts import Kind, State, Wanted
from agents.llm.presets import names, preset_for
from agents.models import Lane
from door.models import gpus
from game import services as game_services
from game.lobby import AgentSpec, LobbyError, LobbySpec, RoundsSpec, lobby_from_yaml, lobby_slots
from game.models import Decision, Match
from tossim_site.embedded.places import Places
from tossim_site.embedded.stack import Steps
from tossim_site.management.commands import up

CONCURRENCY = 32
DRILL_EVERY = 12
"""Decisions between two kills of a drill."""
LOOK_EVERY = 2.0
TELL_EVERY = 15.0
"""Seconds between two lines of progress."""


class Command(up.Command):
    """Registers the model and its lane, starts both with the site, plays, and accounts for every token."""

    help = "Play a match of language models: on a model server started here, or on any OpenAI-compatible one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        super().add_arguments(parser)
        parser.add_argument("--model", default="", help="a folder or a hub name")
        parser.add_argument(
            "--url", default="", help="an OpenAI-compatible server instead of one started here, with /v1"
        )
        parser.add_argument("--served", default="", help="the model's name at that server")
        parser.add_argument("--key-env", default="", help="the environment variable that holds that server's key")
        parser.add_argument("--name", default="", help="what lobbies call the model (default: from its own name)")
        parser.add_argument("--preset", default="", help=f"its family: {', '.join(names())} (default: by its name)")
        parser.add_argument(
            "--gpu",
            default="",
            help="devices of the server, such as 0 or 0,1; none: the CPU (default: the first GPU there is)",
        )
        parser.add_argument("--window", type=int, default=8192, help="tokens of context")
        parser.add_argument("--kv-cache", type=int, default=8, help="on the CPU: GiB for the KV cache")
        parser.add_argument("--notation", default="compact", choices=("plain", "compact"))
        parser.add_argument("--think", type=int, default=0, help="tokens of thought before an action")
        parser.add_argument("--act", type=int, default=64, help="tokens for an action: the default is two sentences")
        parser.add_argument("--no-structure", action="store_true", help="no grammar: the model writes its tags alone")
        parser.add_argument("--lobby", type=Path, help="a lobby; where it names no agents, every seat is the model")
        parser.add_argument("--seats", type=int, default=15, help="7 to 15")
        parser.add_argument("--seed", help="of the match")
        parser.add_argument("--kills", type=int, default=0, help="a drill: kill our server so often meanwhile")
        parser.add_argument("--once", action="store_true", help="stop everything when the match has ended")

    def handle(self, *, host: str, port: int, **chosen: Any) -> None:
        """Bring up and play."""
        lobby = self.lobby(chosen)
        self.failure = ""

        def steps(here: Places, url: str) -> Steps:
            return Steps(
                partial(self.prepare, here, chosen),
                partial(self.play, url, lobby, chosen),
                up.lanes_wanted,
                up.training_wanted,
            )

        try:
            self.bring_up(host, port, steps)
        finally:
            if self.failure:
                raise CommandError(self.failure)

    def lobby(self, chosen: Mapping[str, Any]) -> LobbySpec:
        """The lobby: the one given, or a table full of the model. Raises CommandError."""
        name, seats = model_name(chosen), chosen["seats"]
        if file := chosen["lobby"]:
            try:
                spec = lobby_from_yaml(file.read_text("utf-8"))
                return spec if spec.agents else filled(spec, name)
            except (OSError, UnicodeDecodeError) as error:
                raise CommandError(f"{file} cannot be read: {error}") from error
            except LobbyError as error:
                raise CommandError("\n".join(f"{file}: {problem}" for problem in error.problems)) from error
        if not 7 <= seats <= 15:
            raise CommandError("A table has 7 to 15 seats.")
        rounds = RoundsSpec(discussion=1, voting=2, night=0)
        return filled(LobbySpec(title=f"{name} at every seat", players=seats, rounds=rounds), name)

    def prepare(self, here: Places, chosen: Mapping[str, Any]) -> None:
        """Bring the database up to date and register what was chosen."""
        up.prepare(here)
        try:
            register(chosen)
        finally:
            connections.close_all()

    def play(self, url: str, lobby: LobbySpec, chosen: Mapping[str, Any]) -> None:
        """Wait for the lane, play, account."""
        try:
            lane = self.lane_ready(model_name(chosen))
            if lane is None or chosen["no_match"]:
                self.announce([("lanes", f"{url}/lanes"), ("home", f"{url}/")])
                return
            match = game_services.match_create(spec=lobby, seed=chosen["seed"])
            if match.has_people:
                self.say("the match begins when its people have sat down")
            else:
                match = game_services.match_start(match=match)
            self.announce([("match", f"{url}/m/{match.pk}"), ("lanes", f"{url}/lanes"), ("home", f"{url}/"),
                           ("admin", up.admin_address(url, chosen["login_link"]))])  # fmt: skip
            self.follow(match, lane, chosen["kills"])
        except LobbyError as error:
            self.failure = str(error)
        finally:
            connections.close_all()
            if self.failure or chosen["once"]:
                os.kill(os.getpid(), signal.SIGINT)

    def lane_ready(self, name: str) -> Lane | None:
        """The model's lane, once it answers; None, with the failure said, where it never will."""
        told = 0.0
        while True:
            lane = Lane.objects.get(name=name)
            if lane.kind == Kind.ENDPOINT or lane.state == State.READY:
                self.say(f"lane {name} answers at {lane.url}")
                return lane
            if lane.state == State.BROKEN:
                self.failure = f"The lane {name} cannot be started: {lane.last_error}"
                return None
            if time.monotonic() - told > TELL_EVERY:
                told = time.monotonic()
                failed = lane.last_error if lane.state != State.OFF else ""  # or it is of an earlier time
                said = failed or "a server takes half a minute or more to start"
                self.say(f"lane {name}: {lane.state}; {said}")
            time.sleep(LOOK_EVERY)

    def follow(self, match: Match, lane: Lane, kills: int) -> None:
        """Tell how the match goes, and at the end what it cost; meanwhile kill the server so often."""
        began, told, before = time.monotonic(), time.monotonic(), accounts.counters(lane)
        killed: list[int] = []
        while not match.ended:
            time.sleep(LOOK_EVERY)
            match.refresh_from_db()
            if len(killed) < kills and (pid := self.kill(lane, match, killed)):
                killed.append(pid)
            if time.monotonic() - told > TELL_EVERY and match.status != Match.Status.OPEN:
                told = time.monotonic()
                self.say(accounts.progress(match, time.monotonic() - began))
        seconds = time.monotonic() - began
        for line in accounts.report(match, seconds, None if killed else before, accounts.counters(lane)):
            self.say(line)
        if killed:
            lane.refresh_from_db()
            self.say(f"the server was killed {len(killed)} times and restarted {lane.restarts} times")
        self.say(accounts.whole(match))
        if match.status != Match.Status.FINISHED:
            self.failure = f"The match ended as {match.get_status_display()}: {match.error}"

    def kill(self, lane: Lane, match: Match, killed: Sequence[int]) -> int | None:
        """Kill the server once it answers again and the match has gone on; its pid, None where it is not time yet."""
        lane.refresh_from_db()
        decisions = Decision.objects.filter(match=match).exclude(model="").count()
        if (
            lane.state != State.READY
            or not lane.pid
            or lane.pid in killed
            or decisions < DRILL_EVERY * (len(killed) + 1)
        ):
            return None
        os.kill(lane.pid, signal.SIGKILL)
        self.say(f"killed the server (process {lane.pid}) after {decisions} decisions")
        return lane.pid


def filled(spec: LobbySpec, model: str) -> LobbySpec:
    """The lobby with the model at every seat."""
    return spec.model_copy(update={"agents": [AgentSpec(model=model) for _ in lobby_slots(spec)]})


def model_name(chosen: Mapping[str, Any]) -> str:
    """What lobbies call the model."""
    name = chosen["name"] or Path(chosen["model"] or chosen["served"]).name
    if not name:
        raise CommandError("Say which model: --model FOLDER_OR_HUB_NAME, or --url ADDRESS with --served NAME.")
    return str(name).lower()


def devices(wish: str) -> str:
    """The devices of a server: those that were wished for, else the first GPU, else none."""
    if wish:
        return "" if wish == "none" else wish
    return "0" if gpus() else ""


def register(chosen: Mapping[str, Any]) -> None:
    """The model and its lane as rows, the lane wanted."""
    name, base = model_name(chosen), chosen["model"] or chosen["served"]
    model = ModelSpec(
        name=name, base=base, preset=chosen["preset"] or preset_for(base), window=chosen["window"],
        notation=chosen["notation"], think_tokens=chosen["think"], act_tokens=chosen["act"],
        structured=not chosen["no_structure"], tokenizer=base if Path(base).is_dir() else "",
    )  # fmt: skip
    lane = LaneSpec(
        name=name, kind=Kind.ENDPOINT if chosen["url"] else Kind.OWN, url=chosen["url"], key_env=chosen["key_env"],
        base=base, devices=devices(chosen["gpu"]), max_model_len=chosen["window"], kv_cache_gib=chosen["kv_cache"],
        max_loras=2, concurrency=CONCURRENCY,
    )  # fmt: skip
    services.model_register(spec=model)
    services.lane_wanted(lane=services.lane_register(spec=lane), wanted=Wanted.ON)
