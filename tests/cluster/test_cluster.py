"""The private PostGIS server: made, adopted, mended after a crash, apart from its neighbours."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from app.cluster import ClusterError, binaries
from app.cluster.account import Account, cluster_account, cluster_home
from app.cluster.cluster import Cluster
from app.cluster.installation import ensure_databases
from app.cluster.keys import Passwords, load_or_create
from app.cluster.postmaster import free_port, running_postmaster
from app.cluster.processes import is_gone, same_process


def cluster_in(var: Path, name: str = "pg") -> Cluster:
    var.mkdir(exist_ok=True)
    account = cluster_account()
    passwords = load_or_create(var / "secrets.json").passwords
    return Cluster(cluster_home(var, name, account), account, passwords)


def beds(cluster: Cluster) -> list[tuple[object, ...]]:
    with cluster.superuser("foodmap") as session:
        return session.execute("SELECT kind FROM bed").fetchall()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    cluster = cluster_in(tmp_path_factory.mktemp("var"))
    cluster.start()
    cluster.create_database("foodmap")
    with cluster.superuser("foodmap") as session:
        session.execute("CREATE TABLE bed AS SELECT 'carrots' AS kind")
    yield cluster
    cluster.destroy()


def test_a_running_cluster_is_adopted_not_started_twice(cluster: Cluster) -> None:
    cluster.start()
    first = cluster.running()
    cluster.start()
    second = cluster.running()
    assert first is not None
    assert second is not None
    assert first.process.pid == second.process.pid


def test_a_stopped_cluster_keeps_its_data_and_its_port(cluster: Cluster) -> None:
    cluster.start()
    before = cluster.url("foodmap", "app")
    cluster.stop()
    assert cluster.running() is None
    cluster.start()
    assert cluster.url("foodmap", "app") == before
    assert beds(cluster) == [("carrots",)]


def test_a_cluster_whose_every_process_was_killed_starts_again(cluster: Cluster) -> None:
    cluster.start()
    server = cluster.running()
    assert server is not None
    for process in [*server.process.children(), server.process]:
        if not is_gone(process):
            process.kill()
    cluster.start()
    assert beds(cluster) == [("carrots",)]


def test_a_pid_file_that_names_a_stranger_is_seen_through(cluster: Cluster) -> None:
    cluster.start()
    file = cluster.data / "postmaster.pid"
    kept = file.read_text("utf-8").splitlines()
    cluster.stop()
    with subprocess.Popen(["sleep", "60"]) as stranger:
        file.write_text("\n".join([str(stranger.pid), *kept[1:]]) + "\n", "utf-8")
        assert running_postmaster(cluster.data) is None
        cluster.start()
        assert stranger.poll() is None
        stranger.kill()
    assert beds(cluster) == [("carrots",)]


def test_lost_passwords_are_replaced(cluster: Cluster) -> None:
    cluster.start()
    new = Cluster(cluster.home, cluster.account, Passwords("s", "o", "a"), careless=True)
    new.start()
    new.create_database("foodmap")
    assert beds(new) == [("carrots",)]
    with psycopg.connect(new.url("foodmap", "app").replace("+psycopg2", "")) as session:
        assert session.execute("SELECT current_user").fetchone() == ("foodmap_app",)
    with pytest.raises(psycopg.OperationalError):
        cluster.superuser("postgres")
    cluster.start()
    cluster.create_database("foodmap")
    assert beds(cluster) == [("carrots",)]


def test_without_its_password_nobody_comes_in(cluster: Cluster) -> None:
    cluster.start()
    wrong = Passwords("wrong", "wrong", "wrong")
    intruder = Cluster(cluster.home, cluster.account, wrong)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        intruder.superuser("postgres")


def test_preparing_a_database_twice_changes_nothing(cluster: Cluster) -> None:
    cluster.start()
    (cluster.home / "foodmap.prepared").unlink()
    cluster.create_database("foodmap")
    assert beds(cluster) == [("carrots",)]


def test_a_cluster_that_cannot_start_says_why(cluster: Cluster) -> None:
    cluster.stop()
    settings = cluster.data / "postgresql.conf"
    good = settings.read_text("utf-8")
    settings.write_text(good + "\nshared_bufers = '1 carrot'\n", "utf-8")
    try:
        with pytest.raises(ClusterError, match="shared_bufers"):
            cluster.start()
    finally:
        settings.write_text(good, "utf-8")
    cluster.start()


def test_a_stopped_cluster_has_no_address(cluster: Cluster) -> None:
    cluster.stop()
    with pytest.raises(ClusterError, match="make up"):
        cluster.url("foodmap", "app")


def test_two_checkouts_run_side_by_side_and_a_copy_is_its_own(
    cluster: Cluster, tmp_path: Path
) -> None:
    cluster.start()
    neighbour = cluster_in(tmp_path / "var")
    shutil.rmtree(neighbour.home)
    shutil.copytree(cluster.home, neighbour.home)  # with the other's postmaster.pid
    if neighbour.account.is_other:
        for path in [neighbour.home, *neighbour.home.rglob("*")]:
            os.chown(path, neighbour.account.uid, neighbour.account.gid)
    try:
        assert neighbour.running() is None
        neighbour.start()
        ours, theirs = cluster.running(), neighbour.running()
        assert ours is not None
        assert theirs is not None
        assert ours.port != theirs.port
        neighbour.destroy()
        assert beds(cluster) == [("carrots",)]
    finally:
        neighbour.destroy()


def test_data_of_a_version_that_is_gone_is_named(cluster: Cluster) -> None:
    cluster.stop()
    note = cluster.data / "PG_VERSION"
    kept = note.read_text("utf-8")
    note.write_text("9\n", "utf-8")
    try:
        with pytest.raises(ClusterError, match=r"made by PostgreSQL 9.*make reset"):
            cluster.start()
    finally:
        note.write_text(kept, "utf-8")


def test_a_machine_without_postgresql_is_told_what_to_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(binaries, "DEBIAN_ROOT", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ClusterError, match=r"scripts/prepare\.py"):
        binaries.choose(None)


def test_a_postgresql_without_postgis_is_told_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bare = binaries.Postgres(99, tmp_path, tmp_path)
    monkeypatch.setattr(binaries, "installed", lambda: [bare])
    with pytest.raises(ClusterError, match="PostgreSQL 99 is here but PostGIS is not"):
        binaries.choose(None)


def test_elsewhere_than_on_debian_pg_config_knows_the_server(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    newest = binaries.choose(None)
    script = tmp_path / "pg_config"
    script.write_text(
        "#!/bin/sh\n"
        f'case "$1" in --version) echo "PostgreSQL {newest.version}.1";; '
        f"--bindir) echo {newest.programs};; *) echo {newest.shared};; esac\n",
        "utf-8",
    )
    script.chmod(0o755)
    monkeypatch.setattr(binaries, "DEBIAN_ROOT", tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert binaries.choose(None) == newest


def test_an_operators_own_database_is_used_as_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg2://served@elsewhere/food")
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql+psycopg2://owner@elsewhere/food")
    found = ensure_databases(tmp_path, load_or_create(tmp_path / "secrets.json"))
    assert found.url.endswith("served@elsewhere/food")
    assert found.owner_url.endswith("owner@elsewhere/food")
    assert not (tmp_path / "pg").exists()


def test_keys_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    first = load_or_create(file)
    assert load_or_create(file) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_a_damaged_key_file_is_never_replaced(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    file.write_text('{"field_key": ', "utf-8")
    with pytest.raises(ClusterError, match="put your backup copy back"):
        load_or_create(file)
    assert file.read_text("utf-8") == '{"field_key": '


def test_a_folder_that_the_account_cannot_reach_is_not_used(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    nobody = Account("nobody", 65534, 65534)
    if os.geteuid() != 0:
        pytest.skip("only root can act for another account")
    home = cluster_home(closed, "pg", nobody)
    try:
        assert not home.is_relative_to(closed)
        assert (closed / "pg.place").read_text("utf-8").strip() == str(home)
        assert cluster_home(closed, "pg", nobody) == home
    finally:
        shutil.rmtree(home)


def test_a_taken_port_is_not_given_out(cluster: Cluster) -> None:
    cluster.start()
    server = cluster.running()
    assert server is not None
    assert free_port(server.port) != server.port


def test_a_process_is_known_by_its_start_time_too() -> None:
    with subprocess.Popen(["sleep", "60"]) as sleeper:
        assert same_process(sleeper.pid, 0.0) is None
        sleeper.send_signal(signal.SIGKILL)
    assert same_process(sleeper.pid, 0.0) is None
