"""The locks: complete, hashed, and free of any address, so that they install from whatever index a machine has."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "requirements"
LOCKS = ("base", "envs", "test", "eval", "llm", "train")


def wanted(name: str) -> dict[str, str]:
    """The packages of an .in file (and of those it includes) with their exact versions, empty where it says a range."""
    found: dict[str, str] = {}
    for line in (FOLDER / f"{name}.in").read_text().splitlines():
        if included := re.match(r"-r (\w+)\.in", line):
            found |= wanted(included[1])
        elif package := re.match(r"([\w-]+)(?:\[\w+\])?(?:==(\S+))?", line):
            found[package[1]] = package[2] or ""
    return found


def locked(name: str) -> dict[str, set[str]]:
    """The packages of a lock with their versions; some have one for each range of Pythons."""
    found: dict[str, set[str]] = {}
    for package, version in re.findall(
        r"^([\w-]+)(?:\[\w+\])?==([^\s;]+)", (FOLDER / f"{name}.lock").read_text(), re.MULTILINE
    ):
        found.setdefault(package, set()).add(version)
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_what_its_source_asks_for(name: str) -> None:
    have = locked(name)
    missing = [f"{package}=={version}" for package, version in wanted(name).items()
               if package not in have or (version and version not in have[package])]  # fmt: skip
    assert not missing, "compile the locks anew (CONTRIBUTING.md says how)"


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_address(name: str) -> None:
    assert not re.search(r"://|--(extra-)?index-url|--find-links", (FOLDER / f"{name}.lock").read_text())


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_of_a_lock_has_hashes(name: str) -> None:
    entries = re.split(r"^(?=\S)", (FOLDER / f"{name}.lock").read_text(), flags=re.MULTILINE)
    assert [entry for entry in entries if entry and "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("name", ["base", "envs", "eval"])
def test_the_lock_of_the_tests_holds_the_others(name: str) -> None:
    other, tests = locked(name), locked("test")
    assert {package: tests.get(package) for package in other} == other


def test_the_environments_of_the_models_agree_and_leave_torch_to_be_chosen() -> None:
    llm, train = locked("llm"), locked("train")
    assert {package: llm.get(package) for package in train} == train
    assert [package for package in llm if re.match("torch|triton|nvidia|cuda", package)] == []
    assert wanted("torch").keys() == {"torch"}


def test_the_product_is_not_made_to_install_what_only_training_needs() -> None:
    assert not {"pettingzoo", "gymnasium"} & locked("base").keys()


def test_a_web_process_starts_without_the_libraries_of_experiments() -> None:
    heavy = {"matplotlib", "numpy", "openskill", "pandas", "scipy", "sklearn", "statsmodels"}
    assert heavy <= {package.replace("scikit-learn", "sklearn") for package in wanted("base")}
    script = "import sys, tossim_site.asgi, tossim_site.urls; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run(
        [sys.executable, "-c", script], cwd=FOLDER.parent, env={**os.environ, "TOSSIM_TEST": "1"},
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert "django" in loaded.stdout.split()
    assert not heavy & set(loaded.stdout.split())
