"""Who runs the private PostgreSQL: the user themselves, or `postgres` where the user is root.

PostgreSQL refuses to run as root, so root hands it to the account that the system's package made.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from app.cluster.errors import ClusterError

SYSTEM_ROOT = Path("/var/lib")


@dataclass(frozen=True, slots=True)
class Account:
    """A system account that owns a cluster's files and processes."""

    name: str
    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        """Whether this is not the account that we run as."""
        return self.uid != os.geteuid()

    def run(
        self, command: list[str], *, cwd: Path, stdin: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as this account, its output kept; a failure is the caller's to read.

        Other people's PG* variables are left out: they would point it at another server.
        """
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        environment |= {"LC_ALL": "C.UTF-8", "HOME": str(cwd)}
        return subprocess.run(
            command,
            cwd=cwd,
            env=environment,
            input=stdin or "",
            text=True,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            user=self.uid if self.is_other else None,
            group=self.gid if self.is_other else None,
            extra_groups=[] if self.is_other else None,
        )

    def own(self, folder: Path) -> None:
        """Make the folder if it is missing and give it to this account alone."""
        folder.mkdir(parents=True, exist_ok=True)
        if self.is_other:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)

    def can_use(self, folder: Path) -> bool:
        """Whether this account can reach and write the folder, found out by trying."""
        command = ["/usr/bin/env", "test", "-w", str(folder.resolve())]
        return self.run(command, cwd=Path("/")).returncode == 0


def cluster_account() -> Account:
    """Return the account that is to run a private cluster."""
    uid = os.geteuid()
    if uid != 0:
        return Account(str(uid), uid, os.getegid())
    try:
        entry = pwd.getpwnam("postgres")
    except KeyError:
        raise ClusterError(
            "PostgreSQL does not run as root and there is no `postgres` account to run it: "
            "run `python3 scripts/prepare.py`."
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def cluster_home(var: Path, name: str, account: Account) -> Path:
    """Return the folder for the cluster's files, made and owned: `var/name` where possible.

    A checkout below root's home is closed to the `postgres` account; its cluster then lives under
    the system's /var/lib, in a folder keyed by the checkout's path, and `var/name.place` says so.
    """
    key = hashlib.sha256(str(var.resolve()).encode()).hexdigest()[:12]
    elsewhere = SYSTEM_ROOT / f"foodmap-{key}-{name}"
    note = var / f"{name}.place"
    for home in (var / name, elsewhere):
        try:
            account.own(home)
        except PermissionError:
            continue
        if account.can_use(home):
            note.write_text(f"{home}\n", encoding="utf-8")
            return home
        with contextlib.suppress(OSError):  # it was there before us and holds something
            home.rmdir()
    raise ClusterError(
        f"The account {account.name} can write neither to {var / name} nor to {elsewhere}: "
        "move the checkout to a folder that this account can reach."
    )
