"""One player's mind: memory, beliefs, story, temperament, and the chance that is its own."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence

from agents.scripted.beliefs import assess, look_back
from agents.scripted.dials import PLAIN, Dials
from agents.scripted.lists import HARMLESS, is_killer, is_town
from agents.scripted.memory import Memory
from agents.scripted.statements import Reason, Statement
from agents.scripted.story import Story
from agents.scripted.suspicion import Beliefs, Evidence, odds
from agents.scripted.temperaments import TEMPERAMENTS, Temperament
from game.engine import chance
from game.engine.types import Seat

_DANGER = {
    "Jailor": 2.8, "Mayor": 3.2, "Sheriff": 2.2, "Investigator": 2.0, "Doctor": 2.0, "Lookout": 1.8, "Vigilante": 1.5,
    "Escort": 1.2, "Transporter": 1.2, "Bodyguard": 0.8, "Medium": 0.6, "Veteran": -3.0, "Psychic": 2.0, "Tracker": 1.9,
    "Spy": 1.6, "Retributionist": 1.4, "Crusader": 0.9, "Trapper": 0.8, "Vampire Hunter": 0.6, "Amnesiac": 0.2,
    "Guardian Angel": -0.3, "Survivor": -0.6,
}  # fmt: skip
"""How much a role threatens killers, claimed or known."""
_VIP = 5.0
"""How much more the Coven wants the VIP, whose death is its victory."""


class Mind:
    """Everything a scripted player decides from. The policies read it; it decides nothing itself."""

    def __init__(self, seat: Seat, seed: str, temperament: str | None, text: bool, dials: Dials = PLAIN) -> None:
        self.seat, self.seed, self.text, self.dials = seat, seed, text, dials
        names = sorted(TEMPERAMENTS)
        self.temper: Temperament = TEMPERAMENTS[temperament or chance.pick(names, seed, seat, "temperament")]
        self.memory = Memory(seat)
        self.story = Story(self.lasting, dials)
        self.heard: deque[str] = deque(maxlen=40)
        """The latest lines of others, so as not to sound like the one before."""
        self.uttered: list[str] = []
        """My own lines."""
        self.thoughts: list[str] = []
        self._allies: tuple[int, frozenset[Seat]] = (-1, frozenset())
        self._beliefs: tuple[int, Beliefs] | None = None
        self._past: tuple[tuple[int, int], Beliefs] | None = None
        self._heat: dict[Seat, float] = {}
        self._danger: dict[Seat, float] = {}

    # Chance ---------------------------------------------------------------------------------------------------------

    def draw(self, *purpose: object) -> float:
        """A number in [0, 1) of this seat, stage and purpose."""
        return chance.draw(self.seed, self.seat, self.memory.stage, *purpose)

    def lasting(self, *purpose: object) -> float:
        """A number in [0, 1) that stays the same through the match."""
        return chance.draw(self.seed, self.seat, *purpose)

    # Knowledge ------------------------------------------------------------------------------------------------------

    @property
    def loyal(self) -> bool:
        """Whether I want the Town to win: one of its members and no traitor."""
        return is_town(self.memory.role) and not self.traitor

    @property
    def traitor(self) -> bool:
        """Whether I am a Town member who wins with its enemies (M178)."""
        return bool(self.memory.facts.get("traitor"))

    @property
    def neutral(self) -> bool:
        """Whether I can live with every winner."""
        return self.memory.role in HARMLESS or self.memory.role == "Pirate"

    @property
    def killer(self) -> bool:
        """Whether I want the Town to lose."""
        return is_killer(self.memory.role) or self.memory.role == "Witch" or self.traitor

    @property
    def said(self) -> set[Statement]:
        """What I have said in public."""
        return self.memory.said

    @property
    def claimed(self) -> bool:
        """Whether I have told everybody a role."""
        return self.seat in self.memory.claims

    def mate(self, seat: Seat) -> bool:
        """Whether somebody is on my side: my team, my ward, my lover, or an enemy of the Town whom I serve."""
        if self._allies[0] != self.memory.version:
            bound = {other for other in self.memory.team if other != self.seat} | self._bound_to()
            self._allies = (self.memory.version, frozenset(bound | self._served()))
        return seat in self._allies[1]

    def bound(self, seat: Seat) -> bool:
        """Whether my fate hangs on somebody's life: a lover's, a ward's."""
        facts = self.memory.facts
        return bool(facts) and seat in (facts.get("lover"), facts.get("ward"))

    def _bound_to(self) -> set[Seat]:
        return {seat for seat in self.memory.living if self.bound(seat)}

    def _served(self) -> set[Seat]:
        """Enemies of the Town that a Witch or a traitor has found out."""
        if self.memory.role == "Witch":
            return {seat for seat, role in self.memory.known.items() if is_killer(role)}
        if self.traitor:
            return {found.who for found in self.story.results if found.topic in ("suspicious", "lurking", "staked")}
        return set()

    @property
    def beliefs(self) -> Beliefs:
        """What I make of the others by now."""
        memory = self.memory
        if self._beliefs is None or self._beliefs[0] != memory.version:
            stands_by = self.story.role if self.loyal or self.claimed else ""
            results = () if self.traitor else self.story.results
            self._beliefs = (memory.version, assess(memory, stands_by, results, self._graves()))
            loud = Counter(charge.speaker for charge in memory.charges[-30:])
            self._danger = {seat: self._threat(seat, 0.25 * loud[seat]) for seat in self._beliefs[1].score}
            self._heat = {seat: self._warm(seat, score) for seat, score in self._beliefs[1].score.items()}
        return self._beliefs[1]

    def _graves(self) -> Beliefs:
        memory = self.memory
        key = (len(memory.graves), len(memory.trials))
        if self._past is None or self._past[0] != key or len(self._past[1].score) != len(memory.others):
            blur = 0.9 * self.dials.blur if self.loyal else 0.9
            hunches = {seat: blur * (self.lasting("hunch", seat) - 0.5) for seat in memory.others}
            self._past = (key, look_back(memory, hunches))
        return self._past[1]

    def heat(self, seat: Seat) -> float:
        """How much I want somebody hanged, in log-odds; what I know of my team and my goal included."""
        return self.heats.get(seat, 0.0)

    @property
    def heats(self) -> dict[Seat, float]:
        """`heat` of every other living player."""
        return self._heat if self.beliefs else {}

    def _warm(self, seat: Seat, score: float) -> float:
        if self.mate(seat):
            return score - (3.5 if len(self.memory.living) > 7 and not self.bound(seat) else 9.0)
        if seat == self.memory.target and self.memory.role == "Executioner":
            return score + 1.6
        if self.loyal:
            return score
        return score - 0.2 if self.neutral else score + 0.25

    def wanted(self, seats: Sequence[Seat]) -> list[Seat]:
        """Seats by how much I want them hanged, most first."""
        heats = self.heats
        return sorted(seats, key=lambda seat: (-heats.get(seat, 0.0), seat))

    def chance_of(self, seat: Seat) -> float:
        """`heat` as a probability."""
        return odds(self.heat(seat))

    def danger(self, seat: Seat) -> float:
        """How much somebody threatens the killers, as far as everybody can see."""
        return self._danger.get(seat, 0.0) if self.beliefs else 0.0

    def _threat(self, seat: Seat, loudness: float) -> float:
        memory = self.memory
        wanted = _VIP if seat == memory.vip and not self.loyal else 0.0
        if known := memory.known.get(seat):
            return wanted + _DANGER.get(known, -3.0 if is_killer(known) else -1.0) + loudness + 0.8
        claim = memory.claims.get(seat)
        worth = _DANGER.get(claim.role, -1.0) if claim else 0.4
        return wanted + worth + loudness - 0.45 * self.beliefs.score[seat]

    # Thought --------------------------------------------------------------------------------------------------------

    def why(self, thought: str, *seats: Seat) -> str:
        """A reason for those who see everything; {0}, {1} stand for the names of seats. Empty without text."""
        if not self.text:
            return ""
        for place, seat in enumerate(seats):
            thought = thought.replace(f"{{{place}}}", self.name(seat))
        return thought

    def because(self, thought: str, *seats: Seat) -> None:
        """Note why I do what I do."""
        if self.text and thought:
            self.thoughts.append(self.why(thought, *seats))

    def name(self, seat: Seat) -> str:
        """A player's name."""
        return self.memory.names[seat - 1] if seat else "nobody"

    def describe(self, piece: Evidence | None) -> str:
        """A piece of evidence in plain words."""
        words = _WORDS[piece.topic] if piece else "just a feeling"
        return words.format(self.name(piece.also) if piece else "")


_WORDS = {
    Reason.CHECK: "my own result",
    Reason.TRUSTED_CHECK: "{0}'s result",
    Reason.MISFIT: "a claim that does not fit {0}'s result",
    Reason.SEEN: "seen at the house of {0}, who died",
    Reason.COUNTERCLAIM: "the same claim as {0}",
    Reason.MY_ROLE: "a claim to my own role",
    Reason.ROLE_DEAD: "a role that died with {0}",
    Reason.CHANGED: "a changed claim",
    Reason.EVIL_CLAIM: "their own claim",
    Reason.PUSHED_TOWN: "voted {0} guilty, who was Town",
    Reason.BLAMED_TOWN: "spoke against {0}, who was Town",
    Reason.SPARED_EVIL: "stood by {0}, who was evil",
    Reason.LIED: "a false result on {0}",
    Reason.NAMED_BY_DEAD: "named by the dead {0}",
    Reason.FALSE_ON_ME: "a false result on me",
    Reason.QUIET: "hardly says a word",
    Reason.HUNCH: "just a feeling",
    Reason.CLEARED: "cleared by my own result",
    Reason.TRUSTED_CLEAR: "cleared by {0}",
    Reason.HIT_EVIL: "worked against {0}, who was evil",
    Reason.PROVEN: "told the truth about {0}",
    Reason.SOUND: "a sound claim",
}
