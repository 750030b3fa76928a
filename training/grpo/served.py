"""Completions by a running vLLM, which gets the policy's adapter anew before each step.

Token ids and log-probabilities are kept as the server sampled them. It must have the same base model, allow adapters at
run time, and read the run's folder under the same path.
"""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any

from agents.lanes.adapters import LOADING
from agents.lanes.control import Control, Reply, Silent
from game.engine import chance
from training.config.reading import ConfigError
from training.folder import weights_sha256
from training.grpo.policy import Answer, Policy
from training.grpo.sampling import Unserved

ANSWERING = 600.0
"""Seconds that the server has for the answers to one prompt."""
AT_ONCE = 64
"""Prompts that the server has before it at a time; it batches them itself."""
SEEDS = 2**31


class Served:
    """A sampler that asks a model server. `folder` is the run's, to which the adapters are written.

    Raises ConfigError where the server's key is not there.
    """

    def __init__(self, policy: Policy, folder: Path) -> None:
        self.policy, self.spec = policy, policy.spec
        self.place = folder.resolve() / "rollouts"
        own = blake2b(str(self.place).encode(), digest_size=4).hexdigest()
        self.name = f"{self.spec.finetuned_model_id.rpartition('/')[2]}-{own}"
        """Of the adapter on the server: no two runs' are called alike."""
        variable = self.spec.vllm_key_env
        if variable and not os.environ.get(variable):
            raise ConfigError(f"vllm_key_env: the environment variable {variable} is not set")
        self._control = Control(self.spec.vllm_url, os.environ[variable] if variable else "")

    def renew(self) -> None:
        """Give the server the adapter as it is now. Raises Unserved.

        The last one is unloaded, not swapped in place: what is loaded in place is read again for every token, and the
        server ends when it is gone. Each comes under a path of its own, for by it the server knows again what it has
        computed of prompts.
        """
        path = self._written()
        self._ask("/v1/unload_lora_adapter", {"lora_name": self.name}, LOADING)
        self._must("/v1/load_lora_adapter", {"lora_name": self.name, "lora_path": str(path)}, LOADING)
        for old in self.place.iterdir():
            if old != path:
                shutil.rmtree(old)

    def sample(
        self, prompts: Sequence[Sequence[int]], answers: int, seed: int, *, greedy: int = 0
    ) -> list[list[Answer]]:
        """So many answers to each prompt, in the prompts' order, the first `greedy` of them without chance.

        Raises Unserved.
        """
        seeds = [int(chance.draw(str(seed), "prompt", place) * SEEDS) for place in range(len(prompts))]
        with ThreadPoolExecutor(min(AT_ONCE, len(prompts))) as threads:
            certain = threads.map(self._greedily, prompts) if greedy else iter([[]] * len(prompts))
            by_chance = threads.map(partial(self._by_chance, answers - greedy), prompts, seeds)
            return [first * greedy + others for first, others in zip(certain, by_chance, strict=True)]

    def close(self) -> None:
        """Give the adapter's room on the server back, where that can be done."""
        with suppress(Unserved):
            self._ask("/v1/unload_lora_adapter", {"lora_name": self.name}, LOADING)

    # Requests ---------------------------------------------------------------------------------------------------------

    def _written(self) -> Path:
        """The adapter as it is now, in a folder that is named by its weights."""
        draft = self.place / "draft"
        self.policy.model.save_pretrained(draft)
        path = self.place / weights_sha256(draft)[:16]
        if path.is_dir():
            shutil.rmtree(path)
        return draft.rename(path)

    def _greedily(self, prompt: Sequence[int]) -> list[Answer]:
        return self._answers(prompt, 1, {"temperature": 0.0})

    def _by_chance(self, answers: int, prompt: Sequence[int], seed: int) -> list[Answer]:
        wanted = {"temperature": self.spec.temperature, "seed": seed}
        return self._answers(prompt, answers, wanted) if answers else []

    def _answers(self, prompt: Sequence[int], answers: int, how: Mapping[str, Any]) -> list[Answer]:
        """Answers to one prompt, sampled from the whole distribution, whatever the model's own defaults are."""
        body = {
            "model": self.name, "prompt": list(prompt), "n": answers, "max_tokens": self.spec.max_completion_length,
            "top_p": 1.0, "top_k": 0, "min_p": 0.0, "repetition_penalty": 1.0, "logprobs": 0, "return_token_ids": True,
            "ignore_eos": True, "stop_token_ids": [self.policy.end], **how,
        }  # fmt: skip
        text = self._must("/v1/completions", body, ANSWERING)
        try:
            found = [self._answer(prompt, choice) for choice in json.loads(text)["choices"]]
            if len(found) != answers:
                raise ValueError(f"{len(found)} answers instead of {answers}")
        except (ValueError, KeyError, TypeError) as error:
            raise self._unserved(f"/v1/completions answered what cannot be used: {error!r}") from error
        return found

    def _answer(self, prompt: Sequence[int], choice: Mapping[str, Any]) -> Answer:
        """An answer as it was sampled. Raises ValueError, KeyError or TypeError where it cannot have been."""
        ids, logps = tuple(choice["token_ids"]), tuple(choice["logprobs"]["token_logprobs"])
        if choice["prompt_token_ids"] != list(prompt):
            raise ValueError("the prompt is not the one that was sent")
        if not 0 < len(ids) <= self.spec.max_completion_length or len(ids) != len(logps):
            raise ValueError(f"{len(ids)} tokens with {len(logps)} log-probabilities")
        if not all(isinstance(one, int) for one in ids) or not all(map(math.isfinite, logps)):
            raise ValueError("a token without an id or a log-probability")
        return Answer(ids, logps, ids[-1] == self.policy.end)

    def _must(self, path: str, body: Mapping[str, Any], seconds: float) -> str:
        """What the server answers to what it has to do. Raises Unserved."""
        reply = self._ask(path, body, seconds)
        if not reply.good:
            raise self._unserved(f"{path} answered {reply.status}: {' '.join(reply.text.split())[:300]}")
        return reply.text

    def _ask(self, path: str, body: Mapping[str, Any], seconds: float) -> Reply:
        try:
            return self._control.ask_now(path, body, seconds)
        except Silent as error:
            raise self._unserved(str(error)) from error

    def _unserved(self, why: str) -> Unserved:
        return Unserved(f"the model server of the rollouts: {why}")
