"""A match of seven that is small enough to work every metric out by hand; `golden.txt` shows it as it was played."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from eval.decision import DecisionRecord
from game.engine import actions as a
from game.engine import events as e
from game.engine.asks import asks
from game.engine.config import Options, Rounds, Table
from game.engine.setup import start
from game.engine.state import EMPTY
from game.engine.types import Channel, Phase, Verdict
from game.play.terminal import Screen
from tests.engine.scene import Scene

NAMES = ("Ada", "Ben", "Cleo", "Dov", "Esme", "Finn", "Gus")
ADA, BEN, CLEO, DOV, ESME, FINN, GUS = range(1, 8)
ROLES = ("Sheriff", "Doctor", "Lookout", "Godfather", "Mafioso", "Jester", "Serial Killer")
GUILTY, INNOCENT = a.Judge(Verdict.GUILTY), a.Judge(Verdict.INNOCENT)
MAFIA = Channel.MAFIA


class Golden(Scene):
    """A scene at whose table every ask is answered, in the order that is told."""

    def __init__(self) -> None:
        super().__init__(*ROLES)
        table = Table(NAMES, ROLES, rounds=Rounds(1, 1, 2, 1), options=Options())
        self.log = start(table, "golden", ROLES)
        self._folded = (0, EMPTY)

    def turn(self, answers: Mapping[int, Sequence[a.Action]] | None = None, late: Sequence[int] = ()) -> None:
        """One stage: the seats named answer in the order given, then the others pass; who is late lets time run out."""
        given = answers or {}
        stage = self.state.public.stage
        others = [ask.seat for ask in asks(self.state) if ask.seat not in given]
        for seat in (*given, *others):
            if seat not in late and self.state.public.stage == stage:
                self.answer(seat, *given.get(seat, (a.Pass(),)))
        if late:
            self.send(a.Elapsed(stage))

    def answer(self, seat: int, *actions: a.Action) -> None:
        """What one seat answers."""
        self.send(a.Answer(seat, f"{self.state.public.stage}:{seat}", actions))


def say(text: str, channel: Channel = Channel.PUBLIC) -> a.Say:
    """A line."""
    return a.Say(text, channel)


def use(ability: str, *targets: int) -> a.Use:
    """A deed."""
    return a.Use(ability, targets)


def golden_log() -> list[e.Event]:
    """The whole match: four days, two lynches of enemies, one Jester spared, and the Town wins."""
    scene = Golden()
    _first_day(scene)
    _second_day(scene)
    _third_day(scene)
    _fourth_day(scene)
    assert scene.phase is Phase.OVER
    return scene.log


def _first_day(scene: Golden) -> None:
    scene.do(GUS, a.Vote(ADA))  # refused: nobody can vote on the first day
    scene.turn({ADA: [say("Morning, all.")], CLEO: [say("Hello.")], DOV: [say("Hi.")], FINN: [say("I trust nobody.")]},
               late=[GUS])  # fmt: skip
    scene.turn({DOV: [say("We kill Gus tonight.", MAFIA)], ESME: [say("I'd take Ben.", MAFIA)]})
    scene.turn({ADA: [use("interrogate", DOV)], BEN: [use("heal", ADA)], CLEO: [use("watch", ADA)],
                DOV: [use("order_kill", GUS)], ESME: [use("kill", BEN)], GUS: [use("stab", ADA)]})  # fmt: skip


def _second_day(scene: Golden) -> None:
    scene.turn({
        ADA: [say("I am the Sheriff. I checked Dov last night: not suspicious.")],
        BEN: [say("I healed Ada last night, and she was attacked."), say("Glad it worked."),
              a.WriteWill("I am the Doctor.\nN1: healed Ada.")],
        CLEO: [say("I watched Ada last night: Ben and Gus went in."),
               a.WriteWill("Lookout.\nN1: watched Ada - visited by Ben and Gus.")],
        DOV: [say("I'm the Doctor. Gus is evil.")],
        ESME: [say("I trust Dov."), a.Whisper(FINN, "I am the Escort.")],
        FINN: [say("I checked Gus last night: suspicious.")],
        GUS: [say("I'm town. Vote Ben!"), a.WriteWill("I am the Doctor.\nAda is fine.")],
    })  # fmt: skip
    scene.turn({
        GUS: [a.Vote(BEN)],
        DOV: [a.Vote(GUS), say("Gus must hang.")],
        ADA: [a.Vote(GUS)],
        FINN: [a.Vote(GUS)],
        CLEO: [a.Vote(GUS)],
    })  # fmt: skip
    scene.turn({GUS: [say("It's not me!")]})
    scene.turn({ADA: [GUILTY], BEN: [INNOCENT], CLEO: [GUILTY], DOV: [GUILTY], FINN: [GUILTY]})
    scene.turn()  # no last words
    scene.turn({DOV: [say("We kill Cleo.", MAFIA)]})
    scene.turn({ADA: [use("interrogate", ESME)], BEN: [use("heal", ADA)], CLEO: [use("watch", DOV)],
                DOV: [use("order_kill", CLEO)], ESME: [use("kill", CLEO)]})  # fmt: skip


def _third_day(scene: Golden) -> None:
    scene.turn({
        ADA: [say("I checked Esme last night: suspicious.")],
        DOV: [say("Esme is town.")],
        ESME: [say("I'm the Medium.")],
        FINN: [say("Esme is innocent, I think.")],
    })  # fmt: skip
    scene.answer(ADA, a.Vote(ESME))
    scene.answer(FINN, a.Vote(BEN))
    scene.answer(DOV, a.Vote(BEN))
    scene.do(FINN, a.Vote(ESME))  # changes the vote without being asked
    scene.answer(BEN, a.Vote(ESME))
    scene.turn({ESME: [say("I am not the Mafioso.")]})
    scene.turn({ADA: [GUILTY], BEN: [GUILTY], DOV: [GUILTY], FINN: [INNOCENT]})
    scene.turn()
    scene.turn({CLEO: [say("Esme killed me.", Channel.DEAD)]})  # two graves or more: the dead talk
    scene.turn({ADA: [use("interrogate", FINN)], BEN: [use("heal", DOV)], DOV: [use("order_kill", ADA)]})


def _fourth_day(scene: Golden) -> None:
    scene.turn({BEN: [say("Dov is the only one left.")]})
    scene.turn({DOV: [a.Vote(FINN)], BEN: [a.Vote(FINN)]})
    scene.turn({FINN: [say("Hang me.")]})
    scene.turn({BEN: [INNOCENT], DOV: [GUILTY]})
    scene.turn({FINN: [a.Vote(DOV)], BEN: [a.Vote(DOV)]})
    scene.turn({DOV: [say("I am innocent.")]})
    scene.turn({BEN: [GUILTY], FINN: [GUILTY]})
    scene.turn()


def transcript(log: Sequence[e.Event]) -> str:
    """The match as the terminal shows it to whoever sees all."""
    out = io.StringIO()
    Screen(out).show(log)
    return out.getvalue()


def golden_decisions() -> list[DecisionRecord]:
    """What was kept of Esme's decisions, which a model makes; the first four of its asks stand for all."""
    refused = {"text": "kill myself", "refusal": "self", "finish": "stop"}
    unread = {"text": "hmm", "refusal": "no_action", "finish": "stop"}
    looked = {
        "text": "<graveyard/><say>...</say>", "refusal": "", "finish": "stop",
        "tools": [
            {"name": "graveyard", "arguments": {}, "result": "Nobody lies there.", "ok": True},
            {"name": "will", "arguments": {"player": "Zed"}, "result": "There is no such player.", "ok": False},
            {"name": "", "arguments": {}, "result": "That is no look-up.", "ok": False},
        ],
    }  # fmt: skip
    taken = {"text": "<use/>", "refusal": "", "finish": "stop"}
    return [
        _made("1:5", "pass", fallback="Unavailable", latency_ms=1000),
        _made("2:5", "say", attempts=(unread, looked), latency_ms=2000, thought_tokens=30, spoken_tokens=5),
        _made("3:5", "use", attempts=(refused, taken), latency_ms=3000, thought_tokens=20),
        _made("4:5", "say", attempts=(taken,), latency_ms=4000, thought_tokens=10, spoken_tokens=9),
    ]


def _made(ask: str, verb: str, **found: object) -> DecisionRecord:
    tokens = {"prompt_tokens": 1000, "cached_tokens": 900}
    return DecisionRecord(ESME, ask, actions=({"do": verb},), source="model", model="tiny", **tokens, **found)
