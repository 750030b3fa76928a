"""The course of a match: which phase follows, when a stage closes, trials, nightfall and dawn (M10 to M20, M60)."""

from __future__ import annotations

from game.engine import chance
from game.engine import events as e
from game.engine.asks import budget_left
from game.engine.changes import break_out, hand_on_book, settle_changes, turn
from game.engine.config import Clock
from game.engine.deaths import break_hearts, bury, lynch, read_out_departed
from game.engine.floor import bid_of, is_bid_for
from game.engine.match import Match
from game.engine.night.resolve import Dawn, resolve
from game.engine.state import VOICE_OF_THE_REVEALED, Public
from game.engine.types import PUBLIC, Phase, Seat, Verdict, only
from game.engine.victory import result

TRIALS_A_DAY = 3
DAY_ONE, DISCUSSION, VOTING, NIGHT = Phase.DAY_ONE, Phase.DISCUSSION, Phase.VOTING, Phase.NIGHT


def advance(match: Match) -> None:
    """Move on until somebody is asked something, or the match is over."""
    while not match.waiting and match.public.phase is not Phase.OVER:
        _NEXT[match.public.phase](match)


def open_phase(match: Match, phase: Phase, day: int | None = None) -> None:
    """Begin a phase with its first stage."""
    match.add(e.PhaseOpened(PUBLIC, phase, match.public.day if day is None else day))
    open_stage(match)


def open_stage(match: Match) -> None:
    """Ask everybody concerned (again); by bids, whoever wants the floor most."""
    public = match.public
    if is_bid_for(public) and (seat := highest_bidder(match)):
        match.add(e.FloorGiven(PUBLIC, seat))
        public = match.public
    match.add(e.StageOpened(PUBLIC, public.stage + 1, public.round + 1))


def put_on_trial(match: Match) -> None:
    """Open a trial when the votes suffice (M13)."""
    public = match.public
    enough, most = public.majority, len(public.votes) + len(public.revealed) * (VOICE_OF_THE_REVEALED - 1)
    if most < enough or public.phase is not VOTING:
        return
    condemned = [seat for seat, weight in public.tally().items() if weight >= enough]
    if condemned and public.trials_today < TRIALS_A_DAY:
        match.add(e.TrialOpened(PUBLIC, min(condemned), public.trials_today + 1))
        open_phase(match, Phase.DEFENSE)


def highest_bidder(match: Match) -> Seat:
    """Who gets the floor: the highest bid, then the fewest turns in this phase, then the lot; 0 if nobody wants it."""
    public, floors = match.public, match.public.floors
    bids = {seat: bid_of(public, match.of(seat)) for seat in public.living if budget_left(match.view(seat)) != 0}
    lot = chance.lots(match.secret.seed, public.stage, "floor")
    wanting = [seat for seat, level in bids.items() if level > 0]
    return min(wanting, key=lambda seat: (-bids[seat], floors.count(seat), lot(seat)), default=0)


def _talk_ends(match: Match) -> None:
    """Another stage while there are turns left and somebody wants one, else the next phase."""
    public = match.public
    if public.round < turns(public) and not (is_bid_for(public) and not highest_bidder(match)):
        open_stage(match)
    elif public.phase is DISCUSSION:
        open_voting(match)
    else:
        nightfall(match)


def turns(public: Public) -> int:
    """How many stages a phase has at most: its rounds; by bids, a turn for each of the living in each round."""
    rounds, living = public.table.rounds, len(public.living) if is_bid_for(public) else 1
    asked = {DAY_ONE: rounds.day_one, DISCUSSION: rounds.discussion, VOTING: rounds.voting, NIGHT: rounds.night + 1}
    return asked.get(public.phase, 1) * living


def open_voting(match: Match) -> None:
    """Open Voting, after a trial with the rounds that are left of it (M15)."""
    public = match.public
    used = min(public.trials_today, public.table.rounds.voting - 1)
    match.add(
        e.PhaseOpened(PUBLIC, Phase.VOTING, public.day),
        e.StageOpened(PUBLIC, public.stage + 1, used + 1),
    )


def _defense_ends(match: Match) -> None:
    open_phase(match, Phase.JUDGEMENT)


def _judgement_ends(match: Match) -> None:
    public = match.public
    if public.table.clock is Clock.BUDGET and public.round == 1 and _tail_left(match):
        open_stage(match)
        return
    accused = public.accused
    ballots = tuple(
        (seat, _ballot(match, seat), public.weight(seat)) for seat in sorted(public.living) if seat != accused
    )
    guilty = sum(weight for _, verdict, weight in ballots if verdict is Verdict.GUILTY)
    innocent = sum(weight for _, verdict, weight in ballots if verdict is Verdict.INNOCENT)
    match.add(e.TrialClosed(PUBLIC, accused, guilty > innocent, ballots))
    if guilty > innocent:
        open_phase(match, Phase.LAST_WORDS)
    elif match.public.trials_today >= TRIALS_A_DAY:
        nightfall(match)
    else:
        open_voting(match)


def _tail_left(match: Match) -> bool:
    """Whether the table has tokens left for the tail after all have voted."""
    public = match.public
    spent = sum(match.of(seat).spent_on(public.account) for seat in public.seats)
    return public.table.limits.tail_after_all_votes > 0 and spent < public.table.limits.judgement


def _ballot(match: Match, seat: Seat) -> Verdict:
    """The voice a seat gave in this Judgement; silence abstains (M14)."""
    stage, verdict = match.of(seat).ballot
    public = match.public
    return Verdict(verdict) if stage and stage > public.stage - public.round else Verdict.ABSTAIN


def _last_words_end(match: Match) -> None:
    lynch(match, match.public.accused)
    read_out_departed(match)
    break_hearts(match)
    settle_changes(match)
    if not _over(match):
        nightfall(match)


def nightfall(match: Match) -> None:
    """Day choices take effect and the night begins (M19, M20)."""
    day = match.public.day
    match.add(e.PhaseOpened(PUBLIC, Phase.NIGHT, day))
    if match.public.full_moon:
        match.add(e.Announced(PUBLIC, "full_moon"))
    choices = [(seat, made) for seat in match.public.seats if (made := match.of(seat).choice(day, night=False))]
    for ability, take_effect in _DUSK.items():
        for seat, choice in choices:
            if choice.ability == ability and choice.targets[0] in match.public.living:
                take_effect(match, seat, choice.targets[0])
    hand_on_book(match)
    match.add(e.StageOpened(PUBLIC, match.public.stage + 1, 1))


def _jail(match: Match, jailor: Seat, prisoner: Seat) -> None:
    if jailor not in match.public.living:
        return
    day = match.public.day
    match.add(
        e.FactSet(only(jailor), jailor, "jailor_on", day),
        e.FactSet(only(jailor), jailor, "prisoner", prisoner),
        e.FactSet(only(prisoner), prisoner, "jailed_on", day),
        e.Told(only(prisoner), "jailed"),
    )


def _seance(match: Match, medium: Seat, partner: Seat) -> None:
    me, day = match.of(medium), match.public.day
    match.add(e.UsesSet(only(medium), medium, "seance", (me.left("seance") or 1) - 1))
    if match.of(partner).fact("jailed_on") == day:
        match.add(e.Told(only(medium), "target_jailed", (partner,)))
        return
    match.add(
        e.FactSet(only(medium), medium, "seance_on", day),
        e.FactSet(only(medium), medium, "seance_with", partner),
        e.FactSet(only(partner), partner, "seance_on", day),
        e.Told(only(partner), "seance_open"),
    )


def _duel(match: Match, pirate: Seat, rival: Seat) -> None:
    """The duel is bound to its victim, unless one of them is in the cell (M147)."""
    if pirate not in match.public.living:
        return
    day = match.public.day
    if day in (match.of(pirate).fact("jailed_on"), match.of(rival).fact("jailed_on")):
        match.add(e.Told(only(pirate), "duel_jailed", (rival,)))
        return
    match.add(
        e.FactSet(only(pirate), pirate, "duel_on", day),
        e.FactSet(only(pirate), pirate, "last_rival", rival),
        e.FactSet(only(rival), rival, "duelled_on", day),
        e.FactSet(only(rival), rival, "duel_defense", None),
        e.Told(only(rival), "dueled"),
    )


_DUSK = {"jail": _jail, "duel": _duel, "seance": _seance}
"""Day choices that take effect at nightfall, jail first."""


def _night_ends(match: Match) -> None:
    public = match.public
    if public.round < turns(public):
        open_stage(match)
        return
    log, morning = resolve(match.state)
    match.extend(log)
    dawn(match, morning)


def dawn(match: Match, morning: Dawn) -> None:
    """Read out the night and open the next day, unless the match is over (M12, M60)."""
    for one in morning.fallen:
        bury(match, one)
    if not read_out_departed(match) and not morning.fallen:
        match.add(e.Announced(PUBLIC, "nobody_died"))
    break_hearts(match)
    for revival in morning.revivals:
        match.add(e.Announced(PUBLIC, "revived", revival.target))
    for change in morning.turns:
        turn(match, change)
    break_out(match)
    for notice in morning.notices:
        match.add(e.Announced(PUBLIC, notice.message, notice.seat))
    settle_changes(match)
    if not _over(match):
        open_phase(match, Phase.DISCUSSION, match.public.day + 1)


def _over(match: Match) -> bool:
    won = result(match.state)
    if won is None:
        return False
    roles = tuple(match.of(seat).role for seat in match.public.seats)
    match.add(e.MatchEnded(PUBLIC, won.outcome, won.winners, roles, match.secret.seed))
    return True


_NEXT = {
    Phase.DAY_ONE: _talk_ends,
    Phase.DISCUSSION: _talk_ends,
    Phase.VOTING: _talk_ends,
    Phase.DEFENSE: _defense_ends,
    Phase.JUDGEMENT: _judgement_ends,
    Phase.LAST_WORDS: _last_words_end,
    Phase.NIGHT: _night_ends,
}
