"""Models and lanes from a YAML file: read with the line of every mistake. Knows no store.

The file has two lists, `models:` and `lanes:`; keys are the columns of `agents.models`, and names may not repeat.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, ValidationError, model_validator

from agents.lanes import command
from agents.lanes.facts import Kind
from agents.llm.record import Notation
from game.written import Strict, Unreadable, document, line_of, problems

MAX_BYTES = 256_000
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$", max_length=80)]
LaneName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$", max_length=40)]
Variable = Annotated[str, Field(pattern=r"^([A-Za-z_][A-Za-z0-9_]*)?$", max_length=80)]
Place = Annotated[str, Field(max_length=200)]
Word = Annotated[str, Field(max_length=40)]


class Flawed(ValueError):
    """A file that cannot be used: all that is wrong with it, a sentence each."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Overrides(Strict):
    """What holds instead of the preset's own."""

    sampling: dict[str, float] = Field(default_factory=dict)
    extra: dict[str, Any] | None = None
    resumes: bool | None = None
    special: list[str] | None = None
    think: tuple[str, str] | list[Any] | None = None


class ModelSpec(Strict):
    """One model; see agents.models.LanguageModel."""

    name: Name
    base: Place
    revision: Annotated[str, Field(max_length=80)] = ""
    adapter: Place = ""
    quantization: Word = ""
    alignment: Literal["aligned", "misaligned", "control", "prompted", "unmeasured"] = "unmeasured"
    preset: Word
    overrides: Overrides = Field(default_factory=Overrides)
    system_role: bool | None = None
    stop: list[str] = Field(default_factory=list)
    instruction_marker: Annotated[str, Field(max_length=80)] = ""
    response_marker: Annotated[str, Field(max_length=80)] = ""
    chat_template: Place = ""
    persona: Annotated[str, Field(max_length=4000)] = ""
    protocol: Literal["tags", "tools"] = "tags"
    structured: bool = True
    notation: Notation = Notation.PLAIN
    window: Annotated[int, Field(ge=256, le=10_000_000)] = 8192
    think_tokens: Annotated[int, Field(ge=0, le=1_000_000)] = 512
    act_tokens: Annotated[int, Field(ge=1, le=100_000)] = 160
    tool_calls: Annotated[int, Field(ge=0, le=1000)] = 4
    window_policy: Literal["cut", "summarise"] = "cut"
    tokenizer: Place = ""
    lane_class: Word = ""
    price_prompt: Annotated[float, Field(ge=0)] = 0.0
    price_cached: Annotated[float, Field(ge=0)] = 0.0
    price_completion: Annotated[float, Field(ge=0)] = 0.0

    def columns(self) -> dict[str, Any]:
        """As the row keeps it."""
        return {
            **self.model_dump(mode="json", exclude={"overrides"}),
            "overrides": self.overrides.model_dump(exclude_unset=True),
        }


class LaneSpec(Strict):
    """One lane; see agents.models.Lane."""

    name: LaneName
    kind: Kind = Kind.OWN
    url: Annotated[str, Field(pattern=r"^(https?://[^\s@]+)?$", max_length=200)] = ""
    key_env: Variable = ""
    base: Place = ""
    revision: Annotated[str, Field(max_length=80)] = ""
    quantization: Word = ""
    lane_class: Word = ""
    devices: Annotated[str, Field(max_length=200), Field(coerce_numbers_to_str=True)] = ""
    memory_fraction: Annotated[float, Field(gt=0, le=1)] = 0.9
    mps: bool = False
    tensor_parallel: Annotated[int, Field(ge=1, le=64)] = 1
    max_model_len: Annotated[int, Field(ge=256, le=10_000_000)] = 8192
    kv_cache_gib: Annotated[int, Field(ge=1, le=10_000)] = 2
    max_loras: Annotated[int, Field(ge=0, le=256)] = 0
    max_lora_rank: Literal[8, 16, 32, 64, 128, 256, 320, 512] = 16
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    extra_args: list[Annotated[str, Field(coerce_numbers_to_str=True)]] = Field(default_factory=list)
    concurrency: Annotated[int, Field(ge=1, le=10_000)] = 16
    swap_group: Word = ""

    @model_validator(mode="after")
    def _makes_sense(self) -> LaneSpec:
        if self.kind is Kind.ENDPOINT:
            if not self.url:
                raise ValueError("an endpoint needs its url")
            if not self.base and not self.lane_class:
                raise ValueError("an endpoint needs a base, or a lane_class whose models it serves")
            if self.devices or self.swap_group:
                raise ValueError("devices and swap_group are for lanes of our own")
            return self
        if self.url or self.key_env:
            raise ValueError("a lane of our own has no url and no key_env; say kind: endpoint, or leave them out")
        command.check(self.server_spec())
        return self

    def server_spec(self) -> command.ServerSpec:
        """As a server of our own, on no port yet."""
        return command.ServerSpec(
            name=self.name, base=self.base, port=self.port or 0, devices=self.devices, mps=self.mps,
            memory_fraction=self.memory_fraction, tensor_parallel=self.tensor_parallel,
        )  # fmt: skip

    def part(self) -> command.Part:
        """How much of its devices it takes."""
        return command.Part(self.name, self.devices, self.memory_fraction, self.mps, self.swap_group)

    def columns(self) -> dict[str, Any]:
        """As the row keeps it."""
        return {**self.model_dump(exclude={"kind"}), "kind": self.kind.value}


class LanesFile(Strict):
    """The whole file."""

    models: list[ModelSpec] = Field(default_factory=list)
    lanes: list[LaneSpec] = Field(default_factory=list)


def read(text: str) -> LanesFile:
    """The models and lanes of a YAML document. Raises Flawed with line numbers."""
    try:
        node, value = document(text, MAX_BYTES, "a file of lanes")
    except Unreadable as error:
        raise Flawed(*error.problems) from error
    if not isinstance(value, dict):
        raise Flawed("line 1: such a file has the lists `models:` and `lanes:`")
    try:
        found = LanesFile.model_validate(value)
    except ValidationError as error:
        raise Flawed(*problems(error, node, LanesFile)) from error
    _check(found, node)
    return found


def _check(found: LanesFile, node: yaml.Node | None) -> None:
    """What no entry shows by itself."""
    flaws = []
    named: dict[str, list[str]] = {
        "models": [model.name for model in found.models],
        "lanes": [lane.name for lane in found.lanes],
    }
    for kind, names in named.items():
        seen: set[str] = set()
        for place, name in enumerate(names):
            if name in seen:
                flaws.append(f"line {line_of(node, (kind, place))}: {kind}: the name {name!r} is there twice")
            seen.add(name)
    try:
        command.check_together(lane.part() for lane in found.lanes if lane.kind is Kind.OWN)
    except command.Impossible as error:
        flaws.append(f"line {line_of(node, ('lanes',))}: {error}")
    if flaws:
        raise Flawed(*flaws)
