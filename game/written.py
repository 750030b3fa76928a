"""YAML that people write, read into a shape: each mistake with its line, an unknown key with the nearest known one."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import is_dataclass
from typing import Any, get_args, get_origin, get_type_hints

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

UNKNOWN = ("extra_forbidden", "unexpected_keyword_argument")
"""What pydantic calls a key that a model, or a dataclass, does not have."""


class Strict(BaseModel):
    """Refuses what it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Unreadable(ValueError):
    """A text that cannot be read: all that is wrong with it, a sentence each."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def document(text: str, most: int, thing: str) -> tuple[yaml.Node | None, Any]:
    """A YAML document as nodes, which know their lines, and as values. Raises Unreadable.

    `thing` says what it should be, as in "a lobby"; it may have `most` bytes.
    """
    if len(text.encode()) > most:
        raise Unreadable(f"{thing[0].upper()}{thing[1:]} may have {most} bytes.")
    try:
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text)):
            raise Unreadable(f"Aliases (*name) are not allowed in {thing}.")
        node, value = yaml.compose(text, yaml.SafeLoader), yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Unreadable(f"line {line}: this is not YAML: {error.problem}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise Unreadable(f"this is not YAML: {error}") from error
    if repeated := list(_repeated(node)):
        raise Unreadable(*repeated)
    return node, value


def _repeated(node: yaml.Node | None) -> Iterator[str]:
    """A sentence for each key that stands twice in one place: YAML itself would keep the last."""
    if isinstance(node, yaml.SequenceNode):
        for part in node.value:
            yield from _repeated(part)
    elif isinstance(node, yaml.MappingNode):
        first: dict[str, int] = {}
        for key, value in node.value:
            line, name = key.start_mark.line + 1, str(key.value)
            if name in first:
                yield f"line {line}: the key {name!r} stands in line {first[name]} already"
            first.setdefault(name, line)
            yield from _repeated(value)


def problems(error: ValidationError, root: yaml.Node | None, shape: type[BaseModel]) -> list[str]:
    """All mistakes that a shape found in a document, a sentence with its line each."""
    return [_problem(flaw, root, shape) for flaw in error.errors()]


def _problem(flaw: Any, root: yaml.Node | None, shape: type[BaseModel]) -> str:
    path: Sequence[str | int] = flaw["loc"]
    line = line_of(root, path)
    where = ".".join(map(str, path[:-1]))
    if flaw["type"] in UNKNOWN:
        known = keys_at(shape, path[:-1])
        near = difflib.get_close_matches(str(path[-1]), known, 1, 0.5)
        hint = f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(known)}"
        return f"line {line}: unknown key {str(path[-1])!r}{' in ' + where if where else ''}{hint}"
    named = f"{'.'.join(map(str, path))}: " if path else ""
    if flaw["type"] == "value_error":
        return f"line {line}: {named}{flaw['ctx']['error']}"
    return f"line {line}: {named}{flaw['msg'][0].lower()}{flaw['msg'][1:]}"


def line_of(node: yaml.Node | None, path: Sequence[str | int]) -> int:
    """The line (from 1) of a YAML document in which a value stands, as far as the path leads."""
    line = 1
    for part in path:
        if isinstance(node, yaml.MappingNode):
            pair = next(((key, value) for key, value in node.value if key.value == str(part)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line


def keys_at(shape: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """The keys that a shape knows where a path leads."""
    at: Any = shape
    for part in path:
        at = _inside(at, part)
    return list(_fields(_plain(at)))


def _inside(annotation: Any, part: str | int) -> Any:
    """What stands under a key of a shape, in a list or in a mapping."""
    plain = _plain(annotation)
    if fields := _fields(plain):
        return fields.get(str(part))
    given = get_args(plain)
    return given[-1] if given and get_origin(plain) in (list, tuple, dict) else None


def _fields(shape: Any) -> dict[str, Any]:
    """The fields of a model or a dataclass with their annotations; of anything else none."""
    if isinstance(shape, type) and issubclass(shape, BaseModel):
        return {name: field.annotation for name, field in shape.model_fields.items()}
    return get_type_hints(shape) if isinstance(shape, type) and is_dataclass(shape) else {}


def _plain(annotation: Any) -> Any:
    """An annotation without what may stand instead of a value, and without what is said of it."""
    while get_args(annotation) and get_origin(annotation) not in (list, tuple, dict):
        annotation = get_args(annotation)[0]
    return annotation
