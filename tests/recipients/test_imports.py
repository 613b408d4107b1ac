"""A paper register goes in, and comes out again."""

from __future__ import annotations

import io
from typing import Any

from fastapi.testclient import TestClient
from openpyxl import Workbook, load_workbook

from tests.world import World

HEADINGS = [
    "序号",
    "姓名",
    "电话",
    "出生年份",
    "住址",
    "经度(GCJ-02)",
    "纬度(GCJ-02)",
    "人口",
    "忌口",
]
ROWS: list[list[Any]] = [
    [
        1,
        "李测一",
        "17000000001",
        1940,
        "长寿路示例弄1号101室",
        121.47822406,
        31.22847374,
        1,
        "糖尿病",
    ],
    [2, "王测二", "17000000002", 1938, "长寿路示例弄1号102室", None, None, 2, ""],
    [3, "李测一", "17000000001", 1940, "长寿路示例弄1号101室", None, None, 1, ""],
    [4, "", "17000000004", 1951, "长寿路示例弄3号", None, None, 1, ""],
    [5, "赵测五", "17000000005", 1949, "长寿路示例弄5号", 31.2284, 121.4782, 1, "=1+1"],
]


def workbook(rows: list[list[Any]] = ROWS) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "登记"
    sheet.append(["2026年示例社区登记表"])
    sheet.append(HEADINGS)
    for row in rows:
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def upload(desk: TestClient, data: bytes, name: str = "登记册.xlsx") -> dict[str, Any]:
    answer = desk.post("/api/v1/imports/register", files={"file": (name, data)})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_good_rows_go_in_and_the_rest_comes_back_with_reasons(world: World) -> None:
    desk = world.client("coordinator")
    seen = upload(desk, workbook())
    assert seen["counts"] == {"good": 2, "duplicate": 1, "fault": 2}
    codes = {
        row["row"]: row["faults"][0]["code"] for row in seen["rows"] if row["status"] == "fault"
    }
    assert codes == {6: "no name", 7: "swapped coordinates"}
    done = desk.post(f"/api/v1/imports/register/{seen['id']}/commit").json()
    assert done["state"] == "imported"
    assert done["summary"] == {"recipients": 2, "to_confirm": 1}
    register = desk.get("/api/v1/recipients").json()["items"]
    assert sorted(row["label"] for row in register) == ["李**", "王**"]
    (placed,) = [row["id"] for row in register if row["place_state"] == "confirmed"]
    file = desk.get(f"/api/v1/recipients/{placed}").json()
    assert abs(file["point"]["lng"] - 121.473701) < 1e-5
    assert abs(file["point"]["lat"] - 31.230416) < 1e-5
    assert (file["source_datum"], file["phone"], file["diets"]) == (
        "gcj02",
        "17000000001",
        ["diabetic"],
    )
    back = load_workbook(
        io.BytesIO(desk.get(f"/api/v1/imports/register/{seen['id']}/returned.xlsx").content)
    )
    cells = [
        str(cell.value) for row in back.active.iter_rows() for cell in row if cell.value is not None
    ]  # type: ignore[union-attr]
    assert "原因" in cells
    assert any("写反" in cell for cell in cells)
    assert all(cell.data_type != "f" for row in back.active.iter_rows() for cell in row)  # type: ignore[union-attr]


def test_a_cell_mended_in_the_preview_makes_the_row_good(world: World) -> None:
    desk = world.client("coordinator")
    seen = upload(desk, workbook())
    mended = desk.patch(
        f"/api/v1/imports/register/{seen['id']}", json={"edits": {"登记": {"6": {"2": "钱测四"}}}}
    ).json()
    assert mended["counts"] == {"good": 3, "duplicate": 1, "fault": 1}


def test_cells_mended_one_by_one_stay_mended_and_are_shown(world: World) -> None:
    desk = world.client("coordinator")
    seen = upload(desk, workbook())
    path = f"/api/v1/imports/register/{seen['id']}"
    desk.patch(path, json={"edits": {"登记": {"6": {"2": "钱测四"}}}})
    mended = desk.patch(path, json={"edits": {"登记": {"7": {"6": "", "7": ""}}}}).json()
    assert mended["counts"] == {"good": 4, "duplicate": 1}
    assert {row["row"]: row["cells"][1] for row in mended["rows"]}[6] == "钱测四"
    assert desk.get(path).json()["rows"] == mended["rows"]


def test_an_import_is_undone_and_who_got_food_meanwhile_is_only_ended(world: World) -> None:
    desk = world.client("coordinator")
    seen = upload(desk, workbook())
    desk.post(f"/api/v1/imports/register/{seen['id']}/commit")
    undone = desk.post(f"/api/v1/imports/register/{seen['id']}/undo").json()
    assert (undone["state"], undone["summary"]["removed"]) == ("undone", 2)
    assert desk.get("/api/v1/recipients").json()["items"] == []
    assert desk.post(f"/api/v1/imports/register/{seen['id']}/undo").status_code == 409


def test_yesterdays_import_is_found_again_to_be_undone(world: World, other_world: World) -> None:
    desk = world.client("coordinator")
    first, second = (upload(desk, workbook(), name)["id"] for name in ("旧.xlsx", "新.xlsx"))
    desk.post(f"/api/v1/imports/register/{first}/commit")
    latest = desk.get("/api/v1/imports/register").json()
    assert [(row["id"], row["filename"], row["state"]) for row in latest] == [
        (second, "新.xlsx", "uploaded"),
        (first, "旧.xlsx", "imported"),
    ]
    assert desk.get("/api/v1/imports/donors").json() == []
    assert other_world.client("coordinator").get("/api/v1/imports/register").json() == []


def test_the_same_file_twice_brings_nobody_twice(world: World) -> None:
    desk = world.client("coordinator")
    desk.post(f"/api/v1/imports/register/{upload(desk, workbook())['id']}/commit")
    again = upload(desk, workbook())
    assert again["counts"] == {"duplicate": 3, "fault": 2}


def test_a_file_that_is_no_sheet_is_refused_with_a_sentence_and_not_kept(world: World) -> None:
    desk = world.client("coordinator")
    for name, data in (
        ("a.xlsx", b"PK\x03\x04 broken"),
        ("a.csv", b"\x00\x00"),
        ("a.pdf", b"%PDF-1.7"),
        ("a.xlsx", b""),
    ):
        answer = desk.post("/api/v1/imports/register", files={"file": (name, data)})
        assert answer.status_code in (413, 422), (name, answer.text)
        assert answer.json()["title"]


def test_another_organisation_sees_no_import(world: World, other_world: World) -> None:
    seen = upload(world.client("coordinator"), workbook())
    stranger = other_world.client("coordinator")
    for path in ("", "/returned.xlsx"):
        assert stranger.get(f"/api/v1/imports/register/{seen['id']}{path}").status_code == 404
    assert stranger.post(f"/api/v1/imports/register/{seen['id']}/commit").status_code == 404
