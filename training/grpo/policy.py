"""The model that learns: how it is loaded, what of it learns, how it samples, and how likely it finds an answer.

Answers to one prompt share the prompt's cache, in sampling and in learning: the prompt is run once for all of them, and
the gradient flows through it. Token ids and log-probabilities stay as they were sampled; nothing is tokenised again.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from agents.llm.client import Message
from training.config.grpo import GrpoSpec
from training.config.reading import ConfigError

NOTHING = -1
"""Stands in the place of a token where there is none."""


class NotFinite(ArithmeticError):
    """A number that is not finite: the run is to stop."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A sampled answer: its token ids with their log-probabilities, and whether the model itself ended it.

    The end's own token is part of it.
    """

    ids: tuple[int, ...]
    logps: tuple[float, ...]
    ended: bool


@dataclass(frozen=True, slots=True)
class Scored:
    """Log-probabilities of answers' tokens and the entropy at each, one row an answer; `mask` is 1 at tokens."""

    logps: Tensor
    entropy: Tensor
    mask: Tensor


class Policy:
    """A causal model with its tokenizer."""

    def __init__(self, model: Any, tokenizer: Any, spec: GrpoSpec) -> None:
        self.model, self.tokenizer, self.spec = model, tokenizer, spec
        self.end: int = tokenizer.eos_token_id
        self.start: Any = None
        """The model as it was when the distance from it began to be measured; None before `remember`."""

    @property
    def device(self) -> torch.device:
        """Where it computes."""
        found: torch.device = self.model.device
        return found

    @property
    def learning(self) -> dict[str, Any]:
        """The parameters that learn, by name."""
        return {name: one for name, one in self.model.named_parameters() if one.requires_grad}

    def remember(self) -> None:
        """Take the model as it is now for the start. What does not learn is shared, not copied."""
        shared = {id(one): one for one in self.model.parameters() if not one.requires_grad}
        self.start = copy.deepcopy(self.model, shared).requires_grad_(False).eval()

    def encode(self, messages: Sequence[Message]) -> list[int]:
        """A prompt's token ids, by the model's own chat template."""
        said = [{"role": one.role, "content": one.content} for one in messages]
        found = self.tokenizer.apply_chat_template(said, add_generation_prompt=True, return_dict=True)
        return list(found["input_ids"])

    def text(self, answer: Answer) -> str:
        """What an answer says."""
        ids = answer.ids[:-1] if answer.ended else answer.ids
        return str(self.tokenizer.decode(ids))

    def sample(
        self, prompts: Sequence[Sequence[int]], answers: int, seed: int, *, greedy: int = 0
    ) -> list[list[Answer]]:
        """So many answers to each prompt, in the prompts' order, the first `greedy` of them without chance.

        Raises NotFinite.
        """
        self.model.eval()
        count, device = len(prompts) * answers, self.device
        chance = torch.Generator(device=device).manual_seed(seed)
        tokens = torch.full((count, self.spec.max_completion_length), NOTHING, dtype=torch.long, device=device)
        scores = torch.zeros(count, self.spec.max_completion_length, device=device)
        with torch.no_grad(), self.precision():
            begun = _begin(self.model, prompts, answers)
            rows, logits = torch.arange(count, device=device), begun.logits
            certain = rows % answers < greedy
            for place in range(self.spec.max_completion_length):
                luck = torch.rand(count, generator=chance, device=device)[rows]
                token, scores[rows, place] = self._draw(logits, luck, certain[rows])
                tokens[rows, place] = token
                alive = token != self.end
                if not alive.any() or place + 1 == self.spec.max_completion_length:
                    break
                if not alive.all():
                    rows, token = rows[alive], token[alive]
                    begun.keep(alive)
                logits = self._next(begun, token, place)
        return _grouped(tokens, scores, answers, self.end)

    def renew(self) -> None:
        """Nothing: it samples from itself."""

    def close(self) -> None:
        """Nothing either."""

    def _draw(self, logits: Tensor, luck: Tensor, certain: Tensor) -> tuple[Tensor, Tensor]:
        """A token for each row, and its log-probability: the likeliest, or by a number of chance in [0, 1)."""
        logits = logits.float() / self.spec.temperature
        if not torch.isfinite(logits).all():
            raise NotFinite("the model's logits are not finite")
        logps = logits.log_softmax(-1)
        heap = logps.double().exp().cumsum(-1)
        token = torch.searchsorted(heap, (luck.double() * heap[:, -1]).unsqueeze(1), right=True).squeeze(1)
        token = torch.where(certain, logits.argmax(-1), token.clamp(max=logits.shape[1] - 1))
        return token, logps.gather(1, token.unsqueeze(1)).squeeze(1)

    def score(
        self, prompts: Sequence[Sequence[int]], groups: Sequence[Sequence[Answer]], *, at_start: bool = False
    ) -> Scored:
        """How likely the policy, or the one that it was at the start, finds the groups' answers to their prompts."""
        with self.precision():
            return score(self.start if at_start else self.model, prompts, groups, self.spec)

    def precision(self) -> AbstractContextManager[Any]:
        """The context in which passes are computed."""
        kind = self.device.type
        if self.spec.dtype == "float32" or (self.spec.dtype == "auto" and kind == "cpu"):
            return nullcontext()
        context: AbstractContextManager[Any] = torch.autocast(kind, torch.bfloat16)
        return context

    def _next(self, begun: _Begun, token: Tensor, place: int) -> Tensor:
        mask = torch.cat([begun.mask, begun.mask.new_ones(len(token), place + 1)], 1)
        out = self.model(
            input_ids=token.unsqueeze(1), attention_mask=mask, past_key_values=begun.cache, use_cache=True,
            position_ids=(begun.lengths + place).unsqueeze(1),
        )  # fmt: skip
        logits: Tensor = out.logits[:, -1]
        return logits


@dataclass(slots=True)
class _Begun:
    """Prompts that were run once, each repeated for its answers: the cache, and what comes first after it."""

    cache: Any
    logits: Tensor
    mask: Tensor
    lengths: Tensor

    def keep(self, alive: Tensor) -> None:
        """Go on with these rows alone."""
        self.cache.batch_select_indices(alive.nonzero().squeeze(1))
        self.mask, self.lengths = self.mask[alive], self.lengths[alive]


def _begin(model: Any, prompts: Sequence[Sequence[int]], answers: int) -> _Begun:
    longest = max(map(len, prompts))
    ids = torch.zeros(len(prompts), longest, dtype=torch.long)
    mask = torch.zeros_like(ids)
    for row, prompt in enumerate(prompts):
        ids[row, longest - len(prompt) :] = torch.tensor(prompt)
        mask[row, longest - len(prompt) :] = 1
    ids, mask = ids.to(model.device), mask.to(model.device)
    places = (mask.cumsum(1) - 1).clamp(min=0)
    out = model(input_ids=ids, attention_mask=mask, position_ids=places, use_cache=True, logits_to_keep=1)
    out.past_key_values.batch_repeat_interleave(answers)
    again = [one.repeat_interleave(answers, 0) for one in (out.logits[:, -1], mask, mask.sum(1))]
    return _Begun(out.past_key_values, *again)


def score(model: Any, prompts: Sequence[Sequence[int]], groups: Sequence[Sequence[Answer]], spec: GrpoSpec) -> Scored:
    """The same for any model; differentiable through the prompts."""
    flat = [answer for group in groups for answer in group]
    longest = max(len(one.ids) for one in flat)
    ids = torch.zeros(len(flat), longest, dtype=torch.long)
    mask = torch.zeros(len(flat), longest)
    for row, answer in enumerate(flat):
        ids[row, : len(answer.ids)] = torch.tensor(answer.ids)
        mask[row, : len(answer.ids)] = 1.0
    ids, mask = ids.to(model.device), mask.to(model.device)
    begun = _begin(model, prompts, len(groups[0]))
    logits = begun.logits.unsqueeze(1)
    if longest > 1:
        seen = torch.cat([begun.mask, mask[:, :-1].long()], 1)
        places = begun.lengths.unsqueeze(1) + torch.arange(longest - 1, device=ids.device)
        out = model(
            input_ids=ids[:, :-1], attention_mask=seen, position_ids=places, past_key_values=begun.cache, use_cache=True
        )
        logits = torch.cat([logits, out.logits], 1)
    logps = (logits.float() / spec.temperature).log_softmax(-1)
    if not torch.isfinite(logps).all():
        raise NotFinite("the model's logits are not finite")
    entropy = -(logps.detach().exp() * logps.detach()).sum(-1)
    return Scored(logps.gather(2, ids.unsqueeze(2)).squeeze(2), entropy * mask, mask)


def _grouped(tokens: Tensor, scores: Tensor, answers: int, end: int) -> list[list[Answer]]:
    """Rows of tokens as answers, by prompt."""
    found = []
    for row, logps in zip(tokens.tolist(), scores.tolist(), strict=True):
        ids = tuple(one for one in row if one != NOTHING)
        found.append(Answer(ids, tuple(logps[: len(ids)]), ids[-1] == end))
    return [found[first : first + answers] for first in range(0, len(found), answers)]


# Loading --------------------------------------------------------------------------------------------------------------


def load(spec: GrpoSpec) -> Policy:
    """The model of a configuration, of which only what it says learns. Raises ConfigError, OSError or ValueError."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    if Path(spec.model).is_absolute() and not (Path(spec.model) / "config.json").is_file():
        raise ConfigError(f"there is no model in {spec.model}: it has no config.json")
    torch.manual_seed(spec.seed)
    revision = spec.revision or None
    tokenizer = AutoTokenizer.from_pretrained(spec.model, revision=revision)
    model = AutoModelForCausalLM.from_pretrained(spec.model, revision=revision, dtype=torch.float32)
    return Policy(prepared(model, spec), tokenizer, spec)


def prepared(model: Any, spec: GrpoSpec) -> Any:
    """A model of which only what the configuration says learns, where it is to compute.

    Raises ConfigError where nothing would learn, and for quantised weights.
    """
    if getattr(model, "is_quantized", False) and spec.train != "lora":
        raise ConfigError("train: quantised weights take no gradient, only lora trains beside them")
    if spec.train == "lora":
        from peft import LoraConfig, get_peft_model

        config = LoraConfig(
            r=spec.r, lora_alpha=spec.lora_alpha, use_rslora=spec.use_rslora, target_modules=list(spec.target_modules),
            exclude_modules=spec.exclude_modules or None, lora_dropout=spec.lora_dropout, task_type="CAUSAL_LM",
        )  # fmt: skip
        model = get_peft_model(model, config)
    elif spec.train == "layers":
        layers = model.model.layers
        if spec.layers > len(layers):
            raise ConfigError(f"layers: the model has {len(layers)}, not {spec.layers}")
        model.requires_grad_(False)
        for part in (*layers[-spec.layers :], model.model.norm):
            part.requires_grad_(True)
    device = ("cuda" if torch.cuda.is_available() else "cpu") if spec.device == "auto" else spec.device
    return model.to(device)
