"""What the product relies on in a real vLLM: if one of these fails, the server's release is what changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from openai import OpenAI
from openai.types.chat import ChatCompletion
from tokenizers import Tokenizer

from tests.models.serving import Server

BLOCK = 32
"""Tokens that the server caches together."""
STORY = "The town met at noon and nobody trusted anybody. " * 8


def talk(words: str) -> list[dict[str, str]]:
    """A conversation of one message."""
    return [{"role": "user", "content": words}]


QUESTION = talk("Who is the Mafia? Answer in one sentence.")


def ask(client: OpenAI, messages: list[dict[str, str]], model: str = "small", **more: Any) -> ChatCompletion:
    """What the model answers, always the same to the same question."""
    more = {"temperature": 0.0, "max_tokens": 12, **more}
    answer: ChatCompletion = client.chat.completions.create(model=model, messages=messages, **more)  # type: ignore[call-overload]
    return answer


def said(answer: ChatCompletion) -> str:
    """The text of an answer."""
    return answer.choices[0].message.content or ""


def cached(answer: ChatCompletion) -> int:
    """The tokens of its prompt that did not have to be computed."""
    details = answer.usage.prompt_tokens_details if answer.usage else None
    return (details.cached_tokens or 0) if details else 0


def test_an_answer_says_what_it_cost_and_what_was_cached(client: OpenAI) -> None:
    story = [{"role": "system", "content": STORY}, *QUESTION]
    first, again = (ask(client, story, max_tokens=4) for _ in range(2))
    assert first.usage
    assert first.usage.total_tokens == first.usage.prompt_tokens + first.usage.completion_tokens
    assert 0 < first.usage.completion_tokens <= 4
    assert first.usage.prompt_tokens - BLOCK <= cached(again) < first.usage.prompt_tokens


def test_a_turn_of_the_assistant_is_gone_on_with(client: OpenAI, server: Server) -> None:
    begun = "I think that it is Ada, since"
    more = {"continue_final_message": True, "add_generation_prompt": False, "return_token_ids": True}
    answer = ask(client, [*QUESTION, {"role": "assistant", "content": begun}], extra_body=more)
    tokens = (answer.model_extra or {})["prompt_token_ids"]
    prompt = Tokenizer.from_file(str(server.folder / "tokenizer.json")).decode(tokens, skip_special_tokens=False)
    assert prompt.endswith(begun)
    assert not said(answer).startswith(begun)


def test_an_answer_keeps_to_a_json_schema(client: OpenAI) -> None:
    schema = {
        "type": "object",
        "properties": {"vote": {"enum": ["Ada", "Ben", "Cid"]}, "wish": {"type": "integer"}},
        "required": ["vote", "wish"],
        "additionalProperties": False,
    }
    wanted = {"type": "json_schema", "json_schema": {"name": "action", "schema": schema, "strict": True}}
    action = json.loads(said(ask(client, QUESTION, response_format=wanted, max_tokens=80)))
    assert action.keys() == {"vote", "wish"}
    assert action["vote"] in ("Ada", "Ben", "Cid")
    assert isinstance(action["wish"], int)


def test_an_answer_is_one_of_the_choices(client: OpenAI) -> None:
    choices = ["guilty", "innocent", "abstain"]
    assert said(ask(client, QUESTION, extra_body={"structured_outputs": {"choice": choices}})) in choices


def test_an_answer_names_the_string_that_stopped_it(client: OpenAI) -> None:
    choice = ask(client, QUESTION, stop=["zebra", "a"], max_tokens=60).choices[0]
    assert (choice.finish_reason, (choice.model_extra or {})["stop_reason"]) == ("stop", "a")
    assert "a" not in (choice.message.content or "")


def test_an_answer_that_was_cut_says_so(client: OpenAI) -> None:
    assert ask(client, QUESTION, max_tokens=2).choices[0].finish_reason == "length"


def test_a_prompt_beyond_the_window_is_refused(server: Server) -> None:
    status, why = server.post("/v1/chat/completions", {"model": "small", "messages": talk("town " * 9000)})
    assert (status, "context length" in why) == (400, True)


def test_adapters_answer_each_in_its_own_way_and_are_exchanged(
    client: OpenAI, server: Server, adapters: list[Path], worker_id: str
) -> None:
    first, second = names = [f"{folder.name}-{worker_id}" for folder in adapters]  # each process has its own
    for name, folder in zip(names, adapters, strict=True):
        assert load(server, name, folder) == 200
    assert {"small", *names} <= {model.id for model in client.models.list()}
    answers = [said(ask(client, QUESTION, model, max_tokens=6)) for model in ("small", first, second)]
    assert len(set(answers)) == 3

    assert load(server, first, adapters[1]) == 400, "the name is taken"
    assert server.post("/v1/unload_lora_adapter", {"lora_name": first})[0] == 200
    assert load(server, first, adapters[1]) == 200
    swapped = ask(client, QUESTION, first, max_tokens=6)
    assert said(swapped) == answers[2]
    assert cached(swapped) == 0, "what the former adapter had computed is not used"

    for name in names:
        assert server.post("/v1/unload_lora_adapter", {"lora_name": name})[0] == 200
    assert server.post("/v1/chat/completions", {"model": first, "messages": QUESTION})[0] == 404


def load(server: Server, name: str, folder: Path) -> int:
    """Load an adapter; the server's status."""
    return server.post("/v1/load_lora_adapter", {"lora_name": name, "lora_path": str(folder)})[0]
