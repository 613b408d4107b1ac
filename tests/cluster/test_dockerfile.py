"""The image's own steps, run here: where no engine is at hand they must not rot."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.cluster.binaries import choose
from app.cluster.postmaster import free_port
from app.roads import engine_run, engines
from app.roads.travel import Mode
from tests.database import LentDatabase
from tests.roads import town

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(sys.executable).parent
PATIENCE_S = 60.0


def instructions() -> list[tuple[str, str]]:
    """Return the Dockerfile as (instruction, rest), continued lines joined."""
    text = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split()[0], re.sub(r"\s+", " ", line.split(maxsplit=1)[1])) for line in lines]


def command_of(instruction: str) -> list[str]:
    """Return the JSON form of the last CMD (also a HEALTHCHECK's)."""
    rest = [rest for name, rest in instructions() if name == instruction][-1]
    return list(json.loads(rest[rest.index("[") :]))


def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8")))


def run(command: list[str], cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command,
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "HOME": str(cwd), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder laid out by the Dockerfile's own COPY lines of its last stage."""
    if not (ROOT / "static" / "dist" / "map.html").is_file():
        pytest.skip("the pages are not built: run `make build`")
    folder = tmp_path_factory.mktemp("image")
    last_from = max(i for i, (name, _) in enumerate(instructions()) if name == "FROM")
    for name, rest in instructions()[last_from:]:
        if name != "COPY":
            continue
        *sources, target = [word for word in rest.split() if not word.startswith("--")]
        for source in sources:
            origin = ROOT / source.removeprefix("/build/")
            place = folder / target
            if origin.is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(origin, place, dirs_exist_ok=True, ignore=ignored)
            else:
                shutil.copy(origin, place / origin.name)
    return folder


@pytest.fixture(scope="module")
def image_python(image: Path) -> str:
    """Return a Python that sees the installed packages, but this checkout only by the image."""
    run([sys.executable, "-m", "venv", "--without-pip", str(image / "venv")], image)
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    python = str(image / "venv" / "bin" / "python")
    site = Path(run([python, "-c", ask], image).stdout.strip())
    # A path file inside a path file's folder is not read: our own checkout stays out.
    (site / "packages.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    return python


def test_the_linter_has_nothing_to_say() -> None:
    run([str(PROGRAMS / "hadolint"), str(ROOT / "Dockerfile")], ROOT)


def test_everything_that_is_copied_is_there_and_reaches_the_builder() -> None:
    allowed = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    opened = [line.removeprefix("!") for line in allowed if line.startswith("!")]
    for name, rest in instructions():
        if name != "COPY" or "--from=" in rest:
            continue
        for source in rest.split()[:-1]:
            assert (ROOT / source).exists(), source
            assert any(Path(source).is_relative_to(place) for place in opened), source


def test_the_pages_are_built_as_make_builds_them() -> None:
    steps = [rest for name, rest in instructions() if name == "RUN"][:2]
    assert steps == ["npm ci --no-audit --no-fund", "npm run build"]
    prepare = (ROOT / "scripts" / "prepare.py").read_text("utf-8")
    assert all(f'"{word}"' in prepare for step in steps for word in step.split())


def test_the_locked_packages_satisfy_the_image() -> None:
    steps = [rest for name, rest in instructions() if name == "RUN"]
    assert "pip install --no-cache-dir --require-hashes --requirement requirements.lock" in steps
    wanted = re.findall(
        r"^([a-z0-9._-]+)==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE
    )
    tested = re.findall(
        r"^([a-z0-9._-]+)==(\S+)", (ROOT / "requirements-dev.lock").read_text(), re.MULTILINE
    )
    assert set(wanted) <= set(tested), "the image would run what the tests did not"


def test_the_image_does_not_run_as_root() -> None:
    users = [rest for name, rest in instructions() if name == "USER"]
    assert users == ["10001"]


def test_the_image_migrates_serves_and_is_found_healthy(
    image: Path, image_python: str, database: LentDatabase
) -> None:
    migrate = compose()["services"]["migrate"]["command"]
    run([image_python, *migrate[1:]], image, DATABASE_OWNER_URL=database.owner_url)
    port = str(free_port(None))
    serve = [part.replace("8000", port) for part in command_of("CMD")]
    health = [part.replace("8000", port) for part in command_of("HEALTHCHECK")]
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": database.url,
        "FIELD_KEY": "A" * 43 + "=",
        "FILES_DIR": str(image / "files"),
    }
    with (image / "web.log").open("wb") as log:
        server = subprocess.Popen(
            [image_python, *serve[1:]], cwd=image, env=environment, stdout=log, stderr=log
        )
    try:
        deadline = time.monotonic() + PATIENCE_S
        while (
            check := subprocess.run([image_python, *health[1:]], check=False, capture_output=True)
        ).returncode != 0:
            told = (image / "web.log").read_text("utf-8")
            assert server.poll() is None, told
            assert time.monotonic() < deadline, told + check.stderr.decode()
    finally:
        server.terminate()
        server.wait(PATIENCE_S)


def test_the_road_engine_comes_as_make_fetches_it() -> None:
    steps = [rest for name, rest in instructions() if name == "RUN"]
    fetch = "python fetch_engine.py requirements-roads.lock /usr/local/osrm --no-cache-dir"
    assert fetch in steps
    assert "fetch_engine.py" in (ROOT / "scripts" / "prepare.py").read_text("utf-8")


def test_the_roads_container_serves_what_was_built_to_the_others(
    image: Path, image_python: str, town_file: Path
) -> None:
    built = town.build_town(town_file, image / "roads", [Mode.CAR])
    engines.write_in_one_step(image / "roads" / engines.LIVE, built.digest)
    (image / "venv" / "osrm").symlink_to(Path(sys.prefix) / "osrm")
    service = compose()["services"]["roads"]
    assert "roads:/srv/foodmap/roads" in service["volumes"]
    assert service["volumes"] == compose()["services"]["web"]["volumes"]
    environment = {"PATH": os.environ["PATH"], "ROADS_DIR": str(image / "roads")}
    server = subprocess.Popen(
        [image_python, *service["command"][1:]], cwd=image, env=environment, stderr=subprocess.PIPE
    )
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not (image / "roads" / engines.ADDRESSES).is_file():
            assert server.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        said = json.loads((image / "roads" / engines.ADDRESSES).read_text("utf-8"))
        host, _, port = said["urls"]["car"].removeprefix("http://").partition(":")
        assert host == "roads"
        assert engine_run.answers(f"http://127.0.0.1:{port}", built.digest)
    finally:
        server.terminate()
        _, told = server.communicate(timeout=PATIENCE_S)
    assert server.returncode == 0, told.decode()
    assert not engine_run.answers(f"http://127.0.0.1:{port}", built.digest)
    assert not (image / "roads" / engines.ADDRESSES).exists()


def test_the_database_container_is_prepared_by_the_same_script(database: LentDatabase) -> None:
    volumes = compose()["services"]["database"]["volumes"]
    mounted = [volume.split(":")[0] for volume in volumes if volume.startswith("./")]
    assert mounted == ["./docker/bootstrap.sh", "./app/cluster/bootstrap.sql"]
    password = re.compile(r"//(\w+):([^@]+)@127.0.0.1:(\d+)/")
    places = [
        password.search(url) for url in (database.superuser_url, database.owner_url, database.url)
    ]
    superuser, owner, app = [place.groups() for place in places if place]
    run(
        ["sh", str(ROOT / mounted[0])],
        ROOT,
        PATH=f"{choose(None).programs}:{os.environ['PATH']}",
        PGHOST="127.0.0.1",
        PGPORT=superuser[2],
        PGPASSWORD=superuser[1],
        POSTGRES_DB=database.name,
        OWNER_PASSWORD=owner[1],
        APP_PASSWORD=app[1],
        BOOTSTRAP_SQL=str(ROOT / mounted[1]),
    )


def test_compose_keeps_roles_apart_and_ports_at_home() -> None:
    services = compose()["services"]
    for name in ("web", "worker"):
        environment = services[name]["environment"]
        assert "foodmap_app:" in environment["DATABASE_URL"]
        assert "DATABASE_OWNER_URL" not in environment
    assert "foodmap_owner:" in services["migrate"]["environment"]["DATABASE_OWNER_URL"]
    assert "DATABASE_URL" not in services["migrate"]["environment"]
    published = [port for service in services.values() for port in service.get("ports", [])]
    assert published == ["127.0.0.1:8000:8000"]


def test_the_wheel_brings_pages_and_migrations(image: Path) -> None:
    wheels = image / "wheels"
    build = ["-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    run([sys.executable, *build, "--wheel-dir", str(wheels), str(ROOT)], image)
    (wheel,) = wheels.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"app/_pages/map.html", "app/_migrations/env.py", "app/cluster/bootstrap.sql"} <= names
    assert "app/roads/profiles/trike.lua" in names
    assert not [name for name in names if name.startswith(("tests/", "var/", "static/"))]
