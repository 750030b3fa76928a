"""What is known of a model: how it is spoken to, what it may spend, who it pretends to be.

Plain values. The registry keeps them in rows (`agents.models.LanguageModel`), presets in `presets.toml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Notation(StrEnum):
    """How the log is written in a prompt: in sentences, short with two-letter seats and hard delimiters, or not at all.

    A digest of the state, written like the short form, stands in the log's place: for small models and short windows.
    """

    PLAIN = "plain"
    COMPACT = "compact"
    DIGEST = "digest"

    @property
    def short(self) -> bool:
        """Whether players and roles go by their codes."""
        return self is not Notation.PLAIN


class Protocol(StrEnum):
    """How a model acts: tags in its text, or OpenAI's tool calls."""

    TAGS = "tags"
    TOOLS = "tools"


@dataclass(frozen=True, slots=True)
class Preset:
    """A family of models: everything that a chat template implies.

    `special` are the family's own token strings, which no text of a player may contain; `think` the marks between
    which such a model reasons, empty where it does not. `instruction` and `response` are the markers that open a
    user's and an assistant's turn in a rendered prompt (for losses on responses alone).
    """

    name: str
    special: tuple[str, ...]
    instruction: str
    response: str
    system_role: bool = True
    resumes: bool = True
    """Whether a server can go on with the assistant's unfinished turn."""
    think: tuple[str, str] | None = None
    stop: tuple[str, ...] = ()
    sampling: Mapping[str, float] = field(default_factory=dict)
    extra: Mapping[str, object] = field(default_factory=dict)
    """Fields of the request body that the family needs, such as `chat_template_kwargs`."""


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """One model as a lobby names it."""

    name: str
    served: str
    """Its name at the server: the base's, or the adapter's."""
    preset: Preset
    window: int = 8192
    """Tokens that a prompt and its completion may have together."""
    notation: Notation = Notation.PLAIN
    protocol: Protocol = Protocol.TAGS
    structured: bool = True
    """Whether the final action is written under a grammar, where the server has one."""
    think_tokens: int = 512
    """Most tokens of thought (tool calls included) before an action."""
    act_tokens: int = 160
    """Tokens kept back for the action itself."""
    tool_calls: int = 4
    """Most information tools used before one action."""
    persona: str = ""
    tokenizer: str = ""
    """A folder with a `tokenizer.json`; empty: tokens are estimated and said to be."""
    sampling: Mapping[str, float] = field(default_factory=dict)
    """Overrides of the preset's."""
    window_policy: str = "cut"
    """What happens when a match outgrows the window: `cut` old days by rule, or `summarise` them by the model."""
    price: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """US dollars for a million prompt, cached and completion tokens."""
