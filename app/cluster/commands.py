"""The verbs behind `foodmap up`, `down` and `reset`."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

from app.cluster.account import cluster_account, cluster_home
from app.cluster.errors import ClusterError
from app.cluster.installation import private_cluster, read_secrets
from app.cluster.leftovers import clear_leftovers
from app.cluster.processes import end
from app.cluster.running import Running, read_running
from app.cluster.supervisor import Say, Step, Supervisor

# The checkout, or in a wheel the folder that app/ lies in.
ROOT = Path(__file__).resolve().parents[2]
STOP_PATIENCE_S = 45.0
# The tests' own cluster is not this installation's data.
KEPT_BY_RESET = ("test-pg", "prepare.turn", "up.turn")


def tell(sentence: str) -> None:
    """Print at once, also into a file or a pipe that somebody follows."""
    print(sentence, flush=True)


def up(
    steps: Sequence[Step] = (),
    *,
    on_ready: Callable[[Running], None] | None = None,
    say: Say = tell,
    root: Path = ROOT,
) -> None:
    """Start database, web and worker, and look after them until Ctrl-C, SIGTERM or `down`.

    Blocks; must be called from the main thread before settings are read, because it sets
    DATABASE_URL, FIELD_KEY, BASE_URL and FILES_DIR for the steps. Raises ClusterError with a
    sentence for the person at the terminal.
    """
    Supervisor(root, steps, say).run(on_ready or (lambda running: _announce(running, say)))


def down(*, root: Path = ROOT) -> bool:
    """Stop what `up` started in this checkout; return whether anything ran.

    Processes are known by number and start time, the database by its data folder: nothing else
    that looks alike is touched.
    """
    var = root / "var"
    known = read_running(var)
    stopped = False
    if known is not None and (supervisor := known.process("supervisor")) is not None:
        end(supervisor, signal.SIGTERM, STOP_PATIENCE_S)
        stopped = True
    elif _held(var):
        raise ClusterError("A start is under way in this checkout: stop it with Ctrl-C there.")
    if known is not None:
        clear_leftovers(var, root)
        stopped = True
    if (var / "pg.place").is_file():
        cluster = private_cluster(var, read_secrets(var))
        stopped = stopped or cluster.running() is not None
        cluster.stop()
    return stopped


def reset(*, root: Path = ROOT) -> None:
    """Stop everything and delete this checkout's data: database, files, logs, keys.

    Raises ClusterError when DATABASE_URL names a database that is not ours to delete.
    """
    if os.environ.get("DATABASE_URL"):
        raise ClusterError("DATABASE_URL is set: `reset` deletes only the private database.")
    down(root=root)
    var = root / "var"
    if (var / "pg.place").is_file():
        shutil.rmtree(cluster_home(var, "pg", cluster_account()), ignore_errors=True)
    for thing in var.glob("*"):
        if not thing.name.startswith(KEPT_BY_RESET):
            shutil.rmtree(thing) if thing.is_dir() else thing.unlink()


def _held(var: Path) -> bool:
    if not (var / "up.turn").exists():
        return False
    with (var / "up.turn").open("a") as turn:
        try:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _announce(running: Running, say: Say) -> None:
    say(f"\n食物援助地图 · Food Aid Map: {running.base_url}\n")
    for account in running.accounts:
        way_in = account.get("link") or f"{account.get('sign_in')} / {account.get('password')}"
        say(f"  {account.get('role', ''):<24} {way_in}")
    say("\nCtrl-C or `make down` stops it.")
