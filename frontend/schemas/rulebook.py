"""Roles, modes and the rulebook over HTTP."""

from __future__ import annotations

from frontend.schemas.base import Shape
from frontend.schemas.ops import AbilityOut


class RoleOut(Shape):
    """A role card."""

    name: str
    faction: str
    alignment: str
    summary: str
    goal: str
    attack: str
    defense: str
    unique: bool
    abilities: list[AbilityOut]


class ModeOut(Shape):
    """An official role list; `rule` names what the mode adds to it, "host" where the list is the host's."""

    name: str
    ruleset: str
    slots: list[str]
    rule: str


class RuleAbility(Shape):
    """An ability in words."""

    id: str
    name: str
    when: str
    uses: str
    targets: str
    visit: str
    details: list[str]


class RuleGroup(Shape):
    """The roles that an Investigator cannot tell apart under one ruleset."""

    ruleset: str
    letter: str
    roles: list[str]


class RuleStep(Shape):
    """A step of the night in which a role acts, and with what."""

    number: int
    title: str
    abilities: list[str]


class RuleRole(Shape):
    """All that holds for a role, in words."""

    slug: str
    name: str
    faction: str
    alignment: str
    unique: bool
    rulesets: list[str]
    summary: str
    goal: str
    attack: str
    defense: str
    immune: list[str]
    sheriff: str
    abilities: list[RuleAbility]
    traits: list[str]
    groups: list[RuleGroup]
    steps: list[RuleStep]
    side: str
    rivals: list[str]


class RuleTable(Shape):
    """A table of a chapter."""

    title: str
    head: list[str]
    rows: list[list[str]]


class RuleChapter(Shape):
    """One part of the mechanics."""

    slug: str
    title: str
    paragraphs: list[str]
    tables: list[RuleTable]


class RuleHeading(Shape):
    """A faction or an alignment."""

    slug: str
    name: str
    faction: str
    text: str


class RuleMode(Shape):
    """An official role list with its own rule."""

    slug: str
    name: str
    ruleset: str
    slots: list[str]
    rule: str


class RulebookOut(Shape):
    """The rulebook; names are addresses too: `/rules#` and the slug."""

    chapters: list[RuleChapter]
    factions: list[RuleHeading]
    alignments: list[RuleHeading]
    roles: list[RuleRole]
    modes: list[RuleMode]
