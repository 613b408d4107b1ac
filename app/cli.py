"""The `foodmap` command: wiring only."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from app.commands.first import DEMO_SLUG, CommandRefused, first_steps, load_demo

if TYPE_CHECKING:
    from app.commands.imports import Answer

# Each command imports what it needs when it runs: half the rooms take a second or two to load,
# and `foodmap up` waits for none of them.
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # they hold people's names and keys
    help="Food Aid Map 食物援助地图",
)
imports_app = typer.Typer(no_args_is_help=True, help="Import a paper register or a donors' list.")
app.add_typer(imports_app, name="import")
roads_app = typer.Typer(no_args_is_help=True, help="Real roads and the map's ground, from a file.")
app.add_typer(roads_app, name="roads")
screen = Console(stderr=True)
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output on stdout.")]
Org = Annotated[str, typer.Option("--org", help="The organisation's short name.")]
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]


@app.command()
def up(
    roads: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, readable=True, resolve_path=True,
            help="A city's extract, city.osm.pbf: build it on the way unless it is live.",
        ),
    ] = None,
) -> None:  # fmt: skip
    """Start database, web and worker; the demo organisation is loaded the first time."""
    from app import cluster

    cluster.up(first_steps(roads))


@app.command()
def down() -> None:
    """Stop what `up` started in this checkout, and nothing else."""
    from app import cluster

    _say("Stopped." if cluster.down() else "Nothing runs here.")


@app.command()
def reset() -> None:
    """Stop, and delete this checkout's data."""
    from app import cluster

    cluster.reset()
    _say("This checkout's data is gone; `make up` starts afresh.")


@app.command()
def demo(
    day: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="The day to make ready; the coming one if left out."
        ),
    ] = None,
) -> None:
    """Load the invented demo organisation (once)."""
    from app.commands import operation

    operation.connect()
    with screen.status("Loading the demo organisation …"):
        load_demo(day.date() if day else None)
    _say("The demo organisation is there, with volunteers and offers for the coming day.")


@app.command()
def plan(
    day: Annotated[
        str, typer.Option(help="YYYY-MM-DD; the organisation's today when left out.")
    ] = "",
    seconds: Annotated[float, typer.Option(min=0.5, max=600)] = 12.0,
    org: Org = DEMO_SLUG,
    as_json: AsJson = False,
) -> None:
    """Allocate and plan a day now, in this process, with a progress bar."""
    from app.commands import operation, plans

    operation.connect()
    found = plans.plan_day(org, day, seconds, screen)
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        _say(plans.plan_sentence(found))
    if found["state"] != "done":
        raise typer.Exit(1)


@app.command()
def bench(  # noqa: PLR0917 - typer passes what a command declares, by name
    files: Annotated[list[Path], typer.Argument(help="Solomon, Gehring-Homberger, Li & Lim.")],
    objective: Annotated[str, typer.Option(help="vehicles (first) or distance.")] = "vehicles",
    seconds: Annotated[float, typer.Option(min=0.1, max=3600, help="Of CPU, on one core.")] = 10.0,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1)] = 1,
    engine: Annotated[
        str, typer.Option(help="ours, pyvrp, vroom, ortools, seeded, or several.")
    ] = "ours",
    iterations: Annotated[
        int | None, typer.Option(min=1, help="Instead of seconds: the same routes every time.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure route engines on public instances, each in a process of its own."""
    from app.commands import bench as contest

    terms = contest.terms_of(objective, seconds, seed, iterations)
    engines = contest.engines_of(engine)
    done = []
    entries = contest.read_files(files, terms.objective)
    try:
        for run in contest.runs(entries, engines, terms):
            print(contest.text_of(run, as_json=as_json), flush=True)
            done.append(run)
    finally:
        for name in engines:
            if sums := contest.summary(done, name):
                _say(sums)


@imports_app.command("register")
def import_register(
    file: File,
    preview: Annotated[
        bool, typer.Option("--preview", help="Show what would happen; change nothing.")
    ] = False,
    org: Org = DEMO_SLUG,
    as_json: AsJson = False,
    returned: Annotated[
        Path | None, typer.Option(help="Where to write the rows that were not imported.")
    ] = None,
) -> None:
    """Import recipients from .xlsx or .csv: good rows go in, the rest comes back with a reason."""
    from app.commands import imports, operation

    if not preview:
        operation.connect()
    answer = imports.register(file, org=org, preview=preview, returned=returned, screen=screen)
    _tell(answer, as_json=as_json)


@imports_app.command("donors")
def import_donors(
    file: File,
    preview: Annotated[
        bool, typer.Option("--preview", help="Show what would happen; change nothing.")
    ] = False,
    org: Org = DEMO_SLUG,
    as_json: AsJson = False,
) -> None:
    """Import donors and their sites from .xlsx or .csv."""
    from app.commands import imports, operation

    if not preview:
        operation.connect()
    _tell(imports.donors(file, org=org, preview=preview, screen=screen), as_json=as_json)


@roads_app.command("build")
def build_roads(
    file: Annotated[Path, typer.Argument(help="The city's extract, city.osm.pbf.")],
    modes: Annotated[
        str, typer.Option(help="car,ebike,trike,bicycle,foot; all when left out.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Build roads, ground and street names from an extract, and switch over to them."""
    from app.commands import operation, roads

    wanted = roads.parse_modes(modes)
    operation.connect()
    answer = roads.build(file, wanted, screen)
    if as_json:
        print(json.dumps(answer, ensure_ascii=False))
    else:
        _say(roads.sentence(answer))


@roads_app.command("serve")
def serve_roads(
    host: Annotated[
        str, typer.Option(help="The name by which web and worker reach this machine.")
    ] = "127.0.0.1",
) -> None:
    """Serve the roads that were built, without web and worker (`up` does this by itself)."""
    from app import cluster
    from app.commands import operation

    operation.without_database()
    cluster.serve_roads(operation.roads_dir(), Path.cwd(), host, _say)


def _tell(answer: Answer, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(answer.data, ensure_ascii=False))
    else:
        for line in answer.lines:
            _say(line)


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="The archive to write.")]) -> None:
    """Write database and photos into one archive (the field key stays outside: keep it safe)."""
    from app.commands import backups, operation

    operation.connect()
    backups.backup(file, screen)


@app.command()
def restore(
    file: File,
    yes: Annotated[
        bool, typer.Option("--yes", help="Replace what is in the database now.")
    ] = False,
) -> None:
    """Put an archive back, replacing what is there."""
    from app.commands import backups, operation

    operation.connect()
    backups.restore(file, screen, replace=yes)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """What is missing, and how to mend it."""
    from app import cluster

    findings = cluster.doctor()
    if as_json:
        rows = [{"name": f.name, "is_well": f.is_well, "advice": f.advice} for f in findings]
        print(json.dumps(rows, ensure_ascii=False))
    else:
        for finding in findings:
            _say(f"✓ {finding.name}" if finding.is_well else f"✗ {finding.name}  {finding.advice}")
    if not all(finding.is_well for finding in findings):
        raise typer.Exit(1)


@app.command()
def openapi() -> None:
    """Print the API's description."""
    from app.commands import operation

    operation.without_database()
    from app.main import create_app

    print(json.dumps(create_app().openapi(), ensure_ascii=False, indent=1, sort_keys=True))


def _say(sentence: str, style: str | None = None) -> None:
    """One line, unbroken and as it is: names in it may hold brackets."""
    screen.print(sentence, style=style, markup=False, highlight=False, soft_wrap=True)


def main() -> None:
    """Run; a refusal is one sentence, not a stack trace."""
    try:
        status = app(standalone_mode=False)  # what typer.Exit carries, else None
    except CommandRefused as refused:
        _say(f"foodmap: {refused}", "bold")
        sys.exit(1)
    except typer.Abort:
        sys.exit(130)
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        _say(f"foodmap: {error.strerror or type(error).__name__}{where}", "bold")
        sys.exit(1)
    except Exception as error:
        sentence, code = _sentence_of(error)
        if sentence is None:
            raise
        if sentence:  # without any word, the list of commands has been shown instead
            _say(f"foodmap: {sentence}", "bold")
        sys.exit(code)
    sys.exit(status)


def _sentence_of(error: Exception) -> tuple[str | None, int]:
    """What a wrong word on the command line, or a database that is not there, says for itself."""
    shown = getattr(error, "format_message", None)
    if shown is not None:
        return str(shown()), 2
    from app.cluster.errors import ClusterError

    if isinstance(error, ClusterError):
        return str(error), 1
    from sqlalchemy import exc

    if isinstance(error, exc.ArgumentError):
        return "DATABASE_URL is not an address like postgresql+psycopg2://name@host/database.", 1
    if isinstance(error, exc.OperationalError):
        lines = str(error.orig).strip().splitlines() or [""]
        return f"The database cannot be reached: {lines[0]}", 1
    if isinstance(error, exc.ProgrammingError) and getattr(error.orig, "pgcode", "") == "42P01":
        return "The database has no tables yet: run the migrations first (`make up`).", 1
    return None, 1


if __name__ == "__main__":
    main()
