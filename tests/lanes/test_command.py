"""What a server is started with."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.lanes.command import Impossible, Part, ServerSpec, check, check_together, command
from agents.lanes.processor import Processor, this_one

TWO_CORES = Processor(2, frozenset({"avx512f", "avx512_bf16"}))


def words(**fields) -> str:
    return " ".join(
        command(ServerSpec(**{"name": "a", "base": "org/model", "port": 8101, **fields}), "py", TWO_CORES, {}).words
    )


def environment(inherited=None, **fields) -> dict[str, str]:
    spec = ServerSpec(**{"name": "a", "base": "org/model", "port": 8101, **fields})
    return dict(command(spec, "py", TWO_CORES, inherited or {}).environment)


@pytest.mark.parametrize(
    ("described", "dtype"),
    [
        ("flags\t\t: fpu avx2 avx512f avx512_bf16\n", "bfloat16"),
        ("flags\t\t: fpu avx2 f16c\n", "float32"),
        ("Features\t: fp asimd bf16\n", "bfloat16"),
        ("", "float32"),
    ],
)
def test_numbers_are_of_the_type_that_the_processor_is_fastest_with(described: str, dtype: str, tmp_path: Path):
    file = tmp_path / "cpuinfo"
    file.write_text(f"processor\t: 0\n{described}processor\t: 1\n")
    words = command(ServerSpec("a", "org/model", 8101), "py", this_one(file), {}).words
    assert words[words.index("--dtype") + 1] == dtype


def test_on_the_cpu():
    assert words(max_loras=2) == (
        "py -m vllm.entrypoints.openai.api_server --model org/model --served-model-name org/model --host 127.0.0.1 "
        "--port 8101 --max-model-len 8192 --enable-prompt-tokens-details "
        '--structured-outputs-config {"backend": "xgrammar", "disable_any_whitespace": true} '
        "--dtype bfloat16 --enforce-eager --block-size 32 --no-enable-chunked-prefill --max-num-batched-tokens 8192 "
        "--enable-lora --max-loras 2 --max-lora-rank 16"
    )
    found = environment(kv_cache_gib=6, max_loras=1)
    assert found["VLLM_CPU_KVCACHE_SPACE"] == "6"
    assert found["VLLM_CPU_OMP_THREADS_BIND"] == "0-1"
    assert found["VLLM_ALLOW_RUNTIME_LORA_UPDATING"] == "True"
    assert found["CUDA_VISIBLE_DEVICES"] == ""
    assert "VLLM_SERVER_DEV_MODE" not in found


NODE = """Node 0 MemTotal:        9135900 kB
Node 0 MemFree:         {free} kB
Node 0 Active(file):    1048576 kB
Node 0 Inactive(file):  1048576 kB
Node 0 AnonPages:       1067548 kB
Node 0 SReclaimable:          0 kB
Node 0 HugePages_Total:     0
"""


@pytest.mark.parametrize(("free", "wished", "cache"), [(6, 8, 5), (6, 4, 4), (0, 8, 1), (None, 8, 8)])
def test_a_cache_on_the_cpu_takes_no_more_than_there_is(free: int | None, wished: int, cache: int, tmp_path: Path):
    node = tmp_path / "meminfo"
    if free is not None:
        node.write_text(NODE.format(free=free * 2**20))
    made = command(ServerSpec("a", "org/model", 8101, kv_cache_gib=wished), "py", this_one(memory=node), {})
    assert made.environment["VLLM_CPU_KVCACHE_SPACE"] == str(cache)
    smaller = f"a cache of {cache} GiB instead of {wished}: there is no more memory"
    assert made.notes == ((smaller,) if cache < wished else ())


def test_a_prompt_on_the_cpu_is_never_split_over_steps():
    assert "--max-num-batched-tokens 32768" in words(max_model_len=32768)


@pytest.mark.parametrize(
    ("fields", "wanted", "devices"),
    [
        ({"devices": "0", "memory_fraction": 0.45}, "--gpu-memory-utilization 0.45", "0"),
        ({"devices": "0,1", "tensor_parallel": 2}, "--tensor-parallel-size 2", "0,1"),
        ({"devices": "MIG-3f2a"}, "--gpu-memory-utilization 0.9", "MIG-3f2a"),
        ({"devices": "0", "sleeps": True}, "--enable-sleep-mode", "0"),
        ({"devices": "0", "quantization": "awq", "revision": "abc"}, "--revision abc --quantization awq", "0"),
        ({"devices": "0", "chat_template": "t.jinja", "extra_args": ("--seed", "1")}, "t.jinja --seed 1", "0"),
    ],
)
def test_on_gpus(fields, wanted, devices):
    assert wanted in words(**fields)
    assert "--enforce-eager" not in words(**fields)
    found = environment(**fields)
    assert found["CUDA_VISIBLE_DEVICES"] == devices
    assert ("VLLM_SERVER_DEV_MODE" in found) == bool(fields.get("sleeps"))


def test_mps_is_found_where_the_machine_says_or_where_nvidia_puts_it():
    assert environment(devices="0", mps=True)["CUDA_MPS_PIPE_DIRECTORY"] == "/tmp/nvidia-mps"
    given = environment({"CUDA_MPS_PIPE_DIRECTORY": "/run/mps"}, devices="0", mps=True)
    assert (given["CUDA_MPS_PIPE_DIRECTORY"], given["CUDA_MPS_LOG_DIRECTORY"]) == ("/run/mps", "/run/mps-log")


def test_a_folder_is_served_without_asking_a_hub(tmp_path):
    assert environment(base=str(tmp_path))["HF_HUB_OFFLINE"] == "1"
    assert "HF_HUB_OFFLINE" not in environment()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"base": ""}, "needs a base model"),
        ({"devices": "0,0", "tensor_parallel": 2}, "named twice"),
        ({"devices": "0,1"}, "tensor_parallel is 1 on 2 devices"),
        ({"devices": "0", "tensor_parallel": 2}, "tensor_parallel is 2 on 1 devices"),
        ({"devices": "MIG-a,MIG-b", "tensor_parallel": 2}, "one MIG part alone"),
        ({"devices": "MIG-a", "mps": True}, "MIG and MPS"),
        ({"mps": True}, "need devices"),
    ],
)
def test_what_cannot_be_started_is_refused_in_a_sentence(fields, sentence):
    with pytest.raises(Impossible, match=sentence):
        check(ServerSpec(**{"name": "a", "base": "org/model", "port": 1, **fields}))


def test_lanes_on_one_gpu_share_its_memory():
    check_together(
        [Part("a", "0", 0.5, mps=True), Part("b", "0", 0.5, mps=True), Part("c", "1", 0.9), Part("d", "", 0.9)]
    )
    with pytest.raises(Impossible, match=r"device 0: the memory of a \(0.6\), b \(0.5\) is 1.1 together"):
        check_together([Part("a", "0", 0.6), Part("b", "0,1", 0.5)])
    with pytest.raises(Impossible, match="use MPS or none"):
        check_together([Part("a", "0", 0.4, mps=True), Part("b", "0", 0.5)])


def test_lanes_that_take_turns_count_once():
    check_together([Part("a", "0", 0.6, swap_group="g"), Part("b", "0", 0.5, swap_group="g"), Part("c", "0", 0.4)])
