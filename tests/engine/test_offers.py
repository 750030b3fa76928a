"""Nothing is offered that has no target left."""

from __future__ import annotations

from game.engine import actions as a
from game.engine import events as e
from game.engine.asks import ask_of, standing
from game.engine.fold import view
from game.engine.types import PUBLIC, Phase
from tests.engine.scene import Scene


def verbs(scene: Scene, seat: int) -> set[str]:
    ask = ask_of(view(scene.state, seat))
    return {option.name or option.verb for option in ask.options} if ask else set()


def test_no_vote_is_offered_when_an_angel_guards_the_only_other_player() -> None:
    scene = Scene("Guardian Angel", "Sheriff").until(Phase.NIGHT, 1)
    scene.log.append(e.Announced(PUBLIC, "guardian_notice", 2))
    scene.until(Phase.VOTING, 2)
    assert "vote" not in verbs(scene, 1)
    assert "vote" in verbs(scene, 2)
    assert "vote" not in {option.verb for option in standing(view(scene.state, 1))}


def test_a_transporter_alone_is_offered_no_transport() -> None:
    scene = Scene("Transporter", "Medium").until(Phase.DISCUSSION, 2)
    scene.do(2, a.Leave())
    scene.until(Phase.NIGHT, 2)
    assert "transport" not in verbs(scene, 1)
