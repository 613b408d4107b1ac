"""`foodmap import`: a register or a donors' list, previewed or taken in."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from app.commands.first import CommandRefused
from app.commands.operation import operator, organisation_id, refusal
from app.core.clock import today_in
from app.core.db import transaction
from app.core.problems import Problem
from app.core.sheet_previews import ImportOut, plain_filename
from app.core.sheets import IntakeRefused
from app.donors import imports as donor_imports
from app.donors import intake as donor_intake
from app.recipients import imports as register_imports
from app.recipients import intake

LINES_MAX = 40
HOME_ZONE = "Asia/Shanghai"


@dataclass
class Answer:
    """What a command answers: for people, and for scripts."""

    lines: list[str] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)


def register(
    file: Path, *, org: str, preview: bool, returned: Path | None, screen: Console
) -> Answer:
    """Preview or import a paper register. Raises CommandRefused with one sentence."""
    try:
        with screen.status(f"Reading {file.name} …"):
            return _preview_register(file) if preview else _import_register(file, org, returned)
    except IntakeRefused as no:
        raise CommandRefused(str(no)) from None
    except Problem as no:
        raise refusal(no) from None


def _preview_register(file: Path) -> Answer:
    sheets = intake.read_workbook(file.read_bytes(), file.name)
    columns = [intake.guess_columns(sheet).mapping for sheet in sheets]
    results = intake.understand_all(sheets, columns, today=today_in(HOME_ZONE))
    data = intake.preview_json(sheets, columns, results)
    lines = [f"{f['sheet']} 第 {f['row']} 行：{f['faults'][0]['zh']}" for f in data["faults"]]
    counted = f"可导入 {len(data['households'])} 户，重复 {len(data['duplicates'])} 行，有问题 {len(data['faults'])} 行。"
    return Answer([counted, *_cut(lines)], data)


def _import_register(file: Path, org: str, returned: Path | None) -> Answer:
    org_id = organisation_id(org)
    subject = operator(org_id)
    with transaction(org_id) as db:
        row = register_imports.upload(
            db, subject, filename=plain_filename(file.name), data=file.read_bytes()
        )
        before = register_imports.preview(db, subject, row)
        if returned is not None:
            returned.write_bytes(register_imports.returned(db, subject, row, "zh"))
        register_imports.commit_import(db, subject, row.id)
        db.flush()
        return _told(before, row.summary)


def donors(file: Path, *, org: str, preview: bool, screen: Console) -> Answer:
    """Preview or import a donors' list. Raises CommandRefused with one sentence."""
    try:
        with screen.status(f"Reading {file.name} …"):
            return _preview_donors(file) if preview else _import_donors(file, org)
    except IntakeRefused as no:
        raise CommandRefused(str(no)) from None
    except Problem as no:
        raise refusal(no) from None


def _preview_donors(file: Path) -> Answer:
    rows = []
    for sheet in donor_intake.read_workbook(file.read_bytes(), file.name):
        rows += donor_intake.understand(sheet, donor_intake.guess_columns(sheet))
    sites = [
        {"row": r.row} | r.site.to_json() for r in rows if r.status == "good" and r.site is not None
    ]
    faults = [
        {"row": r.row, "faults": [f.to_json() for f in r.faults]}
        for r in rows
        if r.status in ("fault", "duplicate")
    ]
    lines = [f"第 {r.row} 行：{fault.zh}" for r in rows for fault in r.faults[:1]]
    return Answer(
        [f"可导入 {len(sites)} 个捐赠点，有问题 {len(faults)} 行。", *_cut(lines)],
        {"sites": sites, "faults": faults},
    )


def _import_donors(file: Path, org: str) -> Answer:
    org_id = organisation_id(org)
    subject = operator(org_id)
    with transaction(org_id) as db:
        row = donor_imports.upload(
            db, subject, filename=plain_filename(file.name), data=file.read_bytes()
        )
        before = donor_imports.preview(db, row)
        donor_imports.commit_import(db, subject, row.id)
        db.flush()
        return _told(before, row.summary)


def _told(before: ImportOut, summary: dict[str, Any]) -> Answer:
    lines = [
        f"{row.sheet} 第 {row.row} 行：{fault.zh}"
        for row in before.rows
        for fault in row.faults[:1]
    ]
    done = ", ".join(f"{name} {count}" for name, count in summary.items())
    return Answer(
        [f"已导入：{done}", *_cut(lines)],
        {"import_id": str(before.id), "summary": summary, "counts": before.counts},
    )


def _cut(lines: list[str]) -> list[str]:
    rest = len(lines) - LINES_MAX
    return lines if rest <= 0 else [*lines[:LINES_MAX], f"… 还有 {rest} 行"]
