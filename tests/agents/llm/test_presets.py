"""Families of models and what is known of each."""

from __future__ import annotations

import pytest

from agents.llm.presets import names, preset, preset_for


@pytest.mark.parametrize("name", names())
def test_a_preset_is_whole(name: str) -> None:
    found = preset(name)
    assert found.name == name
    assert found.instruction != found.response
    assert len(found.special) == len(set(found.special)) > 5
    assert all(one.strip() for one in found.special)
    known = set(found.special)
    assert {*found.stop, *(found.think or ())} <= known
    for marker in (found.instruction, found.response):
        assert any(marker.startswith(one) for one in known)


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("Qwen/Qwen2.5-7B-Instruct", "qwen2.5"),
        ("Qwen/Qwen2.5-32B-Instruct-AWQ", "qwen2.5"),
        ("Qwen/Qwen3-8B", "qwen3"),
        ("Qwen/Qwen3-4B-Thinking-2507", "qwen3"),
        ("Qwen/Qwen3-4B-Instruct-2507", "qwen3-plain"),
        ("meta-llama/Llama-3.1-8B-Instruct", "llama-3"),
        ("unsloth/Meta-Llama-3-8B", "llama-3"),
        ("google/gemma-2-2b-it", "gemma"),
        ("google/gemma-3-4b-it", "gemma"),
        ("mistralai/Mistral-7B-Instruct-v0.3", "mistral-v3"),
        ("mistralai/Mixtral-8x7B-Instruct-v0.1", "mistral-v3"),
        ("mistralai/Mistral-Small-24B-Instruct-2501", "mistral-v7"),
        ("mistralai/Mistral-Large-Instruct-2411", "mistral-v7"),
        ("/models/SmolLM2-135M-Instruct", "smollm2"),
        ("deepseek-ai/DeepSeek-R1-Distill-Llama-8B", "deepseek"),
        ("deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", "deepseek"),
        ("NousResearch/Hermes-2-Pro", "chatml"),
        ("nobody/knows-this-one", "chatml"),
    ],
)
def test_the_family_of_a_model_is_guessed_by_its_name(model: str, name: str) -> None:
    assert preset_for(model) == name


@pytest.mark.parametrize(
    ("asked", "answer"),
    [("qwen-3", "did you mean qwen3?"), ("mistral_v3", "did you mean mistral-v3?"), ("???", "there are qwen3-plain,")],
)
def test_an_unknown_preset_is_answered_with_the_nearest(asked: str, answer: str) -> None:
    with pytest.raises(ValueError, match="There is no preset") as refused:
        preset(asked)
    assert answer in str(refused.value)


def test_what_makes_the_families_differ() -> None:
    assert preset("qwen3").think == ("<think>", "</think>")
    assert preset("qwen3").extra == {"chat_template_kwargs": {"enable_thinking": True}}
    assert preset("qwen3-plain").extra == {"chat_template_kwargs": {"enable_thinking": False}}
    assert preset("qwen3-plain").think is None
    assert not preset("gemma").system_role
    assert not preset("mistral-v3").system_role
    assert preset("mistral-v7").system_role
    assert "<|reserved_special_token_247|>" in preset("llama-3").special
    assert [name for name in names() if not preset(name).resumes] == ["qwen3", "deepseek"]
