"""How long an extract takes until it is live, and how much memory that needs at most.

    python -m tests.bench.bench_build CITY.osm.pbf [--modes car,ebike,foot]

In a migrated database of its own. Memory is that of the command and all its helpers together,
looked at twice a second, the database's server not counted; processor time is given for both, since
on a busy machine the clock says little.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from tests.commands.shell import ROOT, Terminal, terminal
from tests.database import lent_database

LOOK_S = 0.5


def memory_bytes(process: psutil.Process) -> int:
    """What a process and its helpers hold of their own now (shared pages counted once each)."""
    total = 0
    for member in [process, *process.children(recursive=True)]:
        try:
            total += member.memory_full_info().uss
        except psutil.Error:
            continue
    return total


def database_seconds(shell: Terminal, known: dict[int, float]) -> None:
    """Note the processor time of the database's processes that work for the command."""
    mine = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
    for (pid,) in shell.ask(f"{mine} AND application_name = 'foodmap'"):
        with contextlib.suppress(psutil.Error):
            used = psutil.Process(pid).cpu_times()
            known[pid] = used.user + used.system


def main() -> None:
    """Build once and print a line for docs/benchmarks.md."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--modes", default="car,ebike,foot")
    options = parser.parse_args()
    with lent_database() as database, tempfile.TemporaryDirectory() as folder:
        shell = terminal(database, Path(folder) / "files")
        shell.extra["ROADS_DIR"] = str(Path(folder) / "roads")
        words = ["roads", "build", str(options.file.absolute()), "--modes", options.modes, "--json"]
        began, most, database_s = time.monotonic(), 0, dict[int, float]()
        with subprocess.Popen(
            [sys.executable, "-m", "app.cli", *words],
            cwd=ROOT, env=shell.environment, stdout=subprocess.PIPE, text=True,
        ) as command:  # fmt: skip
            watched = psutil.Process(command.pid)
            while command.poll() is None:
                most = max(most, memory_bytes(watched))
                database_seconds(shell, database_s)
                time.sleep(LOOK_S)
            said = command.stdout.read() if command.stdout else ""
            took_s = time.monotonic() - began
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        if command.returncode != 0:
            sys.exit(command.returncode)
        answer = json.loads(said)
        files = sum(f.stat().st_size for f in Path(folder).rglob("*") if f.is_file())
        size = shell.ask("SELECT pg_database_size(current_database())")[0][0]
    sys.stdout.write(
        f"{answer['name']}, {options.modes}: {took_s:.1f} s {answer['parts']}; "
        f"{used.ru_utime + used.ru_stime:.0f} s of processor and "
        f"{sum(database_s.values()):.0f} s of the database's; "
        f"{most / 1e6:.0f} MB at most; {files / 1e6:.0f} MB of engine files, "
        f"{size / 1e6:.0f} MB of database; "
        f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n"
    )


if __name__ == "__main__":
    main()
