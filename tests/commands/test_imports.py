"""`foodmap import`: a messy register and a donors' list, looked at and taken in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from app.donors.models import Site
from tests.commands.shell import Terminal
from tests.world import World

REGISTER = Path(__file__).parents[3] / "shared" / "data" / "register"
DONORS = """\
捐赠点,类型,经度(WGS84),纬度(WGS84),可取货时间,储存条件,联系电话
甲店(虚构),面包房,121.45,31.25,每天20:30-21:30,常温,021-00000001
乙店(虚构),超市,31.22,121.46,周二 14:00-15:30,冷藏,021-00000002
,超市,121.47,31.23,工作日 9:00-10:00,常温,021-00000003
"""


def register(folder: Path) -> Path:
    """Two title rows, a ditto mark, ages, two phone formats, a duplicate, a swapped pair, a total."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "示例登记(虚构)"
    for row in (
        ["2025年示例社区受助居民登记表(全部虚构)"],
        ["填表人:示例"],
        ["序号", "姓名", "年龄", "联系电话", "街道", "住址", "家庭人口", "经度(WGS84)", "纬度(WGS84)", "忌口"],
        [1, "李测一", 85, "170 0000 0001", "长寿路街道", "示例路1弄2号301室", 1, 121.432, 31.245, "糖尿病"],
        [2, "王测二", 78, "170-0000-0002", "同上", "示例路1弄3号", 2, None, None, ""],
        [3, "李测一", 85, "17000000001", "长寿路街道", "示例路1弄2号301室", 1, 121.432, 31.245, ""],
        [4, "赵测四", 70, "17000000004", "长寿路街道", "示例路9号", 1, 31.245, 121.432, ""],
        ["合计", None, None, None, None, None, 5, None, None, None],
    ):  # fmt: skip
        sheet.append(row)
    book.save(folder / "register.xlsx")
    return folder / "register.xlsx"


def donors(folder: Path) -> Path:
    file = folder / "donors.csv"
    file.write_bytes(DONORS.encode("gb18030"))
    return file


def test_a_preview_tells_rows_duplicates_and_faults_and_changes_nothing(
    shell: Terminal, world: World, slug: str, tmp_path: Path
) -> None:
    seen = shell.answer("import", "register", register(tmp_path), "--preview", "--org", slug)
    first, second = seen["households"]
    assert (first["row"], first["name"], first["born"]) == (4, "李测一", 1940)
    assert (first["phone"], first["size"], first["diets"]) == ("17000000001", 1, ["diabetic"])
    assert (first["lng"], first["lat"]) == pytest.approx((121.432, 31.245), abs=1e-6)
    assert (second["street"], second["lng"], second["lat"]) == ("长寿路街道", None, None)
    assert [row["row"] for row in seen["duplicates"]] == [6]
    assert [(row["row"], row["fault"]) for row in seen["faults"]] == [(7, "swapped coordinates")]
    assert world.client("coordinator").get("/api/v1/recipients").json()["items"] == []


def test_good_rows_go_in_and_the_rest_comes_back_as_a_workbook(
    shell: Terminal, world: World, slug: str, tmp_path: Path
) -> None:
    rest = tmp_path / "rest.xlsx"
    done = shell.answer("import", "register", register(tmp_path), "--org", slug, "--returned", rest)
    assert done["summary"] == {"recipients": 2, "to_confirm": 1}
    labels = [
        row["label"]
        for row in world.client("coordinator").get("/api/v1/recipients").json()["items"]
    ]
    assert sorted(labels) == ["李**", "王**"]
    sheet = openpyxl.load_workbook(rest).active
    assert sheet is not None
    written = " ".join(
        str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell
    )
    assert "赵测四" in written
    assert "对调" in written


def test_a_person_reads_sentences_instead_of_json(
    shell: Terminal, slug: str, tmp_path: Path
) -> None:
    done = shell.foodmap("import", "register", register(tmp_path), "--preview", "--org", slug)
    assert (done.returncode, done.stdout) == (0, "")
    assert "可导入 2 户" in done.stderr
    assert "第 7 行" in done.stderr


def test_a_donors_list_in_the_old_encoding_goes_in(
    shell: Terminal, world: World, slug: str, tmp_path: Path
) -> None:
    file = donors(tmp_path)
    seen = shell.answer("import", "donors", file, "--preview", "--org", slug)
    assert [site["row"] for site in seen["sites"]] == [2]
    assert [fault["row"] for fault in seen["faults"]] == [3, 4]
    shell.answer("import", "donors", file, "--org", slug)
    with world.db() as db:
        assert list(db.scalars(select(Site.name).where(Site.org_id == world.org_id))) == [
            "甲店(虚构)"
        ]


def near(seen: dict[str, Any], truth: dict[str, Any]) -> bool:
    """Within a metre, or both without a place."""
    if truth["lng"] is None or seen["lng"] is None:
        return truth["lng"] is seen["lng"]
    return abs(seen["lng"] - truth["lng"]) < 1.05e-5 and abs(seen["lat"] - truth["lat"]) < 0.9e-5


def test_the_paper_register_is_understood_row_by_row(shell: Terminal) -> None:
    if not (REGISTER / "truth.json").is_file():
        pytest.skip("../shared/data/register is not here")
    truth = json.loads((REGISTER / "truth.json").read_text("utf-8"))
    seen = shell.answer("import", "register", REGISTER / "register.xlsx", "--preview")

    def by_row(rows: list[dict[str, Any]]) -> dict[tuple[str, int], dict[str, Any]]:
        return {(row["sheet"], row["row"]): row for row in rows}

    expected, understood = by_row(truth["households"]), by_row(seen["households"])
    assert understood.keys() == expected.keys()
    for place, row in expected.items():
        found = understood[place]
        for name in ("name", "phone", "street", "size", "diet"):
            assert found[name] == row[name], place
        assert set(found["tags"]) == set(row["tags"]), place
        assert abs(found["born"] - row["born"]) <= 1, place
        assert near(found, row), place
    duplicates = {place: row["same_phone_as"] for place, row in by_row(seen["duplicates"]).items()}
    assert duplicates == {
        place: row["same_phone_as"] for place, row in by_row(truth["duplicates"]).items()
    }
    faults = {place: row["fault"] for place, row in by_row(seen["faults"]).items()}
    assert faults == {place: row["fault"] for place, row in by_row(truth["faults"]).items()}
