"""The images and the compose files, checked without an engine, before they fail on somebody's machine."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parents[2]
DOCKER = ROOT / "docker"
OVERLAYS = ("", "gpu", "gpus", "mps", "train")
IMAGES = ("web", "play", "llm", "train")
STEADY = {"postgres", "valkey", "web", "live", "batch", "judge", "beat", "llm", "train"}
GIVEN = re.compile(r"\$\{(\w+)(?::?[-?][^}]*)?\}")
QUEUES = ("live", "batch", "judge", "train")


def program(name: str) -> str:
    """A tool of requirements/test.in, in this environment or on the PATH."""
    found = shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    assert found, f"{name} is not installed: run ./tossim test"
    return found


def example() -> dict[str, str]:
    """The variables of .env.example, with their values."""
    lines = (DOCKER / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def files(overlay: str) -> list[Path]:
    """The compose files of a combination."""
    return [DOCKER / "compose.yaml", *([DOCKER / f"compose.{overlay}.yaml"] if overlay else [])]


def compose(overlay: str, *words: str, env: Path) -> subprocess.CompletedProcess[str]:
    """Run docker-compose on a combination, with everything that a profile adds."""
    named = [word for file in files(overlay) for word in ("-f", str(file))]
    command = [program("docker-compose"), "--env-file", str(env), *named, "--profile", "train", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={"HOME": "/", "PATH": "/bin"})


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """.env.example as somebody has filled it."""
    path = tmp_path_factory.mktemp("docker") / ".env"
    path.write_text("".join(f"{name}={value or 'something'}\n" for name, value in example().items()))
    return path


@pytest.fixture(scope="module")
def services(filled: Path) -> dict[str, dict[str, Any]]:
    """The services of every combination, by combination and name, as an engine would get them."""
    found = {}
    for overlay in OVERLAYS:
        done = compose(overlay, "config", "--format", "json", env=filled)
        assert done.returncode == 0, done.stderr
        assert "variable is not set" not in done.stderr
        found[overlay] = json.loads(done.stdout)["services"]
    return found


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_combination_is_valid(overlay: str, services: dict[str, dict[str, Any]]) -> None:
    assert services[overlay].keys() >= STEADY | {"set-up"}


@pytest.mark.parametrize("missing", ["TOSSIM_SECRET_KEY", "TOSSIM_PG_PASSWORD"])
def test_nothing_starts_without_its_secrets(missing: str, filled: Path, tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text("".join(line for line in filled.read_text().splitlines(True) if not line.startswith(missing)))
    done = compose("", "config", "-q", env=env)
    assert (done.returncode != 0, missing in done.stderr) == (True, True)


def test_every_variable_is_in_the_example_and_every_one_there_is_used() -> None:
    used = {name for file in DOCKER.glob("compose*.yaml") for name in GIVEN.findall(file.read_text())}
    assert used == example().keys()


def test_the_example_holds_no_secret() -> None:
    assert [name for name, value in example().items() if value and re.search("KEY|PASSWORD|TOKEN", name)] == []


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_services_wait_for_what_they_need_to_be_healthy(overlay: str, services: dict[str, dict[str, Any]]) -> None:
    mine = services[overlay]
    for name, service in mine.items():
        assert ("healthcheck" in service) is (name != "set-up"), name
        for needed, how in service.get("depends_on", {}).items():
            wanted = "service_completed_successfully" if needed == "set-up" else "service_healthy"
            assert (needed in mine, how["condition"]) == (True, wanted), f"{name} needs {needed}"
    models = {name for name in mine if re.fullmatch(r"llm\d*", name)}
    for name in ("live", "batch"):
        assert mine[name]["depends_on"].keys() >= {"set-up", "postgres", "valkey"} | models


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_nothing_runs_as_root_or_may_become_it(overlay: str, services: dict[str, dict[str, Any]]) -> None:
    for name, service in services[overlay].items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["read_only"], name
        assert "build" in service or service["user"] not in ("", "root", "0"), name
    for image in IMAGES:
        for stage in re.split(r"^FROM ", (DOCKER / f"{image}.Dockerfile").read_text(), flags=re.MULTILINE)[1:]:
            users = re.findall(r"^USER (\S+)", stage, re.MULTILINE)
            assert ("\nCMD" not in stage and "\nENTRYPOINT" not in stage) or users[-1:] == ["10001"], image


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_image_has_a_version(overlay: str, services: dict[str, dict[str, Any]]) -> None:
    images = {service["image"] for service in services[overlay].values()}
    for image in IMAGES:
        images |= set(
            re.findall(r"^FROM (\S+:\S+|\S+/\S+)", (DOCKER / f"{image}.Dockerfile").read_text(), re.MULTILINE)
        )
    assert [image for image in images if not re.fullmatch(r"[\w./-]+:v?\d[\w.-]*", image)] == []


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_command_names_a_program_that_is_there(overlay: str, services: dict[str, dict[str, Any]]) -> None:
    for name, service in services[overlay].items():
        words = service.get("command") or []
        for command in re.findall(r"manage\.py (\w+)", " ".join(words)):
            assert command in get_commands(), f"{name}: there is no manage.py {command}"
        if words and words[0] in ("daphne", "celery"):
            assert find_spec(words[0]), name
        for module in re.findall(r"\b(tossim_site[\w.]*)", " ".join(words)):
            assert find_spec(module), f"{name}: there is no module {module}"


def test_every_queue_has_a_worker(services: dict[str, dict[str, Any]]) -> None:
    commands = [service.get("command") or [] for service in services[""].values()]
    served = [words[words.index("-Q") + 1] for words in commands if "-Q" in words]
    assert sorted(served) == sorted(QUEUES)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_server_of_a_combination_is_a_lane(overlay: str, services: dict[str, dict[str, Any]]) -> None:
    mine = services[overlay]
    (lanes,) = [volume for volume in mine["set-up"]["volumes"] if volume["target"] == "/etc/tossim/lanes.yaml"]
    hosts = re.findall(r"http://(\w+):8000/v1", Path(lanes["source"]).read_text())
    assert sorted(hosts) == sorted(name for name in mine if re.fullmatch(r"llm\d*", name))


@pytest.mark.parametrize("image", IMAGES)
def test_dockerfiles_pass_the_linter(image: str) -> None:
    command = [program("hadolint"), str(DOCKER / f"{image}.Dockerfile")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout + done.stderr == ""


@pytest.mark.parametrize("image", IMAGES)
def test_what_an_image_copies_is_there_and_is_sent(image: str) -> None:
    sent = set(re.findall(r"^!([\w./*-]+)", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    for line in re.findall(r"^COPY (?!--from)(.+) \S+$", (DOCKER / f"{image}.Dockerfile").read_text(), re.MULTILINE):
        for name in line.split():
            assert (ROOT / name).exists(), name
            assert any(Path(name).match(pattern) or Path(name).parts[0] == pattern for pattern in sent), name


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_compose_files_hold_nothing_dangerous(overlay: str) -> None:
    command = [program("compose-lint"), "check", str(files(overlay)[-1])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
