"""LoRA adapters: loaded when needed, exchanged, the least used unloaded; on a server that behaves like vLLM."""

from __future__ import annotations

import pytest

from agents.lanes.adapters import Loaded, Plan, carry_out, from_json, plan, to_json, used
from agents.lanes.control import Control, Silent, Unanswered
from agents.lanes.facts import Adapter
from tests.llm.servers import Double, serving

A, B, C = (Adapter(name, f"/adapters/{name}") for name in "abc")
TWO = {"a": Loaded(A, used_at=10.0), "b": Loaded(B, used_at=20.0)}


@pytest.mark.parametrize(
    ("wanted", "most", "busy", "step"),
    [
        (A, 2, {}, Plan()),
        (Adapter("a", "/adapters/a", 1), 2, {}, Plan(unload=("a",), load=Adapter("a", "/adapters/a", 1))),
        (Adapter("a", "/adapters/new"), 2, {}, Plan(unload=("a",), load=Adapter("a", "/adapters/new"))),
        (C, 3, {}, Plan(load=C)),
        (C, 2, {}, Plan(unload=("a",), load=C)),  # the longest unused goes
        (C, 2, {"a": 3}, Plan(unload=("b",), load=C)),  # but not while seats play it
        (C, 1, {"a": 1}, Plan(unload=("b", "a"), load=C)),
    ],
)
def test_what_must_be_done_so_that_an_adapter_can_be_used(wanted, most, busy, step):
    assert plan(wanted, TWO, most, busy) == step


async def test_an_adapter_is_loaded_exchanged_and_makes_room():
    double = Double()
    with serving(double):
        control = Control(double.url)
        loaded = await carry_out(control, plan(A, {}, 1), {}, 1.0)
        assert double.adapters == {"a": "/adapters/a"}
        newer = Adapter("a", "/adapters/a2")
        loaded = await carry_out(control, plan(newer, loaded, 1), loaded, 2.0)
        assert double.adapters == {"a": "/adapters/a2"}
        assert not any("load_inplace" in body for _, body in double.calls), "it would be read anew at every step"
        loaded = await carry_out(control, plan(B, loaded, 1), loaded, 3.0)
        assert double.adapters == {"b": "/adapters/b"}
        assert loaded == {"b": Loaded(B, 3.0)}


async def test_one_that_the_server_still_has_makes_room_for_it_as_it_is_now():
    double = Double(adapters={"a": "/old"})
    with serving(double):
        await carry_out(Control(double.url), plan(A, {}, 1), {}, 1.0)
        assert double.adapters == {"a": "/adapters/a"}


async def test_one_that_the_server_has_lost_can_be_unloaded_all_the_same():
    double = Double()
    with serving(double):
        await carry_out(Control(double.url), Plan(unload=("a",), load=B), TWO, 1.0)
        assert double.adapters == {"b": "/adapters/b"}


async def test_a_server_that_refuses_is_quoted():
    double = Double()
    with serving(double), pytest.raises(Unanswered, match="No adapter found there"):
        await carry_out(Control(double.url), plan(Adapter("m", "/missing"), {}, 1), {}, 1.0)
    with pytest.raises(Silent):
        await carry_out(Control(double.url), plan(A, {}, 1), {}, 1.0)


def test_a_row_keeps_what_is_loaded():
    loaded = used(TWO, "a", 99.0)
    assert loaded["a"] == Loaded(A, used_at=99.0, uses=1)
    assert from_json(to_json(loaded)) == loaded
    assert used(TWO, "unknown", 1.0) == TWO
