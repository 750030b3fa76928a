"""A real model server: one for the whole run, with the small model and run-time adapters."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from openai import OpenAI

from tests.models.processes import started
from tests.models.serving import Server, shared_server

LIMIT = 900
"""Seconds for a test of this folder: the first one waits for the server."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of this folder need a model server, and the time that it takes to start."""
    for item in items:
        if "tests/models/" in item.nodeid:
            item.add_marker(pytest.mark.model)
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(LIMIT))


@pytest.fixture(scope="session")
def model_python() -> str:
    """The Python of the model environment; its absence is a failure, unless TOSSIM_NO_MODEL leaves these tests out."""
    return _given("TOSSIM_LLM_PYTHON")


@pytest.fixture(scope="session")
def tiny(model_python: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model to learn on in hundredths of a second; beside it, as `broken`, one with a weight that is no number."""
    place = tmp_path_factory.mktemp("tiny")
    script = str(Path(__file__).with_name("tiny.py"))
    done = started([model_python, script, str(place / "whole"), str(place / "broken")])
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return place / "whole"


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def server(run_folder: Path, model_python: str) -> Iterator[Server]:
    """The one model server of this run, warm."""
    with shared_server(run_folder, model_python, Path(_given("TOSSIM_MODEL"))) as server:
        yield server


@pytest.fixture
def client(server: Server) -> Iterator[OpenAI]:
    """OpenAI's own client at that server, which tries nothing twice."""
    with OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0, timeout=300) as client:
        yield client


@pytest.fixture(scope="session")
def adapters(tmp_path_factory: pytest.TempPathFactory, model_python: str) -> list[Path]:
    """Two adapters of the small model with random weights, as folders."""
    folders = [tmp_path_factory.mktemp("adapters") / name for name in ("first", "second")]
    script = Path(__file__).with_name("make_adapters.py")
    words = [model_python, "-P", script, os.environ["TOSSIM_MODEL"], *folders]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return folders


def _given(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        pytest.fail(
            f"No model server: {name} is not set. `./tossim test` installs one and sets it; "
            "TOSSIM_NO_MODEL=1 leaves these tests out."
        )
    return value
