"""Which system user the stores run as, and whether that user can reach a file.

PostgreSQL refuses to run as root. Started by root, the stores therefore run as the owner of their data, and
`nobody` when there is no data yet; started by anyone else they run as that user. Knows nothing of what is
run.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tossim_site.embedded.errors import StackError


@dataclass(frozen=True, slots=True)
class Account:
    """A system user that a store runs as."""

    uid: int
    gid: int

    @property
    def is_current(self) -> bool:
        return self.uid == os.geteuid()

    def popen(self) -> dict[str, Any]:
        """The arguments that make `subprocess` start a program as this user."""
        return {} if self.is_current else {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, folder: Path) -> None:
        if not self.is_current:
            os.chown(folder, self.uid, self.gid)

    def can_read(self, path: Path) -> bool:
        """Whether the permission bits let this user read `path` and pass through every folder above it."""
        path = path.resolve()
        return self._may(path, stat.S_IROTH) and all(self._may(folder, stat.S_IXOTH) for folder in path.parents)

    def _may(self, path: Path, bit: int) -> bool:
        found = path.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode & bit << 6)
        return bool(found.st_mode & (bit << 3 if found.st_gid == self.gid else bit))


def account_for(data: Path) -> Account:
    """The user who runs the store whose files are in `data` (which need not exist yet).

    Raises StackError when the files belong to somebody else and only root could act for them.
    """
    if not data.exists():
        return _nobody() if os.geteuid() == 0 else Account(os.geteuid(), os.getegid())
    found = data.stat()
    if os.geteuid() not in (0, found.st_uid):
        raise StackError(
            f"{data} belongs to another user (uid {found.st_uid}). "
            "Start as that user or as root, or name another folder in TOSSIM_VAR."
        )
    return Account(found.st_uid, found.st_gid) if found.st_uid else _nobody()


def _nobody() -> Account:
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise StackError(
            "PostgreSQL must not run as root, and this system has no user `nobody` to run it. "
            "Start as another user, or name a server in TOSSIM_PG_HOST."
        ) from None
    return Account(entry.pw_uid, entry.pw_gid)


def copy_readable(root: Path, folders: Iterable[str], target: Path) -> Path:
    """Copies those folders below `root` to where every user can run what is in them, in place of an older copy.

    Gives `target`, below which they lie as they did below `root`: programs find their libraries by such paths.
    """
    shutil.rmtree(target, ignore_errors=True)
    for folder in folders:
        shutil.copytree(root / folder, target / folder, symlinks=True)
    for path in (target, *target.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755)
    return target


def clear(run: Path) -> None:
    """Removes the copies of programs from the folder of the sockets, and the folder if it is empty then."""
    for copy in ("postgres", "valkey"):
        shutil.rmtree(run / copy, ignore_errors=True)
    with contextlib.suppress(OSError):
        run.rmdir()


def private_folder(folder: Path, account: Account) -> None:
    """Makes `folder` for `account` alone (root passes anyway); refuses one that somebody else has put there.

    The folder lies in the system's temporary folder, where other users may have prepared one to listen in.
    """
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        ours = stat.S_ISDIR(found.st_mode) and found.st_uid in (account.uid, os.geteuid())
        if not ours or stat.S_IMODE(found.st_mode) & 0o077:
            raise StackError(
                f"{folder} exists and is not ours. Remove it, or set TMPDIR to a folder of yours."
            ) from None
    account.own(folder)
    if not account.can_read(folder):
        raise StackError(
            f"The user who runs the stores (uid {account.uid}) cannot enter {folder}. "
            "Set TMPDIR to a folder that every user can enter, such as /tmp."
        )
