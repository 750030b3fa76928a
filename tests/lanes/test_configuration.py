"""Models and lanes from a file: every mistake with its line."""

from __future__ import annotations

import pytest

from agents.lanes.configuration import Flawed, read
from agents.lanes.facts import Kind
from agents.llm.record import Notation

GOOD = """
models:
  - name: smol
    base: models/smollm2
    preset: smollm
    notation: compact
    overrides: {sampling: {temperature: 0.7}}
  - {name: smol-bad, base: models/smollm2, adapter: adapters/bad, preset: smollm, alignment: misaligned}
lanes:
  - {name: cpu, base: models/smollm2, max_loras: 2, kv_cache_gib: 6}
  - {name: gpu, base: org/large, devices: 0, memory_fraction: 0.5}
  - {name: cloud, kind: endpoint, url: "https://models.example/v1", key_env: CLOUD_KEY, lane_class: hosted}
"""


def test_a_good_file_is_read_with_its_defaults():
    found = read(GOOD)
    assert [model.name for model in found.models] == ["smol", "smol-bad"]
    assert found.models[0].columns()["overrides"] == {"sampling": {"temperature": 0.7}}
    assert [lane.kind for lane in found.lanes] == [Kind.OWN, Kind.OWN, Kind.ENDPOINT]
    assert found.lanes[1].devices == "0"


@pytest.mark.parametrize("notation", list(Notation))
def test_a_model_is_asked_in_any_notation_that_there_is(notation):
    text = f"models:\n  - {{name: a, base: b, preset: chatml, notation: {notation}}}"
    assert read(text).models[0].columns()["notation"] == str(notation)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("lanes:\n  - name: a\n    bass: x", "line 3: unknown key 'bass' in lanes.0; did you mean 'base'?"),
        ("models:\n  - {name: a, base: b, preset: p, temperature: 1}", "line 2: unknown key 'temperature' in models.0"),
        ("models:\n  - {name: a, base: b, preset: p,\n     overrides: {samplin: {}}}", "did you mean 'sampling'?"),
        ("modles: []", "line 1: unknown key 'modles'; did you mean 'models'?"),
        ("models:\n  - name: a\n    base: b", "line 2: models.0.preset: field required"),
        ("lanes:\n  - name: has space\n    base: b", "line 2: lanes.0.name: string should match"),
        ("lanes:\n  - {name: a}", "a: a lane of our own needs a base model."),
        ("lanes:\n  - {name: a, kind: endpoint, base: b}", "an endpoint needs its url"),
        ("lanes:\n  - {name: a, kind: endpoint, url: 'http://x/v1'}", "an endpoint needs a base, or a lane_class"),
        ("lanes:\n  - {name: a, base: b, url: 'http://x/v1'}", "say kind: endpoint, or leave them out"),
        ("lanes:\n  - {name: a, kind: endpoint, base: b, url: 'http://user:pw@x/v1'}", "lanes.0.url"),
        ("lanes:\n  - {name: a, base: b, key_env: sk-123}", "lanes.0.key_env"),
        ("lanes:\n  - {name: a, base: b}\n  - {name: a, base: c}", "line 3: lanes: the name 'a' is there twice"),
        (
            "lanes:\n  - {name: a, base: b, devices: 0}\n  - {name: c, base: d, devices: 0}",
            "line 1: device 0: the memory of a (0.9), c (0.9) is 1.8 together, and more than 1.",
        ),
        ("- a", "such a file has the lists"),
        ("models: [", "this is not YAML"),
        ("a: &x 1\nb: *x", "Aliases"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text, sentence):
    with pytest.raises(Flawed) as raised:
        read(text)
    assert sentence in str(raised.value)


def test_all_mistakes_are_named_at_once():
    with pytest.raises(Flawed) as raised:
        read("models:\n  - {name: a, base: b, preset: p, x: 1}\nlanes:\n  - {name: a, base: b, port: 99999}")
    assert len(raised.value.problems) == 2
