"""The watcher of a lane of our own, on real processes that look like vLLM from outside."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from agents.lanes import process
from agents.lanes.command import ServerSpec, command
from agents.lanes.control import Control, Silent
from agents.lanes.facts import State, Wanted
from agents.lanes.processor import Processor
from agents.lanes.server import Report, Timing, Watcher, Wish

ROOT = Path(__file__).resolve().parents[2]
FAKE = {"PYTHONPATH": f"{ROOT / 'tests/llm/fake'}{os.pathsep}{ROOT}"}
QUICK = Timing(beat=0.02, pause=0.01, longest_pause=0.02, most_deaths=3, grace=5.0, probe=2.0, most_probes=2)
LIMIT = 60.0


@dataclass
class Memory:
    """A store in memory that can be waited for."""

    wished: Wish | None = field(default_factory=lambda: Wish(Wanted.ON))
    told: list[Report] = field(default_factory=list)
    figures: list[dict] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def wish(self) -> Wish | None:
        return self.wished

    async def tell(self, report: Report) -> None:
        async with self.changed:
            self.told.append(report)
            self.changed.notify_all()

    async def beat(self, figures) -> None:
        async with self.changed:
            self.figures += [dict(figures)] if figures else []
            self.changed.notify_all()

    async def until(self, holds: Callable[[], bool]) -> None:
        async with self.changed:
            await asyncio.wait_for(self.changed.wait_for(holds), LIMIT)

    async def state(self, state: State, times: int = 1) -> Report:
        await self.until(lambda: [report.state for report in self.told].count(state) >= times)
        return [report for report in self.told if report.state is state][times - 1]

    @property
    def states(self) -> list[State]:
        return [report.state for report in self.told]


@pytest.fixture
def watched(tmp_path):
    """`async with watched(...) as (store, watcher, task)`: a watcher that runs, and is stopped in the end."""

    @asynccontextmanager
    async def watch(timing: Timing = QUICK, spec: dict | None = None, **environment: str):
        store, said = Memory(), []

        async def fresh() -> ServerSpec:
            return replace(ServerSpec("a", "org/model", process.free_port()), **(spec or {}))

        watcher = Watcher(
            spec=fresh, command=lambda found: command(found, sys.executable, Processor(2), {}), store=store,
            log=tmp_path / "lane-a.log", environment={**os.environ, **FAKE, **environment}, say=said.append,
            timing=timing,
        )  # fmt: skip
        task = asyncio.create_task(watcher.run())
        try:
            yield store, watcher, task
        finally:
            watcher.stopping.set()
            await asyncio.wait_for(task, LIMIT)

    return watch


async def answers(url: str) -> bool:
    try:
        return (await Control(url).ask("/health")).good
    except Silent:
        return False


async def test_a_lane_comes_up_tells_its_figures_and_goes_down_when_it_is_wanted_no_more(watched):
    async with watched() as (store, _, task):
        ready = await store.state(State.READY)
        assert await answers(ready.url)
        assert ready.pid
        assert ready.since
        await store.until(lambda: bool(store.figures))
        assert store.figures[0]["cache_hit_share"] == 0.83
        store.wished = Wish(Wanted.OFF)
        assert await asyncio.wait_for(task, LIMIT) is State.OFF
        assert store.states == [State.STARTING, State.READY, State.OFF]
        assert not await answers(ready.url)


async def test_a_lane_that_is_deleted_goes_down(watched):
    async with watched() as (store, _, task):
        await store.state(State.READY)
        store.wished = None
        assert await asyncio.wait_for(task, LIMIT) is State.OFF


async def test_a_server_that_is_killed_is_started_again_as_often_as_it_takes(watched):
    async with watched(replace(QUICK, most_probes=1000)) as (store, _, _):  # its end is seen before its silence counts
        for times in (1, 2, 3, 4):
            ready = await store.state(State.READY, times)
            if times < 4:
                os.kill(ready.pid, signal.SIGKILL)
        downs = [report for report in store.told if report.state is State.DOWN]
        assert [report.restarts for report in downs] == [1, 2, 3]
        assert all("was killed by SIGKILL" in report.error for report in downs)
        assert ready.error == ""
        assert await answers(ready.url)


async def test_a_server_that_never_comes_up_is_given_up_and_the_end_of_its_log_is_kept(watched):
    async with watched(FAKE_VLLM="die") as (store, _, task):
        assert await asyncio.wait_for(task, LIMIT) is State.BROKEN
        assert store.states.count(State.STARTING) == 3
        assert store.told[-1].state is State.BROKEN
        assert "ended with exit code 1" in store.told[-1].error
        assert "OutOfMemoryError" in store.told[-1].error


async def test_a_server_that_is_not_ready_in_time_counts_as_dead(watched):
    timing = replace(QUICK, ready_within=0.0, most_deaths=1)
    async with watched(timing, FAKE_VLLM="deaf") as (store, _, task):
        assert await asyncio.wait_for(task, LIMIT) is State.BROKEN
        assert "was not ready within 0 s" in store.told[-1].error


async def test_a_server_that_hangs_is_started_again(watched):
    async with watched(replace(QUICK, probe=0.2, grace=0.2)) as (store, _, _):
        ready = await store.state(State.READY)
        os.kill(ready.pid, signal.SIGSTOP)
        down = await store.state(State.DOWN)
        assert "gave no answer 2 times in a row" in down.error


async def test_a_lane_that_drains_ends_when_nobody_has_a_place_there(watched):
    async with watched() as (store, _, task):
        await store.state(State.READY)
        store.wished = Wish(Wanted.DRAINING, seats=2)
        draining = await store.state(State.DRAINING)
        assert await answers(draining.url)
        assert not task.done()
        store.wished = Wish(Wanted.DRAINING, seats=0)
        assert await asyncio.wait_for(task, LIMIT) is State.OFF


async def test_a_server_that_can_sleep_sleeps_and_wakes_in_the_same_process(watched):
    async with watched(spec={"devices": "0", "sleeps": True}) as (store, _, _):
        ready = await store.state(State.READY)
        store.wished = Wish(Wanted.ASLEEP)
        asleep = await store.state(State.ASLEEP)
        assert asleep.pid == ready.pid
        store.wished = Wish(Wanted.ON)
        assert (await store.state(State.READY, 2)).pid == ready.pid


async def test_one_that_cannot_sleep_is_stopped_and_started(watched):
    async with watched() as (store, _, _):
        ready = await store.state(State.READY)
        store.wished = Wish(Wanted.ASLEEP)
        assert (await store.state(State.ASLEEP)).pid is None
        assert not await answers(ready.url)
        store.wished = Wish(Wanted.ON)
        assert (await store.state(State.READY, 2)).pid != ready.pid


async def test_a_lane_without_room_waits_for_it(watched):
    async with watched() as (store, _, _):
        store.wished = Wish(Wanted.ON, room=False)
        await store.state(State.ASLEEP)
        store.wished = Wish(Wanted.ON)
        await store.state(State.READY)


async def test_a_port_that_another_program_has_is_not_taken_for_ours(watched):
    listener = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    async with watched(spec={"port": port}) as (store, _, task):
        assert await asyncio.wait_for(task, LIMIT) is State.BROKEN
        assert f"Port {port} is taken" in store.told[-1].error
    listener.close()


async def test_an_interpreter_that_does_not_exist_is_named(watched, tmp_path):
    async with watched() as (store, watcher, task):
        watcher.command = lambda found: command(found, str(tmp_path / "no-python"), Processor(2), {})
        store.told.clear()
        assert await asyncio.wait_for(task, LIMIT) is State.BROKEN
        assert "no-python" in store.told[-1].error


async def test_when_the_watcher_is_told_to_stop_nothing_is_left_running(watched):
    async with watched() as (store, watcher, task):
        ready = await store.state(State.READY)
        watcher.stopping.set()
        assert await asyncio.wait_for(task, LIMIT) is State.OFF
        assert not await answers(ready.url)


def test_the_server_of_a_watcher_that_is_killed_ends_too(tmp_path):
    words = (
        "import asyncio, os, sys\n"
        "from pathlib import Path\n"
        "from agents.lanes import process\n"
        "from agents.lanes.command import Command\n"
        "async def main():\n"
        "    child = await process.start(Command((sys.executable, '-c', 'import signal; print(1, flush=True); "
        "signal.pause()')), Path(sys.argv[1]), os.environ)\n"
        "    print(child.pid, flush=True)\n"
        "    await child.wait()\n"
        "asyncio.run(main())\n"
    )
    log = tmp_path / "log"
    watcher = subprocess.Popen([sys.executable, "-c", words, str(log)], cwd=ROOT, stdout=subprocess.PIPE)
    child = int(watcher.stdout.readline())
    pidfd = os.pidfd_open(child)
    watcher.kill()
    watcher.wait()
    assert select.select([pidfd], [], [], LIMIT)[0], "the server outlives its watcher"
    os.close(pidfd)
    watcher.stdout.close()


def test_a_long_log_is_set_aside(tmp_path, monkeypatch):
    monkeypatch.setattr(process, "LONGEST_LOG", 10)
    log = tmp_path / "lane.log"
    log.write_text("a long story of old\n")

    async def start() -> None:
        child = await process.start(process.Command((sys.executable, "-c", "print('new')")), log, os.environ)
        await child.wait()

    asyncio.run(start())
    assert process.tail(log) == "new"
    assert process.tail(tmp_path / "lane.log.1") == "a long story of old"
    assert process.tail(tmp_path / "none") == ""


def test_the_first_error_of_a_start_is_why_it_failed(tmp_path):
    log = tmp_path / "lane.log"
    log.write_text("ValueError: of an earlier start\n")
    earlier = process.size(log)
    with log.open("a") as more:
        more.write("WARNING this can cause errors like `OSError: too many files`\n")
        more.write("(Worker) ERROR ValueError: too little memory\nRuntimeError: see above\nbye\n")
    assert process.cause(log, earlier) == "ValueError: too little memory"
    assert process.cause(log, earlier + 10**6) == "ValueError: of an earlier start"  # the log was set aside since
    log.write_text("ValueError: of a request long ago\n" + "served\n" * 300)
    assert process.cause(log) == "served"
    log.write_text("no port\n")
    assert process.cause(log) == "no port"
    assert process.cause(tmp_path / "none") == ""
