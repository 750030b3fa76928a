"""Write the shapes of sockets and HTTP for the page's types."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from frontend.api import api
from frontend.schemas.pages import Everything

TARGET = Path(settings.BASE_DIR) / "frontend" / "src" / "generated" / "schema.json"


def document() -> str:
    """All shapes as one JSON Schema, and the addresses of the API as OpenAPI under `openapi`."""
    shapes = _untitled(Everything.model_json_schema(mode="serialization"))
    shapes["openapi"] = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/"), default=str))
    return json.dumps(shapes, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _untitled(value: Any) -> Any:
    """Without the titles of fields, which would become names of types of their own."""
    if isinstance(value, dict):
        return {key: _untitled(part) for key, part in value.items() if key != "title" or not isinstance(part, str)}
    return [_untitled(part) for part in value] if isinstance(value, list) else value


class Command(BaseCommand):
    """`manage.py export_schemas [--check]`."""

    help = "Write frontend/src/generated/schema.json, from which the page's types are made."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--check only compares."""
        parser.add_argument("--check", action="store_true", help="fail when the file is not current")

    def handle(self, *args: object, **options: object) -> None:
        """Write or compare."""
        wanted = document()
        if options["check"]:
            if not TARGET.exists() or TARGET.read_text("utf-8") != wanted:
                raise CommandError("The schema is not current: run ./manage.py export_schemas and npm run types.")
            return
        TARGET.parent.mkdir(parents=True, exist_ok=True)
        TARGET.write_text(wanted, "utf-8")
        self.stdout.write(f"{TARGET.relative_to(settings.BASE_DIR)} written.")
