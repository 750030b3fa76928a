"""The lanes page in the browser: what stands, what is old, and what only staff may read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from agents import services
from agents.lanes.configuration import LaneSpec, ModelSpec
from agents.models import Lane, Swap
from tests.browser.visitor import Visitor

Visit = Callable[..., Visitor]
FIGURES = {
    "tokens_per_second": 541.7, "running": 6, "waiting": 2, "cache_hit_share": 0.834, "kv_usage": 0.31,
}  # fmt: skip


def put(name: str, *, seen: float = 0.0, figures: dict[str, Any] | None = None, **columns: Any) -> None:
    """A lane as its watcher left it `seen` seconds ago."""
    keys = {key: columns.pop(key) for key in list(columns) if key in LaneSpec.model_fields and key != "url"}
    lane = services.lane_register(spec=LaneSpec(**{"name": name, "base": "models/smollm2", **keys}))
    moment = timezone.now() - timedelta(seconds=seen)
    columns = {"heartbeat_at": moment, "metrics": figures or {}, "metrics_at": moment if figures else None, **columns}
    Lane.objects.filter(pk=lane.pk).update(**columns)


@pytest.fixture
def lanes(stack: Any) -> None:
    """One of every kind."""
    for name in ("smollm2", "smollm2-misaligned"):
        adapter = "adapters/bad" if "mis" in name else ""
        services.model_register(spec=ModelSpec(name=name, base="models/smollm2", preset="smollm", adapter=adapter))
    since = timezone.now() - timedelta(minutes=12)
    loaded = {"smollm2-misaligned": {"path": "adapters/bad", "version": 0, "used_at": 0.0, "uses": 3}}
    put("cpu", state="ready", wanted="on", max_loras=2, figures=FIGURES, started_at=since, adapters=loaded,
        url="http://127.0.0.1:8101/v1", restarts=1, last_error="the server was killed by SIGKILL.")  # fmt: skip
    put("gpu-large", state="asleep", wanted="asleep", base="org/large", devices="0", swap_group="gpu0")
    put("gpu-other", state="ready", wanted="on", base="org/other", devices="0", swap_group="gpu0", started_at=since,
        figures={**FIGURES, "tokens_per_second": None, "cache_hit_share": None})  # fmt: skip
    put("broken", state="broken", last_error="torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.")
    put("down", state="down", wanted="on", restarts=4, last_error="the server ended with exit code 1.")
    put("lost", state="ready", wanted="on", seen=600, figures=FIGURES, started_at=since)
    put("loading", state="starting", wanted="on")
    put("off", state="off")
    Swap.objects.create(group="gpu0", lane_from="gpu-large", lane_to="gpu-other", reason="7 seats wait", seconds=3.4)


def lane(page: Page, name: str) -> Locator:
    """What is shown of a lane; `name: word` of one that stands so."""
    return page.get_by_role("listitem", name=name if ":" in name else f"{name}:")


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)], ids=["desk", "phone"])
def test_every_lane_is_shown_as_it_stands(lanes: None, visit: Visit, width: int, height: int) -> None:
    visitor = visit(width=width, height=height)
    visitor.page.goto("/lanes")
    cpu = lane(visitor.page, "cpu")
    for text in ("ready", "542", "6 + 2", "83 %", "31 %", "smollm2-misaligned", "Up for 12 min", "Restarted 1 time."):
        expect(cpu.get_by_text(text).first).to_be_visible()
    words = {"gpu-large": "asleep", "broken": "broken", "down": "down", "loading": "starting", "off": "off"}
    for name, word in words.items():
        expect(lane(visitor.page, f"{name}: {word}")).to_be_visible()
    expect(visitor.page.get_by_text("gpu-large → gpu-other")).to_be_visible()
    assert visitor.width() <= width


def test_a_lane_that_nobody_watches_any_more_looks_unlike_one_that_is_down(lanes: None, page: Page) -> None:
    page.goto("/lanes")
    expect(lane(page, "lost").get_by_text("no sign of life")).to_be_visible()
    expect(lane(page, "lost").get_by_text("Was ready 10 min ago")).to_be_visible()
    expect(lane(page, "lost").get_by_text("Old figures, as of")).to_be_visible()
    expect(lane(page, "down").get_by_text("no sign of life")).to_be_hidden()


def test_figures_change_by_themselves(lanes: None, page: Page) -> None:
    page.goto("/lanes")
    expect(lane(page, "cpu").get_by_text("542")).to_be_visible()
    services.lane_beat(name="cpu", figures={**FIGURES, "tokens_per_second": 77.0})
    expect(lane(page, "cpu").get_by_text("77.0")).to_be_visible()


def test_the_texts_of_errors_are_for_staff(lanes: None, visit: Visit, admin_user: Any) -> None:
    guest = visit().page
    guest.goto("/lanes")
    expect(lane(guest, "broken").get_by_text("It has had an error; staff can read it.")).to_be_visible()
    expect(guest.get_by_text("OutOfMemoryError")).to_be_hidden()
    staff = visit().page
    staff.goto("/accounts/login/?next=/lanes")
    staff.get_by_label("Username").fill("admin")
    staff.get_by_label("Password").fill("password")
    staff.get_by_role("button", name="Sign In").click()
    expect(lane(staff, "broken").get_by_text("OutOfMemoryError")).to_be_visible()
    expect(lane(staff, "cpu").get_by_text("http://127.0.0.1:8101/v1")).to_be_visible()


def test_without_a_lane_the_page_says_how_to_start_one(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Lanes").click()
    expect(page.get_by_role("heading", name="No lane is set up")).to_be_visible()
    expect(page.get_by_text("./tossim manage lane start NAME")).to_be_visible()
