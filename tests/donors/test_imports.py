"""A donors' list goes in: judged row by row, mended, taken in once, taken back."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from sqlalchemy import select

from app.core.sheet_imports import SheetImport
from app.donors.models import Donor, Site
from tests.world import World

LIST = Path(__file__).parents[3] / "shared" / "data" / "register" / "donors.csv"
HEAD = "捐赠点,类型,经度(WGS84),纬度(WGS84),可取货时间,储存条件,联系电话"
ROWS = (
    "甲店(虚构),面包房,121.45,31.25,每天20:30-21:30,常温,021-00000001",
    "乙店(虚构),超市,31.22,121.46,周二 14:00-15:30,冷藏,021-00000002",
    ",超市,121.47,31.23,工作日 9:00-10:00,常温,021-00000003",
    "甲店(虚构),面包房,121.45,31.25,每天20:30-21:30,常温,021-00000001",
)


def sheet(*rows: str) -> bytes:
    return "\n".join((HEAD, *rows)).encode("gb18030")


def uploaded(world: World, data: bytes, name: str = "捐赠点.csv") -> Any:
    files = {"file": (name, data, "text/csv")}
    return world.client("coordinator").post("/api/v1/imports/donors", files=files)


def rows_of(answer: Any) -> dict[int, tuple[str, list[str]]]:
    return {
        row["row"]: (row["status"], [fault["code"] for fault in row["faults"]])
        for row in answer.json()["rows"]
    }


def donors_in_use(world: World) -> list[str]:
    with world.db() as db:
        return list(db.scalars(select(Donor.name).where(Donor.ended_at.is_(None))))


def test_a_list_is_judged_row_by_row_and_nothing_goes_in_yet(world: World) -> None:
    answer = uploaded(world, sheet(*ROWS))
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert (body["state"], body["filename"]) == ("uploaded", "捐赠点.csv")
    assert body["sheets"][0]["columns"]["1"] == "name"
    assert body["sheets"][0]["headings"][0] == "捐赠点"
    statuses = rows_of(answer)
    assert [statuses[row][0] for row in (2, 3, 4, 5)] == ["good", "fault", "fault", "duplicate"]
    assert statuses[3][1] == ["swapped coordinates"]
    assert body["counts"] == {"good": 1, "fault": 2, "duplicate": 1}
    understood = body["rows"][0]["understood"]
    assert (understood["lng"], understood["pickup_hours"][0]) == (121.45, [0, 1230, 1290])
    assert donors_in_use(world) == []


def test_a_cell_mended_in_the_preview_makes_the_row_good(world: World) -> None:
    body = uploaded(world, sheet(*ROWS)).json()
    path, name = f"/api/v1/imports/donors/{body['id']}", body["sheets"][0]["name"]
    desk = world.client("coordinator")
    edits = {"edits": {name: {"4": {"1": "丙店(虚构)"}}}}
    mended = desk.patch(path, json=edits, headers={"If-Match": '"1"'})
    assert mended.status_code == 200, mended.text
    assert rows_of(mended)[4][0] == "good"
    assert desk.patch(path, json=edits, headers={"If-Match": '"1"'}).status_code == 412
    assert desk.patch(path, json={"edits": {"没有这张": {}}}).status_code == 422
    skipped = body["sheets"][0]
    columns = {"columns": skipped["columns"], "skip": True}
    assert desk.patch(path, json={"mapping": {name: columns}}).json()["rows"] == []
    columns = {"columns": {"1": "shoe size"}}
    assert desk.patch(path, json={"mapping": {name: columns}}).status_code == 422


def test_the_good_rows_go_in_once_with_their_pin_hours_and_telephone(world: World) -> None:
    import_id = uploaded(world, sheet(*ROWS)).json()["id"]
    desk = world.client("coordinator")
    done = desk.post(f"/api/v1/imports/donors/{import_id}/commit")
    assert done.status_code == 200, done.text
    assert done.json()["summary"] == {"donors": 1, "sites": 1, "without_place": 0}
    assert rows_of(done)[2][0] == "good"
    assert desk.post(f"/api/v1/imports/donors/{import_id}/commit").status_code == 409
    donor = desk.get("/api/v1/donors").json()["items"][0]
    shown = desk.get(f"/api/v1/donors/{donor['id']}").json()
    assert (shown["name"], shown["phone"]) == ("甲店(虚构)", "021-00000001")
    site = shown["sites"][0]
    assert site["point"] == {"lng": 121.45, "lat": 31.25}
    assert len(site["pickup_hours"]) == 7


def test_the_same_list_again_brings_nothing_twice(world: World) -> None:
    first = uploaded(world, sheet(*ROWS)).json()["id"]
    desk = world.client("coordinator")
    desk.post(f"/api/v1/imports/donors/{first}/commit")
    again = uploaded(world, sheet(*ROWS))
    assert rows_of(again)[2] == ("duplicate", ["already registered"])
    done = desk.post(f"/api/v1/imports/donors/{again.json()['id']}/commit").json()
    assert done["summary"]["donors"] == 0


def test_an_import_is_taken_back_except_where_food_was_announced(world: World) -> None:
    rows = (ROWS[0], "丁店(虚构),超市,121.48,31.26,每天9:00-10:00,常温,021-00000004")
    import_id = uploaded(world, sheet(*rows)).json()["id"]
    desk = world.client("coordinator")
    path = f"/api/v1/imports/donors/{import_id}"
    assert desk.post(f"{path}/undo").status_code == 409
    desk.post(f"{path}/commit")
    with world.db() as db:
        site_id = db.scalars(select(Site.id).where(Site.name == "丁店(虚构)")).one()
    world.offer(site_id)
    undone = desk.post(f"{path}/undo")
    assert undone.status_code == 200, undone.text
    assert undone.json()["state"] == "undone"
    assert undone.json()["summary"]["kept_sites"] == 1
    assert donors_in_use(world) == ["丁店(虚构)"]
    assert desk.post(f"{path}/undo").status_code == 409


def test_a_row_without_coordinates_makes_the_donor_and_waits_for_its_pin(world: World) -> None:
    head = "名称,地址,电话"
    data = f"{head}\n戊店(虚构),示例路1号,021-00000005\n".encode()
    answer = uploaded(world, data)
    import_id = answer.json()["id"]
    desk = world.client("coordinator")
    done = desk.post(f"/api/v1/imports/donors/{import_id}/commit").json()
    assert done["summary"] == {"donors": 1, "sites": 0, "without_place": 1}


def test_what_did_not_go_in_comes_back_with_its_reason(world: World) -> None:
    import_id = uploaded(world, sheet(*ROWS)).json()["id"]
    answer = world.client("coordinator").get(f"/api/v1/imports/donors/{import_id}/returned.xlsx")
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    cells = [row for row in book.worksheets[0].iter_rows(values_only=True) if any(row)]
    assert cells[0][-1] == "原因"
    assert len(cells) == 1 + 3
    assert all(row[-1] for row in cells)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old", "old-xls"),
        (b"PK\x03\x04broken", "damaged"),
    ],
)
def test_a_file_that_is_no_list_is_refused_and_not_kept(
    world: World, data: bytes, code: str
) -> None:
    answer = uploaded(world, data)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    with world.db() as db:
        assert db.scalars(select(SheetImport)).all() == []


def test_the_uploaded_file_lies_sealed(world: World) -> None:
    uploaded(world, sheet(*ROWS))
    with world.db() as db:
        content = db.scalars(select(SheetImport.content)).one()
    assert content is not None
    assert b"021-0000" not in content


def test_a_files_name_is_kept_without_its_folders(world: World) -> None:
    answer = uploaded(world, sheet(*ROWS), "C:\\私人\\list.csv")
    assert answer.json()["filename"] == "list.csv"


def test_another_organisation_finds_no_import(world: World, other_world: World) -> None:
    import_id = UUID(uploaded(world, sheet(*ROWS)).json()["id"])
    desk = other_world.client("coordinator")
    path = f"/api/v1/imports/donors/{import_id}"
    assert desk.get(path).status_code == 404
    assert desk.get(f"{path}/returned.xlsx").status_code == 404
    assert desk.patch(path, json={}).status_code == 404
    for verb in ("commit", "undo"):
        assert desk.post(f"{path}/{verb}").status_code == 404
    again = uploaded(other_world, sheet(ROWS[0]))
    assert rows_of(again)[2][0] == "good"


@pytest.mark.skipif(not LIST.is_file(), reason="the sample list lies outside the project")
def test_the_sample_list_goes_in_whole(world: World) -> None:
    answer = uploaded(world, LIST.read_bytes(), LIST.name)
    body = answer.json()
    assert body["counts"].keys() == {"good"}
    done = world.client("coordinator").post(f"/api/v1/imports/donors/{body['id']}/commit").json()
    assert done["summary"]["sites"] == body["counts"]["good"] >= 50
