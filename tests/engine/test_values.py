"""Values that are quick to make are like any other frozen dataclass."""

from __future__ import annotations

import pickle
from copy import copy
from dataclasses import FrozenInstanceError, dataclass, replace

import pytest

from game.engine import actions as a
from game.engine import events as e
from game.engine.events import Event
from game.engine.values import quicken


@quicken
@dataclass(frozen=True, slots=True)
class Point:
    """Two numbers."""

    x: int
    y: int = 2


def test_fields_are_given_by_place_by_name_or_by_default() -> None:
    assert Point(1) == Point(1, 2) == Point(y=2, x=1)
    assert repr(Point(1)) == "Point(x=1, y=2)"


def test_a_missing_field_is_named() -> None:
    with pytest.raises(TypeError, match=r"Point\.__init__\(\) missing 1 required positional argument: 'x'"):
        Point()  # type: ignore[call-arg]


@pytest.mark.parametrize("value", [Point(1), e.Voted(-1, 3, 4), a.Vote(3), a.Elapsed(2), a.Pass()])
def test_values_stay_frozen_and_hashable_and_can_be_copied(value: object) -> None:
    for name in ("x", "seat", "target", "stage", "new"):
        with pytest.raises((FrozenInstanceError, TypeError)):
            setattr(value, name, 1)
    assert hash(value) == hash(copy(value))
    assert copy(value) == pickle.loads(pickle.dumps(value)) == replace(value) == value  # type: ignore[type-var]


def test_events_of_different_kinds_with_the_same_fields_differ() -> None:
    assert e.WillWritten(2, 1, "x") != e.NoteWritten(2, 1, "x")


@pytest.mark.parametrize("cls", [Event, *e.KINDS.values()])
def test_every_event_is_quick_to_make(cls: type) -> None:
    assert "set_to" in cls.__init__.__code__.co_names  # type: ignore[misc]
