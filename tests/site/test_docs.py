"""The documentation: its made pages hold what the code holds, and its examples run."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from agents.llm.presets import names
from agents.llm.tools import TOOLS
from agents.llm.verbs import VERBS
from eval.records.schema import validators
from game.engine.roles import ROLES
from game.engine.setup import MODES

ROOT = Path(__file__).resolve().parents[2]
GUIDES = sorted((ROOT / "docs" / "guides").glob("*.md"))
DOOR = (ROOT / "tossim").read_text()


@pytest.fixture(scope="module")
def hooks() -> ModuleType:
    """What MkDocs loads."""
    pytest.importorskip("mkdocs")
    spec = importlib.util.spec_from_file_location("pages", ROOT / "docs" / "hooks" / "pages.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_rulebook_has_a_heading_for_every_role_and_list(hooks: ModuleType) -> None:
    text = "\n".join(hooks.pages().values())
    assert [role for role in ROLES if f"### {role} {{ #{hooks.slug(role)} }}" not in text] == []
    assert [mode for mode in MODES if f"## {mode} {{ #mode-{hooks.slug(mode)} }}" not in text] == []


def test_the_api_page_has_every_address_and_shape(hooks: ModuleType) -> None:
    openapi: dict[str, Any] = json.loads(hooks.SCHEMA.read_text())["openapi"]
    page = hooks.pages()["reference/http.md"]
    wanted = [f"{method.upper()} {path}" for path, methods in openapi["paths"].items() for method in methods]
    assert len(wanted) > 5
    assert [address for address in wanted if f"## {address} " not in page] == []
    assert [name for name in openapi["components"]["schemas"] if f"### {name} " not in page] == []


def test_the_page_of_records_has_every_file_and_event(hooks: ModuleType) -> None:
    page = hooks.pages()["reference/records.md"]
    assert [f"## {name} " for name in validators() if f"## {name} " not in page] == []
    known = {"GAME_START", "DAY_START", "NIGHT_START", "DEATH", "GAME_END", "VOTED", "CHOSE", "DECIDED"}
    assert [name for name in known if f"### {name}\n" not in page] == []


def test_what_models_may_say_is_listed_whole(hooks: ModuleType) -> None:
    page = hooks.pages()["reference/protocol.md"]
    named = [*(one.form for one in VERBS.values()), *(one.form for one in TOOLS.values()), *names()]
    assert [name for name in named if name not in page] == []


@pytest.mark.parametrize(
    ("html", "refused"),
    [
        ('<script src="https://cdn.example/x.js"></script>', True),
        ('<link rel="stylesheet" href="//fonts.example/css">', True),
        ('<img src="http://elsewhere.example/a.png">', True),
        ('<script src="assets/x.js"></script>', False),
        ('<a href="https://elsewhere.example">read</a>', False),
    ],
)
def test_a_page_that_loads_from_elsewhere_is_refused(hooks: ModuleType, html: str, refused: bool) -> None:
    from mkdocs.exceptions import PluginError

    class Page:
        class file:  # noqa: N801
            src_uri = "index.md"

    if refused:
        with pytest.raises(PluginError, match="from elsewhere"):
            hooks.on_post_page(html, page=Page, config=None)
    else:
        assert hooks.on_post_page(html, page=Page, config=None) == html


def test_a_page_that_a_checkout_lacks_is_left_out(hooks: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "design").mkdir()
    for name in ("index.md", "design/001-b.md", "design/000-a.md"):
        (tmp_path / name).write_text("# A page")
    nav = ["index.md", {"Guides": [{"Absent": "absent.md"}]}, {"Design": "design/"}]
    assert list(hooks._present(nav, tmp_path)) == [
        "index.md", {"Guides": []}, {"Design": ["design/000-a.md", "design/001-b.md"]},
    ]  # fmt: skip


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_the_commands_of_a_guide_exist(guide: Path) -> None:
    named = set(re.findall(r"\./tossim (\w+)", guide.read_text()))
    assert [command for command in named if f'"{command}": ' not in DOOR] == []
    files = re.findall(r"`?((?:game|tests|frontend|agents|docs)/[\w/.-]+\.\w+)", guide.read_text())
    assert [path for path in files if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_the_examples_of_a_guide_run(guide: Path) -> None:
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", guide.read_text(), re.S):
        exec(compile(block, str(guide), "exec"), names)
