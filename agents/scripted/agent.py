"""The scripted player: takes in events, answers asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agents.guess import Guess
from agents.scripted import courts, guessing, nights, talk, voice, whispers, wills
from agents.scripted.dials import USUAL, Dials
from agents.scripted.hearing import understand
from agents.scripted.lists import is_town
from agents.scripted.mind import Mind
from agents.scripted.speech import strip
from agents.scripted.statements import Act, Statement
from game.engine.actions import Action, Bid, Judge, Pass, Say, Use, Vote, Whisper, WriteNote, WriteWill
from game.engine.asks import Ask, AskKind
from game.engine.events import Event, Said, StageOpened
from game.engine.state import View
from game.engine.types import Channel, Seat
from game.play.seats import Decision


class ScriptedAgent:
    """A real opponent without a model: believes, talks, claims, lies, votes, acts.

    A deterministic function of what it observed and of its seed. `temperament` is one of
    `temperaments.TEMPERAMENTS`, drawn by the seed where None. With `text` False it decides the very same, but
    speaks in a terse constant form and explains nothing, which is faster. `lie` and `read` are its dials (`Dials`).
    """

    def __init__(
        self, seat: Seat, seed: str, *, temperament: str | None = None, text: bool = True,
        lie: float = USUAL, read: float = USUAL,
    ) -> None:  # fmt: skip
        self.mind = Mind(seat, seed, temperament, text, Dials(lie, read))

    def observe(self, events: Sequence[Event]) -> None:
        """Take in the next events that the seat may see."""
        for event in events:
            self.mind.memory.observe(event)
            if isinstance(event, StageOpened):
                self._settle()
            elif self.mind.text and isinstance(event, Said):
                self._listen(event)

    def _listen(self, event: Said) -> None:
        """Remember how things were put."""
        mind = self.mind
        (mind.uttered if event.seat == mind.seat else mind.heard).append(strip(event.text))

    def decide(self, view: View, ask: Ask) -> Decision:
        """Answer an ask with something legal."""
        mind = self.mind
        mind.thoughts.clear()
        actions = _ANSWERS[ask.kind](mind, view, ask)
        if mind.seat in view.public.living:
            actions += _papers(mind, ask)
        if any(option.verb == "bid" for option in ask.standing):
            actions.append(_bid(mind, actions, had_floor=view.public.floor == mind.seat))
        if not mind.thoughts:
            mind.because("Nothing to add now." if actions[0] == Pass() else "I say what has to be said.")
        return Decision(tuple(actions), 0, " ".join(dict.fromkeys(filter(None, mind.thoughts))))

    def guess(self, view: View) -> Guess:
        """What it takes the others for; asking changes nothing."""
        return guessing.guess(self.mind, view)

    def _settle(self) -> None:
        """Bring the story up to date whenever a stage opens, which is before every ask."""
        mind = self.mind
        story, memory = mind.story, mind.memory
        story.begin(memory)
        if is_town(memory.role) or story.honest or mind.claimed:
            story.dawn(memory)
            return
        taken = {c.statement.role for c in memory.team_talk if c.statement.act is Act.PRETEND and c.speaker < mind.seat}
        if story.role in taken:
            story.dodge(memory, tuple(sorted(taken)))
        story.dawn(memory)


# One answer for each kind of ask --------------------------------------------------------------------------------------


def _speak(mind: Mind, view: View, ask: Ask) -> list[Action]:
    spoken = talk.discuss(mind) if _may_say(ask) else []
    actions = _lines(mind, spoken)
    chosen = view.private.choice(view.public.day, night=False) if view.private else None
    if chosen is None:
        actions += nights.by_day(mind, ask.standing)
    if private := whispers.whisper(mind, ask.standing):
        friend, statement = private
        actions.append(Whisper(friend, voice.line(mind, statement)))
    return actions if spoken else [Pass(), *actions]


def _vote(mind: Mind, view: View, ask: Ask) -> list[Action]:
    targets = next((option.slots[0] for option in ask.options if option.verb == "vote"), ())
    target = courts.choose_vote(mind, view.public, targets)
    if not target:
        mine = view.public.vote_of(mind.seat)
        mind.because("I stay with my vote on {0}." if mine else "Nobody looks bad enough for my vote.", mine)
        return [Pass()]
    words = courts.vote_words(mind, view.public, target) if _may_say(ask) else None
    return [Vote(target), *_lines(mind, [words] if words else [])]


def _defend(mind: Mind, view: View, ask: Ask) -> list[Action]:
    return _lines(mind, courts.defend(mind)) or [Pass()]


def _last_words(mind: Mind, view: View, ask: Ask) -> list[Action]:
    return _lines(mind, courts.last_words(mind)) or [Pass()]


def _judge(mind: Mind, view: View, ask: Ask) -> list[Action]:
    accused = view.public.accused
    verdict, words = courts.judge(mind, accused)
    actions: list[Action] = [Judge(verdict), *_lines(mind, words if _may_say(ask) else [])]
    chosen = view.private.choice(view.public.day, night=False) if view.private else None
    if chosen and accused in chosen.targets:
        actions += nights.by_day(mind, ask.standing)
    return actions


def _confer(mind: Mind, view: View, ask: Ask) -> list[Action]:
    channels = [option.name for option in ask.options if option.verb == "say"]
    spoken = whispers.confer(mind, channels)
    return [Say(voice.line(mind, statement), channel) for channel, statement in spoken] or [Pass()]


def _act(mind: Mind, view: View, ask: Ask) -> list[Action]:
    use = nights.choose(mind, ask.options)
    along = nights.beside(mind, ask.options)
    if use is None:
        mind.because("Better to stay at home tonight.")
        return along or [Pass()]
    notes = any(option.verb == "note" for option in ask.standing) and mind.draw("note") < 0.3
    return [use, *along, *([WriteNote(wills.note(mind))] if notes else [])]


_ANSWERS: dict[AskKind, Callable[[Mind, View, Ask], list[Action]]] = {
    AskKind.SPEAK: _speak,
    AskKind.VOTE: _vote,
    AskKind.DEFEND: _defend,
    AskKind.JUDGE: _judge,
    AskKind.LAST_WORDS: _last_words,
    AskKind.CONFER: _confer,
    AskKind.ACT: _act,
}


def _may_say(ask: Ask) -> bool:
    return any(option.verb == "say" and option.name == Channel.PUBLIC for option in ask.options)


def _lines(mind: Mind, statements: Sequence[Statement]) -> list[Action]:
    return [Say(voice.line(mind, statement)) for statement in statements]


NEWS = 2
"""What I bid for the floor when the night may bring me news."""


def _bid(mind: Mind, actions: Sequence[Action], *, had_floor: bool) -> Bid:
    """How much I want the floor next. Whoever has just had it and was silent leaves it to the others."""
    memory = mind.memory
    lines = [action.text for action in actions if isinstance(action, Say) and action.channel is Channel.PUBLIC]
    saying = [statement for line in lines for statement in understand(line, memory.names, memory.day)]
    level = talk.eagerness(mind, saying)
    if had_floor and not lines:
        return Bid(0)
    return Bid(max(level, NEWS if isinstance(actions[0], Use) and mind.loyal else 1))


def _papers(mind: Mind, ask: Ask) -> list[Action]:
    """The last will, kept up to date where talk is asked for."""
    if mind.memory.round > 1 or ask.kind not in (AskKind.SPEAK, AskKind.LAST_WORDS):
        return []
    text = wills.will(mind)
    return [] if text is None else [WriteWill(text)]
