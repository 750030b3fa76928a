"""What the documentation is made of beside its Markdown files: rulebook, protocol, metrics, the HTTP API, records.

MkDocs calls the `on_` functions. The rulebook comes from the engine, as the page at /rules does; what models may say
from the declarations that they are shown; metrics from their registry; the API and the records from exported schemas,
which tests keep equal to the app. Links are checked.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from mkdocs.config.defaults import MkDocsConfig  # noqa: E402
from mkdocs.exceptions import PluginError  # noqa: E402
from mkdocs.structure.files import File, Files  # noqa: E402

from agents.llm import presets, tools, verbs  # noqa: E402
from agents.llm.record import Preset  # noqa: E402
from eval.metrics import Level, Metric  # noqa: E402
from eval.metrics.registry import in_order  # noqa: E402
from eval.statements import RUBRIC, StatementKind  # noqa: E402
from game.engine.text.rulebook import ModeEntry, RoleEntry, Rulebook, rulebook  # noqa: E402
from game.engine.text.words import slug  # noqa: E402

SCHEMA = ROOT / "frontend" / "src" / "generated" / "schema.json"
RECORDS = ROOT / "eval" / "records" / "schemas"
FOREIGN = re.compile(r"""<(?:script|img|iframe|link)\b[^>]*\b(?:src|href)=["']?(?:https?:)?//[^>]*>""")
"""Something that a page would load from elsewhere; a link that one follows is none."""
OWN_ADDRESS = re.compile(r'rel="?(canonical|prev|next)')


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Fill folders of the navigation with their pages, and leave out what is not there."""
    config.nav = list(_present(config.nav or [], Path(config.docs_dir)))
    return config


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the pages that are made and not written."""
    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    return files


def on_post_page(output: str, *, page: Any, config: MkDocsConfig) -> str:
    """Refuse a page that would load anything from elsewhere."""
    if foreign := [tag for tag in FOREIGN.findall(output) if not OWN_ADDRESS.search(tag)]:
        raise PluginError(f"{page.file.src_uri} loads {foreign[0]} from elsewhere.")
    return output


def pages() -> dict[str, str]:
    """The generated pages by path."""
    book = rulebook()
    made = {
        "rulebook/index.md": "\n".join(mechanics(book)),
        "reference/protocol.md": "\n".join(protocol()),
        "reference/metrics.md": "\n".join(metrics()),
        "reference/http.md": "\n".join(http(json.loads(SCHEMA.read_text("utf-8"))["openapi"])),
        "reference/records.md": "\n".join(records()),
    }
    for faction in book.factions:
        made[f"rulebook/{faction.slug}.md"] = "\n".join(roles(book, faction.name))
    made["rulebook/lists.md"] = "\n".join(lists(book))
    return made


# Navigation -----------------------------------------------------------------------------------------------------------


def _present(entries: list[Any], folder: Path) -> Iterator[Any]:
    for entry in entries:
        if isinstance(entry, str):
            if _exists(entry, folder):
                yield entry
            continue
        for title, value in entry.items():
            if isinstance(value, list):
                yield {title: list(_present(value, folder))}
            elif value.endswith("/"):
                yield {title: _inside(value, folder)}
            elif _exists(value, folder):
                yield {title: value}


def _exists(path: str, folder: Path) -> bool:
    return (folder / path).exists() or path in pages()


def _inside(path: str, folder: Path) -> list[str]:
    """A folder's pages, written and made; its index first."""
    written = {str(found.relative_to(folder)) for found in (folder / path).glob("*.md")}
    made = [page for page in pages() if page.startswith(path)]
    return [*sorted(written - {*made}, key=_index_first), *made]


def _index_first(path: str) -> tuple[bool, str]:
    return not path.endswith("index.md"), path


# The rulebook ---------------------------------------------------------------------------------------------------------


def mechanics(book: Rulebook) -> Iterator[str]:
    """The chapters."""
    yield "# How it is played\n"
    yield "These pages are made from the engine; a running site shows the same at `/rules`, with a search.\n"
    for chapter in book.chapters:
        yield f"## {chapter.title} {{ #{chapter.slug} }}\n"
        yield from (f"{paragraph}\n" for paragraph in chapter.paragraphs)
        for grid in chapter.tables:
            yield f"**{grid.title}**\n"
            yield from table(grid.head, grid.rows)


def roles(book: Rulebook, faction: str) -> Iterator[str]:
    """The cards of a faction, by alignment."""
    heading = next(one for one in book.factions if one.name == faction)
    yield f"# {heading.name}\n\n{heading.text}\n"
    where = {role.name: role for role in book.roles}
    for kind in (one for one in book.alignments if one.faction == faction):
        yield f"## {kind.name} {{ #{kind.slug} }}\n\n{kind.text}\n"
        for role in (one for one in book.roles if one.alignment == kind.name):
            yield from role_lines(role, where)


def role_lines(role: RoleEntry, where: dict[str, RoleEntry]) -> Iterator[str]:
    """One role's card."""
    yield f"### {role.name} {{ #{role.slug} }}\n\n{role.summary}\n\n**Goal.** {role.goal}\n"
    facts = [("Attack", role.attack), ("Defence", role.defense), ("To the Sheriff", role.sheriff)]
    facts += [("Rulesets", ", ".join(role.rulesets)), ("Must be gone", ", ".join(role.rivals) or "nobody")]
    for group in role.groups:
        facts.append((f"Group ({group.ruleset})", ", ".join(link(name, where) for name in group.roles)))
    facts += [(f"Night, step {step.number}", step.title) for step in role.steps]
    yield from table(("Fact", role.name), facts)
    for ability in role.abilities:
        rest = " ".join(filter(None, (ability.targets, ability.visit, *ability.details)))
        yield f"- **{ability.name}** ({', '.join(filter(None, (ability.when, ability.uses)))}). {rest}"
    yield from (f"- {line}" for line in (*role.immune, *role.traits))
    yield ""


def link(name: str, where: dict[str, RoleEntry]) -> str:
    """A role's name, linked to its card."""
    return f"[{name}]({slug(where[name].faction)}.md#{slug(name)})" if name in where else name


def lists(book: Rulebook) -> Iterator[str]:
    """The official role lists."""
    where = {role.name: role for role in book.roles}
    yield "# Official lists\n"
    for mode in book.modes:
        yield from mode_lines(mode, where)


def mode_lines(mode: ModeEntry, where: dict[str, RoleEntry]) -> Iterator[str]:
    """One list."""
    yield f"## {mode.name} {{ #{mode.slug} }}\n\n{mode.ruleset.capitalize()} rules. {mode.rule}\n"
    yield from (f"{place}. {link(slot, where)}" for place, slot in enumerate(mode.slots, 1))
    yield ""


def table(head: tuple[str, ...], rows: Any) -> Iterator[str]:
    """A Markdown table."""
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    yield from (f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |" for row in rows)
    yield ""


# What models may say --------------------------------------------------------------------------------------------------


def protocol() -> Iterator[str]:
    """Actions, information tools and families of models."""
    yield "# What language models may say\n"
    yield "The same names are tags in the protocol `tags`, tools in the protocol `tools`, keys in structured answers."
    yield "The id of every ability is a tag too. The last main action of an answer counts; the others ride along.\n"
    yield "## Actions\n"
    rows = [(f"`{one.form}`", one.line, "main" if one.main else "rides along") for one in verbs.VERBS.values()]
    yield from table(("Tag", "What it does", "Kind"), rows)
    yield "## Information tools\n"
    yield from table(
        ("Tag", "What it tells", "Takes"), [(f"`{form}`", line, takes) for form, line, takes in tools.rows()]
    )
    yield "## Families of models\n"
    found = [presets.preset(name) for name in presets.names()]
    head = ("Preset", "System role", "Goes on with a turn", "Thinks between", "Stops at")
    yield from table(head, [preset_row(one) for one in found])


def preset_row(one: Preset) -> tuple[str, ...]:
    """A family of models in a line of a table."""
    think = " ".join(f"`{mark}`" for mark in one.think or ())
    flags = ("yes" if one.system_role else "no", "yes" if one.resumes else "no")
    return (one.name, *flags, think, " ".join(f"`{mark}`" for mark in one.stop))


# Metrics --------------------------------------------------------------------------------------------------------------


def metrics() -> Iterator[str]:
    """Every metric of the registry, and the statements that some of them rest on."""
    yield "# Metrics\n"
    yield "`eval.metrics.match_metrics(log, decisions)` gives all of them for a match and its seats. A rate or a mean"
    yield "whose denominator is 0 has no value, never a 0, and means leave it out. Counts stand per day alive too."
    yield "Enemies and friends are the engine's sides at that moment. Metrics of one number belong together.\n"
    for level, title in ((Level.SEAT, "Of a seat"), (Level.MATCH, "Of a match")):
        yield f"## {title}\n"
        head = ("Metric, its unit and source", "Numerator, and denominator", "No value")
        yield from table(head, [metric_row(one) for one in in_order(level)])
    yield f"## Statements\n\nRead by rules of the version `{RUBRIC}`.\n"
    yield from table(
        ("Kind", "In the data"), [(one.name.lower().replace("_", " "), f"`{one}`") for one in StatementKind]
    )
    yield "\n::: eval.statements.statement\n\n::: eval.statements.truth\n\n::: eval.metrics.measure\n"
    yield "::: eval.metrics.summing\n\n::: eval.evidence.record\n"


def metric_row(one: Metric) -> tuple[str, ...]:
    """A metric in a line of a table."""
    counted = f"{one.numerator}<br>**over** {one.denominator}" if one.denominator else one.numerator
    name = f'<code style="white-space: nowrap">{one.name}</code>'
    return (f"{one.number} {name}<br>{one.unit}; {one.source.value}", counted, one.null)


# The HTTP API ---------------------------------------------------------------------------------------------------------


def http(openapi: dict[str, Any]) -> Iterator[str]:
    """An OpenAPI document as one page that needs no script to be read."""
    yield "# HTTP API\n"
    yield "The page and the API are the same facts and services. Reading is open to everybody who may look; a request"
    yield 'that writes needs the page\'s CSRF token in the header `X-CSRFToken`. A refusal is `{"error": sentence}`.\n'
    for path, operations in openapi["paths"].items():
        for method, operation in operations.items():
            yield from operation_lines(path, method, operation)
    yield "## Shapes\n"
    for name, shape in openapi["components"]["schemas"].items():
        yield f"### {name} {{ #{name.lower()} }}\n\n{shape.get('description', '')}\n"
        yield from fields_table(shape.get("properties", {}), shape.get("required", []))


def operation_lines(path: str, method: str, operation: dict[str, Any]) -> Iterator[str]:
    """One address and method."""
    yield f"## {method.upper()} {path} {{ #{operation['operationId'].replace('_', '-')} }}\n"
    yield f"{operation['summary']}. {operation.get('description', '')}\n"
    if parameters := operation.get("parameters"):
        needed = [one["name"] for one in parameters if one.get("required")]
        yield from fields_table({one["name"]: one["schema"] for one in parameters}, needed)
    if body := operation.get("requestBody"):
        yield f"Body: {kind(body['content']['application/json']['schema'])}\n"
    for code, answer in operation["responses"].items():
        content = answer.get("content", {}).get("application/json", {}).get("schema")
        yield f"- `{code}` {kind(content) if content else answer['description']}"
    yield ""


def fields_table(properties: dict[str, Any], required: list[str]) -> Iterator[str]:
    """Names and kinds of fields."""
    if properties:
        rows = [(f"`{name}`", kind(one), "yes" if name in required else "no") for name, one in properties.items()]
        yield from table(("Name", "Kind", "Required"), rows)


def kind(schema: dict[str, Any]) -> str:
    """What a JSON schema allows, in a few words; shapes are linked."""
    if ref := schema.get("$ref"):
        name = ref.rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if several := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(dict.fromkeys(kind(one) for one in several))
    if values := schema.get("enum") or ([schema["const"]] if "const" in schema else None):
        return ", ".join(f"`{value}`" for value in values)
    if schema.get("type") == "array":
        return f"list of {kind(schema.get('items', {}))}"
    limits = [f"{word} {schema[key]}" for key, word in LIMITS.items() if key in schema]
    return " ".join([str(schema.get("type", "anything")), f"({', '.join(limits)})" if limits else ""]).strip()


LIMITS = {
    "minimum": "from", "maximum": "to", "exclusiveMinimum": "above", "exclusiveMaximum": "below",
    "minLength": "at least", "maxLength": "at most",
}  # fmt: skip


# Records --------------------------------------------------------------------------------------------------------------


def records() -> Iterator[str]:
    """Every kind of record file, streams first, with its fields."""
    yield "# Records\n"
    yield "What `manage.py records` writes of a match, field by field. Each file has its JSON Schema in"
    yield "`eval/records/schemas`; `manage.py records_check` holds a tree against them.\n"
    found = [json.loads(path.read_text("utf-8")) for path in sorted(RECORDS.glob("*.json"))]
    streams = [one for one in found if one["title"].endswith(".jsonl") and one["title"] != "agent_analysis.jsonl"]
    for schema in [*streams, *(one for one in found if one not in streams)]:
        yield f"## {schema['title']} {{ #{slug(schema['title'])} }}\n"
        shapes = schema.get("$defs", {})
        tops = [shapes[one["$ref"].rpartition("/")[2]] for one in schema.get("oneOf", [])] or [schema]
        if schema["title"] == "game_events.jsonl":
            yield from event_lines(tops, shapes)
        else:
            for top in tops:
                yield from record_lines(top, shapes)


def event_lines(tops: list[dict[str, Any]], shapes: dict[str, Any]) -> Iterator[str]:
    """What all events have, and the payload of each type."""
    head = {**tops[0], "description": "One record for every event of the log.", "properties": {
        name: one for name, one in tops[0]["properties"].items() if name != "payload"}}  # fmt: skip
    head["properties"]["event_type"] = {"type": "string", "description": "One of those below."}
    yield from record_lines(head, {})
    for top in tops:
        yield f"### {top['properties']['event_type']['const']}\n"
        yield from record_lines(shapes[top["properties"]["payload"]["$ref"].rpartition("/")[2]], shapes)


def record_lines(shape: dict[str, Any], shapes: dict[str, Any]) -> Iterator[str]:
    """A record or a part of one: what it is, and its fields; parts stand under the name of their field."""
    yield f"{shape.get('description', '')}\n"
    rows = [(f"`{name}`", told(one, shapes), one.get("description", "")) for name, one in field_rows("", shape, shapes)]
    if rows:
        yield from table(("Field", "Kind", "What"), rows)


def field_rows(before: str, shape: dict[str, Any], shapes: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The fields of a shape, and behind each the fields of what stands in it."""
    for name, one in shape.get("properties", {}).items():
        yield before + name, one
        inner = one.get("items", one)
        inner = inner if isinstance(inner, dict) else {}
        if part := shapes.get(inner.get("$ref", "").rpartition("/")[2]):
            yield from field_rows(f"{before}{name}{'[]' if 'items' in one else ''}.", part, shapes)


def told(schema: dict[str, Any], shapes: dict[str, Any]) -> str:
    """What a field may hold, in a few words: words from a closed list are a string, shapes an object."""
    words = {name for name, one in shapes.items() if "enum" in one}
    return re.sub(r"\[(\w+)\]\(#\w+\)", lambda found: "string" if found[1] in words else "object", kind(schema))
