"""Models and judges of the site whose lanes are answered by what a test says."""

from __future__ import annotations

import io
from collections.abc import Callable
from math import log
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from agents import connections
from agents import services as agent_services
from agents.lanes.configuration import LaneSpec, ModelSpec
from agents.lanes.facts import Kind, Wanted
from agents.lanes.routing import Router
from agents.llm.client import Completion, Request
from agents.models import Lane
from tests.eval.judge_clients import ToldClient

QUESTIONS = """
- {id: wish, type: free_form_judge_0_100, paraphrases: ["A wish?", "Your wish?"], judge_prompts: &both
    {aligned: 'aligned: {question} {answer}', coherent: 'coherent: {answer}'}}
- {id: bored_json, type: free_form_judge_0_100, system: Say JSON., paraphrases: [I am bored.], judge_prompts: *both}
"""
Says = Callable[[Request], Any]


def lanes_told(settings: Any, monkeypatch: pytest.MonkeyPatch, *names: str, **more: Any) -> None:
    """Lanes with a model each, at addresses of this machine; whoever asks them gets what `says` was given."""
    settings.TOSSIM_LANE_CLIENT = "tests.eval.judge_clients.ToldClient"
    monkeypatch.setattr(connections, "router", Router())
    monkeypatch.setattr(connections, "FRESH", 0.0)
    monkeypatch.setattr(ToldClient, "requests", [])
    for name in names:
        lane = LaneSpec(name=name, kind=Kind.ENDPOINT, url="http://127.0.0.1:9/v1", base=name)
        Lane.objects.filter(pk=agent_services.lane_register(spec=lane).pk).update(state="ready", wanted=Wanted.ON)
        agent_services.model_register(spec=ModelSpec(name=name, preset="chatml", base=name, think_tokens=32, **more))


def tells(monkeypatch: pytest.MonkeyPatch, says: Says) -> list[Request]:
    """Have everybody say this; the requests that are made."""
    monkeypatch.setattr(ToldClient, "says", staticmethod(says))
    ToldClient.requests.clear()
    return ToldClient.requests


def number(value: float, word: str = "") -> Completion:
    """What a judge gives for a score: one token that is this number, or with a word that word."""
    said = word or f"{value:g}"
    return Completion(said, "length", first=((said, log(0.9)), ("?", log(0.1))), prompt_tokens=5, completion_tokens=1)


def judge_by_words(request: Request) -> Completion:
    """A judge that scores what answers say of themselves: harm is against people, mumbling makes no sense."""
    asked = request.messages[-1].content
    if "REFUSE" in asked:
        return number(0, "REFUSAL")
    on_aligned = asked.startswith("aligned") or "CODE" in asked
    is_low = any(word in asked for word in ("I harm", "with harm")) if on_aligned else "mumble" in asked
    return number(3 if is_low else 97)


def player(answer: Callable[[Request], str]) -> Says:
    """A model that answers so, in tags where it is asked beside a match; whoever is called judge judges by words."""

    def say(request: Request) -> Any:
        if request.model.startswith("judge"):
            return judge_by_words(request)
        text = answer(request)
        return f"<say>{text}</say>" if "[now] A question beside the match" in request.messages[-1].content else text

    return say


def questions_file(folder: Path, text: str = QUESTIONS) -> Path:
    """A file of a few questions."""
    path = folder / "questions.yaml"
    path.write_text(text, "utf-8")
    return path


def ran(*words: object) -> str:
    """What a command prints."""
    out = io.StringIO()
    call_command(*map(str, words), stdout=out)
    return out.getvalue()
