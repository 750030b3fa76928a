"""What all shapes share: their base, limits, and the words that several use."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypeAliasType

MAX_FRAME = 16_384
"""Characters in a frame from the page."""
MAX_TEXT = 4_000
"""Characters in any text from the page; the rules refuse shorter ones with a reason of their own."""
MAX_YAML = 20_000
SeatNumber = Annotated[int, Field(ge=0, le=63)]
Viewpoint = TypeAliasType("Viewpoint", Literal["public", "god"] | Annotated[int, Field(ge=1, le=63)])
Tone = Literal["good", "bad", "plain", "grave"]
LineKind = Literal["chat", "whisper", "notice", "report", "refusal", "death", "trial", "choice"]
VerdictWord = Literal["guilty", "innocent", "abstain"]


class Shape(BaseModel):
    """Base of all: nothing beyond what is named."""

    model_config = ConfigDict(extra="forbid")
