"""`foodmap bench`: engines on public instances, on one core, in CPU seconds, checked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any, get_args

from app.commands.first import CommandRefused
from app.planning.contest import referee
from app.planning.contest.best_known import Known, Objective, best_known, gap_percent
from app.planning.contest.entrants import ENGINES, NoAnswer, Terms
from app.planning.contest.instances import Instance
from app.planning.contest.judge import BadAnswer
from app.planning.contest.reader import BadInstance, read_file


class WrongWord(Exception):
    """A file or an option that makes no sense; the command ends with status 2."""

    def format_message(self) -> str:
        """The sentence, as the command line asks for it."""
        return str(self)


@dataclass(frozen=True)
class Entry:
    """A file that was read, and what is best known of it."""

    instance: Instance
    known: Known | None


@dataclass(frozen=True)
class Run:
    """One engine on one file."""

    entry: Entry
    engine: str
    terms: Terms
    result: referee.Result

    @property
    def gap(self) -> float | None:
        """Percent above the best known distance, whatever the vehicles."""
        return gap_percent(self.result.distance, self.entry.known)

    @property
    def over(self) -> int | None:
        """Vehicles above the best known plan's."""
        known = self.entry.known
        return None if known is None else self.result.vehicles - known.vehicles

    def as_json(self) -> dict[str, Any]:
        """The run for machines: routes hold the file's own numbers, without the depot."""
        found, terms = self.result, self.terms
        return {
            "instance": self.entry.instance.name,
            "engine": self.engine,
            "objective": terms.objective,
            "seed": terms.seed,
            "seconds": terms.seconds if terms.iterations is None else None,
            "iterations": terms.iterations,
            "vehicles": found.vehicles,
            "distance": found.distance,
            "vehicles_over": self.over,
            "gap_percent": self.gap,
            "first_s": round(found.first_s, 3),
            "cpu_s": round(found.cpu_s, 3),
            "is_within": found.is_within,
            "effort": found.effort,
            "overran_s": round(found.overran_s, 3),
            "peak_mb": round(found.peak_mb, 1),
            "routes": found.routes,
        }

    def line(self) -> str:
        """The run for people."""
        found = self.result
        effort = f" ({found.effort})" if found.effort else ""
        own = "" if found.is_within else ", its own time"
        more = f"; the next level was stopped at {found.overran_s:.1f} s" if found.overran_s else ""
        return (
            f"{self.entry.instance.name}  {self.engine}{effort}: {found.vehicles} vehicles, "
            f"{found.distance:.2f}, {self._gap_words()}; first plan {found.first_s:.2f} s, "
            f"{found.cpu_s:.2f} s of CPU{own}{more}, {found.peak_mb:.0f} MB"
        )

    def _gap_words(self) -> str:
        if self.gap is None or self.over is None:
            return "no best known"
        gap = round(self.gap, 2) + 0.0  # the last of a double's digits makes no minus
        if self.terms.objective == "distance":
            return f"{gap:+.2f} % to the best known"
        return f"{self.over:+d} vehicles and {gap:+.2f} % to the best known"


def read_files(files: Iterable[Path], objective: Objective) -> list[Entry]:
    """All files read before anything runs. Raises WrongWord for the first that is none."""
    try:
        return [Entry(read_file(file), best_known(file, objective)) for file in files]
    except BadInstance as bad:
        raise WrongWord(str(bad)) from None


def terms_of(objective: str, seconds: float, seed: int, iterations: int | None) -> Terms:
    """The options as terms. Raises WrongWord for an objective that there is not."""
    for known in get_args(Objective):
        if objective == known:
            return Terms(known, seconds, seed, iterations)
    raise WrongWord(f"--objective is vehicles or distance, not “{objective}”.")


def engines_of(word: str) -> tuple[str, ...]:
    """One engine, or several with commas. Raises WrongWord for one that there is not."""
    names = tuple(word.split(","))
    for name in names:
        if name not in ENGINES:
            raise WrongWord(f"--engine is one of {', '.join(ENGINES)}, not “{name}”.")
    return names


def runs(entries: list[Entry], engines: tuple[str, ...], terms: Terms) -> Iterator[Run]:
    """Every engine on every file, one after the other; what found no plan is told at the end.

    Raises CommandRefused with all refusals, after the last run.
    """
    refused: list[str] = []
    for entry in entries:
        for engine in engines:
            try:
                found = referee.run(entry.instance, engine, terms)
            except (NoAnswer, BadAnswer) as refusal:
                refused.append(f"{entry.instance.name}, {engine}: {refusal}")
            else:
                yield Run(entry, engine, terms, found)
    if refused:
        raise CommandRefused("\n".join(refused))


def text_of(run: Run, *, as_json: bool) -> str:
    """One run as a line."""
    return json.dumps(run.as_json()) if as_json else run.line()


def summary(done: list[Run], engine: str) -> str:
    """What one engine did over all files; nothing when it had no plan for any."""
    own = [run for run in done if run.engine == engine]
    if not own:
        return ""
    gaps = [run.gap for run in own if run.gap is not None]
    mean_gap = f", {mean(gaps):+.2f} % to the best known (worst {max(gaps):+.2f} %)" if gaps else ""
    return (
        f"{engine}: {len(own)} files, {sum(run.result.vehicles for run in own)} vehicles, "
        f"{sum(run.result.distance for run in own):.2f}{mean_gap}; "
        f"{mean(run.result.cpu_s for run in own):.1f} s of CPU and at most "
        f"{max(run.result.peak_mb for run in own):.0f} MB a file, "
        f"{sum(not run.result.is_within for run in own)} over the budget"
    )
