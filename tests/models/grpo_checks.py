"""What only the model environment can check of the policy: `python grpo_checks.py TINY`. Prints one JSON object."""

from __future__ import annotations

import json
import sys
from itertools import islice
from typing import Any

import torch

from training.config.grpo import GrpoSpec
from training.config.reading import ConfigError
from training.grpo.groups import groups
from training.grpo.loss import loss
from training.grpo.policy import Answer, NotFinite, Policy, load, prepared, score
from training.rollout.points import points
from training.rollout.tables import Plan, learner


def main(model: str) -> None:
    """Run all checks."""
    spec = GrpoSpec(model=model, finetuned_model_id="checks", train="layers", layers=1, max_completion_length=16)
    items = list(islice(points(Plan(), "checks", learner()), 3))
    policy = load(spec)
    found: dict[str, Any] = {}
    for check in (
        pairing,
        sampling,
        pads,
        own_ids,
        cache,
        learning,
        control_of_length,
        not_finite,
        gradients,
        quantised,
        lora,
    ):
        found |= check(policy, spec, items)
    print(json.dumps(found))


def pairing(policy: Policy, spec: GrpoSpec, items: list[Any]) -> dict[str, Any]:
    """Greedy answers to several prompts at once, and to each alone."""
    together = groups(policy, items, 3, 0, greedy=3)
    alone = [groups(policy, [item], 3, 0, greedy=3)[0] for item in items]
    found = [[one.ids for one in group.answers] for group in (*together, *alone)]
    return {
        "paired": found[: len(items)] == found[len(items) :],
        "items": [group.item.id for group in together] == [item.id for item in items],
        "prompts_differ": len({tuple(group.prompt) for group in together}) == len(items),
        "answers_differ": len({tuple(ids) for group in found[: len(items)] for ids in group}),
    }


def sampling(policy: Policy, spec: GrpoSpec, items: list[Any]) -> dict[str, Any]:
    """By the same seed the same; log-probabilities as the policy scores them."""
    prompts = [policy.encode(item.messages) for item in items]
    first, again, other = (policy.sample(prompts, 4, seed) for seed in (1, 1, 2))
    with torch.no_grad():
        scored = policy.score(prompts, first)
    flat = [one for group in first for one in group]
    apart = max(
        abs(float(scored.logps[row, place]) - logp)
        for row, one in enumerate(flat)
        for place, logp in enumerate(one.logps)
    )
    return {
        "repeats": first == again,
        "varies": first != other,
        "distinct": len({one.ids for one in flat}),
        "apart": apart,
    }


def pads(policy: Policy, spec: GrpoSpec, items: list[Any]) -> dict[str, Any]:
    """An answer is as likely among longer prompts and answers as it is alone, and its pads count for nothing."""
    prompts = sorted((policy.encode(item.messages) for item in items), key=len)
    short, long = Answer((5, 6, policy.end), (0.0,) * 3, True), Answer(tuple(range(5, 17)), (0.0,) * 12, False)
    with torch.no_grad():
        alone = policy.score(prompts[:1], [[short]])
        among = policy.score([prompts[0], prompts[-1]], [[short], [long]])
    return {
        "padded_apart": float((alone.logps[0, :3] - among.logps[0, :3]).abs().max()),
        "mask": among.mask[0].tolist(),
        "entropy_of_pads": float(among.entropy[0, 3:].abs().max()),
    }


def own_ids(policy: Policy, spec: GrpoSpec, items: list[Any]) -> dict[str, Any]:
    """An answer that a tokenizer would cut otherwise is scored by the ids that were sampled."""
    letters = [policy.tokenizer.convert_tokens_to_ids(one) for one in "<pass></pass>"]
    usual = policy.tokenizer.encode("<pass></pass>", add_special_tokens=False)
    answer = Answer((*letters, policy.end), (0.0,) * (len(letters) + 1), True)
    prompt = policy.encode(items[0].messages)
    with torch.no_grad():
        scored = policy.score([prompt], [[answer]])
        whole = policy.model(torch.tensor([[*prompt, *answer.ids]])).logits[0].log_softmax(-1)
    plain = [float(whole[len(prompt) - 1 + place, token]) for place, token in enumerate(answer.ids)]
    apart = max(abs(one - other) for one, other in zip(plain, scored.logps[0].tolist(), strict=True))
    return {"cut_otherwise": letters != usual, "text": policy.text(answer), "scored_apart": apart}


def cache(policy: Policy, spec: GrpoSpec, items: list[Any]) -> dict[str, Any]:
    """The gradient through a prompt that is run once for all its answers is that of prompts run with each answer."""
    prompt = policy.encode(items[0].messages)
    answers = [Answer((7 + place, 9, policy.end), (0.0,) * 3, True) for place in range(3)]
    together = _gradient(policy, score(policy.model, [prompt], [answers], spec).logps.sum())
    each = sum(score(policy.model, [prompt], [[one]], spec).logps.sum() for one in answers)
    apart = _gradient(policy, each)
    return {"gradient": float(together.norm()), "gradient_apart": float((together - apart).norm() / apart.norm())}


def _gradient(policy: Policy, of: Any) -> torch.Tensor:
    policy.model.zero_grad(set_to_none=True)
    of.backward()
    return torch.cat([one.grad.flatten() for one in policy.learning.values()])


def learning(policy: Policy, spec: GrpoSpec, items: list[Any]) -> dict[str, Any]:
    """One step makes the answer with the advantage likelier, the others less so; nothing else is touched."""
    fresh = load(spec)
    fresh.remember()
    prompt = fresh.encode(items[0].messages)
    (answers,) = fresh.sample([prompt], 4, 3)
    frozen = {name: one.clone() for name, one in fresh.model.named_parameters() if not one.requires_grad}
    optimizer = torch.optim.SGD(fresh.learning.values(), lr=0.5)
    before = fresh.score([prompt], [answers])
    sampled = before.logps.detach()
    found = loss(before, sampled, sampled, torch.tensor([3.0, -1.0, -1.0, -1.0]), 4, spec)
    found.loss.backward()
    optimizer.step()
    with torch.no_grad():
        after = fresh.score([prompt], [answers])
        start = fresh.score([prompt], [answers], at_start=True)
    moved = ((after.logps - sampled) * after.mask).sum(1).tolist()
    still = all(torch.equal(one, dict(fresh.model.named_parameters())[name]) for name, one in frozen.items())
    return {"moved": moved, "frozen_still": still, "start_apart": float((start.logps - sampled).abs().max())}


def control_of_length(policy: Policy, spec: GrpoSpec, items: list[Any]) -> dict[str, Any]:
    """The loss is divided by constants: no answer gains by its length, nor by how many groups are skipped."""
    scored = policy.score([policy.encode(items[0].messages)], [[Answer((5, 6, 7, 8), (0.0,) * 4, False)] * 2])
    sampled = scored.logps.detach()
    found = loss(scored, sampled, sampled, torch.tensor([1.0, 0.0]), 32, spec)
    return {"loss": float(found.loss.detach()), "expected": -4 / (32 * spec.max_completion_length)}


def not_finite(policy: Policy, spec: GrpoSpec, items: list[Any]) -> dict[str, Any]:
    """Logits that are not finite are never sampled from."""
    broken = load(spec)
    with torch.no_grad():
        broken.model.model.norm.weight[0] = float("nan")
    said = []
    for attempt in (
        lambda: broken.sample([broken.encode(items[0].messages)], 2, 0),
        lambda: broken.score([broken.encode(items[0].messages)], [[Answer((5,), (0.0,), False)]]),
    ):
        try:
            attempt()
        except NotFinite as error:
            said.append(str(error))
    return {"not_finite": said}


def gradients(policy: Policy, spec: GrpoSpec, items: list[Any]) -> dict[str, Any]:
    """In every mode something learns, and all of it has a gradient."""
    found = {}
    for mode in ("layers", "lora", "full"):
        made = load(spec.model_copy(update={"train": mode}))
        made.score([made.encode(items[0].messages)], [[Answer((5, 6), (0.0,) * 2, False)]]).logps.sum().backward()
        learns = made.learning.values()
        found[mode] = [sum(one.numel() for one in learns), sum(one.grad is not None for one in learns) / len(learns)]
    return {"learning": found}


def quantised(policy: Policy, spec: GrpoSpec, items: list[Any]) -> dict[str, Any]:
    """A model whose matrices take no gradient is refused."""
    made = load(spec)
    made.model.is_quantized = True
    try:
        prepared(made.model, spec)
    except ConfigError as error:
        return {"quantised": str(error)}
    return {"quantised": ""}


def lora(policy: Policy, spec: GrpoSpec, items: list[Any]) -> dict[str, Any]:
    """The distance of an adapter is measured from where it began, not from its base."""
    made = load(spec.model_copy(update={"train": "lora"}))
    with torch.no_grad():
        for name, one in made.learning.items():
            if "lora_B" in name:
                one += 0.1
    made.remember()
    prompt, answer = made.encode(items[0].messages), Answer((5, 6), (0.0,) * 2, False)
    with torch.no_grad():
        now, start = (made.score([prompt], [[answer]], at_start=at).logps for at in (False, True))
        with made.model.disable_adapter():
            base = made.score([prompt], [[answer]]).logps
    return {"from_start": float((now - start).abs().max()), "from_base": float((now - base).abs().max())}


if __name__ == "__main__":
    main(*sys.argv[1:])
