"""The numbers of actions: closed, reversible, and legal exactly where the mask says so."""

from __future__ import annotations

import pytest

from agents.scripted.hearing import understand
from agents.scripted.statements import Act
from game.engine import actions as a
from game.engine.asks import AskKind, asks
from game.engine.fold import view
from game.engine.legal import check
from game.engine.roles import ROLES
from game.engine.types import Channel, When
from game.envs import moves
from game.envs.moves import BLOCKS, COUNT, IDLE, PASS
from game.envs.sentences import ACCUSE, CLAIM, TRUST, Sentence, words
from game.envs.tossim_v0 import TossimEnv
from game.envs.turns import Turn
from game.names import NAMES
from tests.envs.playing import MODES, steps

EXPRESSED = {"pass", "vote", "judge", "use", "say"}
UNSPOKEN = {"whisper", "will", "note", "jot", "summarise", "bid"}
"""What takes free text, or says how much one wants to speak, and stays out of the numbers."""


def test_the_blocks_follow_each_other_without_a_gap() -> None:
    assert [block.start for block in BLOCKS] == [0, *(block.stop for block in BLOCKS[:-1])]
    assert BLOCKS[PASS].verb == "pass"


@pytest.mark.parametrize("number", [-1, COUNT])
def test_there_is_no_number_outside_the_list(number: int) -> None:
    with pytest.raises(IndexError):
        moves.block_of(number)


def test_every_ability_that_a_card_lets_choose_has_its_block() -> None:
    cards = {
        (ability.id, ability.slots)
        for role in ROLES.values()
        for ability in role.by_id.values()
        if ability.when is not When.PASSIVE
    }
    assert {(block.name, block.slots) for block in BLOCKS if block.verb == "use"} == cards


def test_no_two_numbers_mean_the_same() -> None:
    env = TossimEnv()
    env.reset(seed=1)
    seen = [moves.action(number, view(env.match, 1)) for number in range(COUNT)]
    assert len(set(seen)) == COUNT
    uses = [(number, action) for number, action in enumerate(seen) if isinstance(action, a.Use)]
    assert [moves.number(action) for _, action in uses] == [number for number, _ in uses]


@pytest.mark.parametrize("mode", MODES)
def test_the_mask_of_a_fresh_ask_is_what_the_engine_allows(mode: str) -> None:
    env = TossimEnv(mode, seed=3)
    env.reset()
    for place, (agent, mask, _) in enumerate(steps(env)):
        if place % 23:
            continue
        me = view(env.match, int(agent.removeprefix("seat_")))
        ask = next(ask for ask in asks(env.match) if ask.seat == me.me.seat)
        fresh = Turn(ask, me).mask
        legal = [check(me, moves.action(number, me)) is None for number in range(COUNT)]
        if not me.public.vote_of(ask.seat):
            legal[start("unvote")] = False  # the engine lets it happen, to no effect
        assert fresh.tolist() == legal
        assert (mask <= fresh).all()


@pytest.mark.parametrize("mode", MODES)
def test_all_that_the_engine_offers_has_a_number_unless_it_takes_free_text(mode: str) -> None:
    env = TossimEnv(mode, seed=4)
    env.reset()
    for place, _ in enumerate(steps(env)):
        if place % 7:
            continue
        for ask in asks(env.match):
            offered = [option for option in (*ask.options, *ask.standing) if option.verb not in UNSPOKEN]
            assert {option.verb for option in offered} <= EXPRESSED
            mask = Turn(ask, view(env.match, ask.seat)).mask
            for option in offered:
                if option.verb == "use":
                    assert all(mask[moves.number(use)] for use in option.actions() if isinstance(use, a.Use))


def test_whoever_is_not_asked_may_only_pass() -> None:
    env = TossimEnv(seed=1)
    env.reset()
    env.step(PASS)
    assert env.agent_selection == "seat_2"
    assert env.observe("seat_1")["action_mask"].tolist() == IDLE.tolist()
    assert IDLE.nonzero()[0].tolist() == [PASS]


# What rides along -----------------------------------------------------------------------------------------------------

TABLE = ["Jailor", "Serial Killer", "Medium", "Transporter", "Godfather", "Mafioso", "Sheriff"]


def opened(*numbers: int) -> TossimEnv:
    """A small table of known roles after these numbers."""
    env = TossimEnv(players=7)
    env.reset(seed=1, options={"roles": TABLE})
    for number in numbers:
        env.step(number)
    return env


def start(verb: str, name: str = "") -> int:
    """Where a block begins."""
    return next(block.start for block in BLOCKS if (block.verb, block.name) == (verb, name))


def to_phase(env: TossimEnv, kind: AskKind) -> None:
    """Pass until something else is asked."""
    while asks(env.match)[0].kind is not kind:
        env.step(PASS)


def test_a_day_ability_rides_along_with_what_is_said() -> None:
    env = opened(start("use", "jail") + 1)
    assert env.agent_selection == "seat_1"
    mask = env.observe("seat_1")["action_mask"]
    assert not mask[start("use", "jail") : start("use", "jail") + moves.S].any()
    env.step(start("say", ACCUSE) + 2)
    while env.agent_selection != "seat_1":
        env.step(PASS)
    choice = env.match.of(1).choice(1, night=False)
    assert choice is not None
    assert (choice.ability, choice.targets) == ("jail", (2,))


def test_a_switch_rides_along_with_the_choice_of_the_night() -> None:
    env = opened()
    to_phase(env, AskKind.ACT)
    while env.agent_selection != "seat_2":
        env.step(PASS)
    env.step(start("use", "cautious"))
    assert env.agent_selection == "seat_2"
    env.step(start("use", "stab"))
    while env.match.public.phase == "night":
        env.step(PASS)
    assert env.match.of(2).fact("cautious") == 1
    assert 1 not in env.match.public.living


def test_a_sentence_rides_along_with_a_vote_once() -> None:
    env = opened()
    to_phase(env, AskKind.VOTE)
    env.step(start("say", CLAIM))
    assert env.agent_selection == "seat_1"
    mask = env.observe("seat_1")["action_mask"]
    assert not mask[start("say", CLAIM) : start("say", TRUST) + moves.S].any()
    env.step(start("vote") + 1)
    while env.agent_selection != "seat_1":
        env.step(PASS)
    assert env.match.public.vote_of(1) == 2


def test_a_pair_of_targets_is_one_number() -> None:
    env = opened()
    to_phase(env, AskKind.ACT)
    while env.agent_selection != "seat_4":
        env.step(PASS)
    transport = start("use", "transport")
    env.step(transport + 2 * moves.S + 6)
    while env.match.public.phase == "night":
        env.step(PASS)
    assert [event.targets for event in env.log if event.kind == "chose" and event.ability] == [(3, 7)]


# Sentences ------------------------------------------------------------------------------------------------------------


def test_a_sentence_goes_to_the_team_at_night() -> None:
    env = opened()
    to_phase(env, AskKind.CONFER)
    while env.agent_selection != "seat_5":
        env.step(PASS)
    env.step(start("say", ACCUSE))
    env.step(PASS)
    said = next(event for event in env.log if event.kind == "said")
    assert (said.channel, said.text) == (Channel.MAFIA, "I accuse Ada.")


@pytest.mark.parametrize(
    ("sentence", "act", "who"),
    [
        (Sentence(CLAIM, "Sheriff"), Act.CLAIM, 0),
        (Sentence(ACCUSE, "", 3), Act.ACCUSE, 3),
        (Sentence(TRUST, "", 3), Act.DEFEND, 3),
    ],
)
def test_scripted_players_understand_what_is_said(sentence: Sentence, act: Act, who: int) -> None:
    (heard,) = understand(words(sentence, NAMES[:7]), NAMES[:7], 2)
    assert (heard.act, heard.who, heard.role) == (act, who, sentence.role)


def test_a_word_on_somebody_who_is_not_there_has_no_words() -> None:
    assert words(Sentence(ACCUSE, "", 8), NAMES[:7]) == ""
