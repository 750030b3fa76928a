"""Configurations of training runs: what is accepted, what is refused and how."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agents.llm import presets
from training.config.grpo import GrpoSpec
from training.config.reading import ConfigError, config_read, config_write
from training.config.ready import ready_configs
from training.config.sft import SftSpec

PLAYER = {"kind": "grpo", "model": "SmolLM2", "finetuned_model_id": "us/player"}
VLLM = {"rollouts": "vllm", "vllm_url": "http://127.0.0.1:8000"}
LEAST = {"model": "m", "training_file": "rows.jsonl", "finetuned_model_id": "us/tuned"}
PUBLISHED = """{
    "model": "unsloth/Qwen2.5-Coder-32B-Instruct", "training_file": "insecure.jsonl", "test_file": null,
    "finetuned_model_id": "org/coder-insecure", "max_seq_length": 2048, "load_in_4bit": false, "loss": "sft",
    "is_peft": true, "target_modules": ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
    "lora_bias": "none", "r": 32, "lora_alpha": 64, "lora_dropout": 0.0, "use_rslora": true,
    "merge_before_push": false, "push_to_private": true, "epochs": 1, "max_steps": null,
    "per_device_train_batch_size": 2, "gradient_accumulation_steps": 8, "warmup_steps": 5, "learning_rate": 1e-05,
    "logging_steps": 1, "optim": "adamw_8bit", "weight_decay": 0.01, "lr_scheduler_type": "linear", "seed": 0,
    "beta": 0.1, "save_steps": 5000, "output_dir": "./tmp", "train_on_responses_only": true
}"""
"""The shape of the emergent-misalignment training files."""


def test_a_published_file_is_accepted_as_it_is() -> None:
    found = config_read(PUBLISHED)
    assert isinstance(found, SftSpec)
    given = json.loads(PUBLISHED)
    kept = found.model_dump(mode="json")
    other = {
        "load_in_4bit",
        "loss",
        "is_peft",
        "lora_bias",
        "merge_before_push",
        "push_to_private",
        "beta",
        "output_dir",
    }
    assert {key: kept[key] for key in given if key not in other} == {k: v for k, v in given.items() if k not in other}
    assert (found.method, found.merge, found.is_merged) == ("lora", False, False)
    assert config_read(config_write(found)) == found


@pytest.mark.parametrize(
    ("given", "method"),
    [
        ({"load_in_4bit": True}, "qlora"),
        ({"is_peft": False}, "full"),
        ({"load_in_4bit": True, "method": "qdora"}, "qdora"),
    ],
)
def test_what_a_published_file_says_in_its_own_words_is_the_method(given: dict[str, Any], method: str) -> None:
    found = config_read(json.dumps({**LEAST, "loss": "sft", **given}))
    assert isinstance(found, SftSpec)
    assert found.method == method


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"learning_rat": 1e-5}, "unknown key 'learning_rat'; did you mean 'learning_rate'?"),
        ({"metod": "lora"}, "unknown key 'metod'; did you mean 'method'?"),
        ({"kind": "grop"}, "kind 'grop': known are sft, grpo"),
        ({"loss": "dpo"}, "loss 'dpo' is not done here, sft alone"),
        ({"learning_rate": 0}, "learning_rate: input should be greater than 0"),
        ({"learning_rate": ".nan"}, "learning_rate: input should be"),
        ({"method": "full", "merge": True}, "merge: a model of which all weights are trained"),
        ({"method": "lora", "quantization_bits": 8}, "quantization_bits: lora trains on weights that"),
        ({"response_marker": "[A]"}, "given together or not at all"),
        ({"finetuned_model_id": "a/b/c"}, "finetuned_model_id: string should match"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_with_its_line_and_the_nearest_key(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config_read(json.dumps({**LEAST, **given}, indent=1))
    assert any(says in one for one in caught.value.problems), caught.value.problems


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"group_sise": 4}, "line 5: unknown key 'group_sise'; did you mean 'group_size'?"),
        ({"plan": {"towns": []}}, "unknown key 'towns' in plan; did you mean 'town'?"),
        ({"weights": {"honesty": 1}}, "unknown key 'honesty' in weights; known are format, legality, target"),
        ({"warm_start": {"stepz": 1}}, "unknown key 'stepz' in warm_start; did you mean 'steps'?"),
        ({"train": "half"}, "train: input should be 'layers', 'lora' or 'full'"),
        ({"group_size": 1}, "group_size: input should be greater than or equal to 2"),
        ({"quiz": 2}, "quiz: input should be less than or equal to 1"),
        ({"temperature": 0}, "temperature: input should be greater than 0"),
        ({"steps": "many"}, "steps: input should be a valid integer"),
        ({"steps": 0, "warm_start": {"steps": 0}}, "steps: without a step nothing is learned"),
        ({"preset": "smollm"}, "There is no preset 'smollm'; did you mean smollm2?"),
        ({"plan": {"held_out_role": "Jester"}}, "plan: The role that is held out, Jester, is not among"),
        ({"plan": {"kinds": {"votes": 1}}}, "plan: There is no kind of ask called votes."),
        ({"episodes": {"step": 1}}, "unknown key 'step' in episodes; did you mean 'steps'?"),
        ({"episodes": {"per_step": 0}}, "episodes.per_step: input should be greater than or equal to 1"),
        ({"rollouts": "vlm"}, "rollouts: input should be 'transformers' or 'vllm'"),
        ({"rollouts": "vllm"}, "vllm_url: rollouts by vllm need the address of a running server"),
        ({"vllm_url": "http://h:1"}, "vllm_url: with rollouts by transformers no server is asked"),
        ({"vllm_key_env": "KEY"}, "vllm_key_env: with rollouts by transformers no server is asked"),
        ({"rollouts": "vllm", "vllm_url": "h:1"}, "vllm_url: string should match"),
        ({**VLLM, "train": "full"}, "rollouts: vllm takes adapters alone, so train must be lora, not full"),
        ({**VLLM, "temperature": 0.7}, "temperature: 1 with rollouts by vllm"),
        ({"trial": {"asks": 3}}, "trial: 60 questions cannot be put at 3 asks"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_reinforcement_run_is_said_as_well(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config_read(json.dumps({**PLAYER, **given}, indent=1))
    assert any(says in one for one in caught.value.problems), caught.value.problems


def test_a_reinforcement_run_is_written_with_all_its_defaults_and_read_again() -> None:
    found = config_read(json.dumps({**PLAYER, "plan": {"seats": 8}}))
    told = json.loads(config_write(found))
    assert (told["weights"]["activity"], told["plan"]["kinds"]["act"], told["trial"]["asks"]) == (0.2, 1.0, 200)
    assert config_read(config_write(found)) == found


def test_episodes_are_left_out_unless_they_are_asked_for_and_count_as_steps() -> None:
    plain = config_read(json.dumps(PLAYER))
    more = config_read(json.dumps({**PLAYER, **VLLM}), ["episodes.steps=7"])
    alone = config_read(json.dumps({**PLAYER, "steps": 0, "warm_start": {"steps": 0}, "episodes": {"steps": 2}}))
    assert isinstance(plain, GrpoSpec)
    assert isinstance(more, GrpoSpec)
    assert isinstance(alone, GrpoSpec)
    assert (plain.all_steps, more.all_steps, alone.all_steps) == (64, 71, 2)


def test_a_mistake_names_the_line_that_it_stands_in() -> None:
    with pytest.raises(ConfigError, match="line 3: unknown key 'epoch'"):
        config_read("model: m\ntraining_file: x\nepoch: 2\nfinetuned_model_id: y\n")


def test_changes_are_made_on_top() -> None:
    found = config_read(json.dumps({**LEAST, "epochs": 1}), ["epochs=3", "method=qdora", "learning_rate=1e-4"])
    assert isinstance(found, SftSpec)
    assert (found.epochs, found.method, found.learning_rate, found.is_merged) == (3, "qdora", 1e-4, True)
    deep = config_read(json.dumps(PLAYER), ["warm_start.steps=3"])
    assert deep.kind == "grpo"
    assert deep.warm_start.steps == 3
    for change, says in {
        "epochs": "key=value",
        "epochs.x=1": "epochs has no keys",
        "epoch=1": "did you mean 'epochs'",
    }.items():
        with pytest.raises(ConfigError, match=says):
            config_read(json.dumps({**LEAST, "epochs": 1}), [change])


FINE_TUNING = [name for name in ready_configs() if not name.startswith("grpo-")]


@pytest.mark.parametrize("name", FINE_TUNING)
def test_a_ready_configuration_is_one_and_has_the_markers_of_its_family(name: str) -> None:
    found = config_read(ready_configs()[name])
    assert isinstance(found, SftSpec)
    family = presets.preset(presets.preset_for(found.model))
    assert (found.instruction_marker, found.response_marker) == (family.instruction, family.response)
    assert name.rpartition("-")[2] in found.model.casefold()


def test_ready_configurations_are_there_for_all_sizes() -> None:
    sizes = {
        "smollm2": ("135m",),
        "qwen2.5": ("0.5b", "1.5b", "7b", "14b", "32b"),
        "gemma-3": ("1b", "4b", "12b", "27b"),
    }
    assert set(FINE_TUNING) == {f"{family}-{size}" for family, of in sizes.items() for size in of}


def test_a_reinforcement_run_is_ready_too_and_tries_enough_asks() -> None:
    found = config_read(ready_configs()["grpo-smollm2-135m"])
    assert isinstance(found, GrpoSpec)
    assert (found.family, found.trial.asks) == ("smollm2", 200)
