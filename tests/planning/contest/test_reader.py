"""Contest files are read whatever their blanks and line ends; a bad one is named with its line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.planning.contest.instances import Instance
from app.planning.contest.reader import (
    BYTES_MAX,
    NODES_MAX,
    BadInstance,
    read_file,
    read_instance,
)
from tests.bench.families import li_lim_like, solomon_like
from tests.planning.contest.files import LI_LIM, SOLOMON, li_lim, solomon

PUBLIC = Path(__file__).parents[4] / "shared" / "data" / "instances"


def test_a_solomon_file_gives_its_fleet_and_customers() -> None:
    read = solomon()
    assert (read.kind, read.vehicles_max, read.capacity, len(read.nodes)) == ("vrptw", 3, 20, 6)
    third = read.nodes[3]
    assert (third.x, third.y, third.demand) == (0, 10, 5)
    assert (third.ready, third.due, third.service) == (40, 60, 10)
    assert read.pickups == ()
    assert read.distances[1, 3] == pytest.approx(200**0.5)


def test_a_li_and_lim_file_gives_its_pairs() -> None:
    read = li_lim()
    assert (read.kind, read.vehicles_max, read.capacity, len(read.nodes)) == ("pdptw", 3, 20, 5)
    assert [node.other for node in read.nodes] == [0, 2, 1, 4, 3]
    assert read.pickups == (1, 3)


VARIATIONS = {
    "windows line ends": lambda text: text.replace("\n", "\r\n"),
    "old line ends": lambda text: text.replace("\n", "\r"),
    "tabs": lambda text: text.replace("  ", "\t"),
    "blank lines everywhere": lambda text: text.replace("\n", "\n \t \n"),
    "no last line end": lambda text: text.rstrip(),
    "lower case": lambda text: text.lower(),
    "extra blanks": lambda text: text.replace("\n", "   \n   "),
    "a byte order mark": lambda text: "\ufeff" + text,
    "decimal points": lambda text: text.replace("\t0\t", "\t0.0\t").replace(" 0 ", " 0.0 "),
}


@pytest.mark.parametrize("text", [SOLOMON, LI_LIM], ids=["solomon", "li and lim"])
@pytest.mark.parametrize("variation", VARIATIONS)
def test_files_in_the_wild_read_alike(tmp_path: Path, text: str, variation: str) -> None:
    file = tmp_path / "wild.txt"
    file.write_bytes(VARIATIONS[variation](text).encode())
    read = read_file(file)
    assert read.nodes == read_instance(text, "wild").nodes
    assert (read.name, read.vehicles_max, read.capacity) == ("wild", 3, 20)


def test_a_name_that_is_a_number_is_not_taken_for_the_fleet() -> None:
    assert read_instance(SOLOMON.replace("five", "101 7"), "x").vehicles_max == 3


def test_headings_below_customer_may_be_missing() -> None:
    text = "\n".join(line for line in SOLOMON.splitlines() if "XCOORD" not in line)
    assert read_instance(text, "x").nodes == solomon().nodes


def test_more_vehicles_than_customers_are_never_needed() -> None:
    assert read_instance(SOLOMON.replace("  3          20", " 99 20"), "x").vehicles_max == 5


SPOILT = {
    "nothing": ("", "is empty"),
    "prose": ("once upon a time\n", "line 1 should hold numbers, not 'once'"),
    "a NUL": (LI_LIM.replace("\t20\t0\t-10", "\t\0\t0\t-10"), "line 4 should hold numbers"),
    "not a number": (SOLOMON.replace("40         60", "nan  60"), "line 13 should hold numbers"),
    "infinity": (SOLOMON.replace("40         60", "0  inf"), "line 13 should hold numbers"),
    "other digits": (SOLOMON.replace("40         60", "٤٠  60"), "line 13 should hold numbers"),
    "grouped digits": (SOLOMON.replace("40         60", "4_0  60"), "line 13 should hold numbers"),
    "a column too few": (SOLOMON.replace("    200          0", "  200"), "line 10 has 6 columns"),
    "a column too many": (LI_LIM.replace("200\t0\t0\t0", "200\t0\t0\t0\t0"), "line 2 has 10"),
    "an id twice": (LI_LIM.replace("\n2\t", "\n1\t"), "line 4 should be node 2, not 1"),
    "an id left out": (SOLOMON.replace("    4 ", "    6 "), "line 14 should be node 4, not 6"),
    "an unpaired pickup": (LI_LIM.replace("\t0\t2\n", "\t0\t0\n"), "line 3: node 1 and its other"),
    "a pair of three": (LI_LIM.replace("\t3\t0\n", "\t1\t0\n"), "line 5: node 3 and its other"),
    "paired with nobody": (LI_LIM.replace("\t0\t2\n", "\t0\t77\n"), "line 3: node 1 and its"),
    "paired with itself": (LI_LIM.replace("\t0\t2\n", "\t0\t1\n"), "line 3: node 1 and its"),
    "both ends named": (LI_LIM.replace("\t0\t2\n", "\t2\t2\n"), "line 3 names both"),
    "uneven amounts": (LI_LIM.replace("-10", "-9"), "line 3: node 1 and its other end"),
    "a huge demand": (SOLOMON.replace("5         40", "1e9  40"), "line 13 holds a number above"),
    "too much for a van": (SOLOMON.replace("5         40", "21  40"), "node 3 asks for 21, but a"),
    "less than nothing": (SOLOMON.replace("5         40", "-5  40"), "asks for less than nothing"),
    "half a box": (SOLOMON.replace("5         40", "2.5  40"), "line 13 should give a whole"),
    "closing first": (SOLOMON.replace("40         60", "60  40"), "node 3 closes before it opens"),
    "a time below 0": (SOLOMON.replace("40         60", "-4  60"), "node 3 has a time below 0"),
    "a hungry depot": (LI_LIM.replace("0\t0\t0\t0\t0", "0\t0\t0\t3\t0"), "line 2: the depot"),
    "no vehicle": (SOLOMON.replace("  3          20", "0 20"), "line 5 gives no vehicle"),
    "no capacity": (LI_LIM.replace("3\t20\t1", "3\t0\t1"), "line 1 gives no vehicle"),
    "no fleet": (SOLOMON.replace("  3          20", ""), "line 7 comes before any fleet"),
    "no rows": (SOLOMON[: SOLOMON.index("CUST NO")], "no customers after line 5"),
    "the depot alone": (LI_LIM[: LI_LIM.index("1\t10")], "no customers after line 2"),
}


@pytest.mark.parametrize("what", SPOILT)
def test_a_spoilt_file_is_refused_with_its_line(what: str) -> None:
    text, sentence = SPOILT[what]
    with pytest.raises(BadInstance, match=r"^x\b.*\.$") as refused:
        read_instance(text, "x")
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_with_a_row_too_many_is_refused_before_all_of_it_is_understood() -> None:
    row = "\t0\t0\t0\t0\t9\t0\t0\t0\n"
    text = "3\t20\t1\n" + "".join(f"{rank}{row}" for rank in range(NODES_MAX + 5))
    with pytest.raises(BadInstance, match=f"line {NODES_MAX + 2} is one row too many"):
        read_instance(text, "x")


def test_bytes_that_are_no_text_are_refused_with_their_line(tmp_path: Path) -> None:
    file = tmp_path / "latin.txt"
    file.write_bytes(LI_LIM.encode().replace(b"\n3\t", b"\n\xe9\t"))
    with pytest.raises(BadInstance, match="line 5 holds bytes that are no text"):
        read_file(file)


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "huge.txt"
    with file.open("wb") as hole:
        hole.truncate(300_000_000)
    with pytest.raises(BadInstance, match=f"larger than {BYTES_MAX // 1_000_000} MB"):
        read_file(file)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (tmp_path, pipe):
        with pytest.raises(BadInstance, match="is no file"):
            read_file(path)
    with pytest.raises(BadInstance, match="is not there"):
        read_file(tmp_path / "missing.txt")


def test_a_name_that_no_system_accepts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInstance, match=r"cannot be read|is not there"):
        read_file(tmp_path / ("x" * 300))
    with pytest.raises(BadInstance, match=r"cannot be read|is not there"):
        read_file(tmp_path / "a\0b")


def outcome(text: str) -> Instance | str:
    """The instance, or the sentence that refuses it."""
    try:
        return read_instance(text, "x")
    except BadInstance as refused:
        return str(refused)


@given(st.text(max_size=200) | st.text("0123456789.e-\t\n CUSTOMERvehicl", max_size=200))
def test_no_text_whatever_ends_in_anything_but_a_sentence(text: str) -> None:
    found = outcome(text)
    assert isinstance(found, Instance) or (found.endswith(".") and "\n" not in found)


@given(st.sampled_from([SOLOMON, LI_LIM]), st.integers(0, 500), st.sampled_from("\0x-9\t\n. "))
def test_a_slip_of_the_pen_is_read_or_refused(text: str, place: int, letter: str) -> None:
    found = outcome(text[:place] + letter + text[place + 1 :])
    assert isinstance(found, Instance) or (found.endswith(".") and "\n" not in found)


@pytest.mark.parametrize(
    "made", [solomon_like("RC", 2, 40, 1), li_lim_like("C", 1, 40, 1)], ids=["rc2", "lc1"]
)
def test_an_instance_of_our_own_survives_its_file(made: Instance) -> None:
    assert read_instance(as_text(made), made.name) == made


def as_text(made: Instance) -> str:
    """The instance in its family's format."""
    if made.kind == "vrptw":
        head = f"x\nVEHICLE\nNUMBER CAPACITY\n{made.vehicles_max} {made.capacity}\nCUSTOMER\nNO.\n"
    else:
        head = f"{made.vehicles_max} {made.capacity} 1\n"
    rows = []
    for rank, node in enumerate(made.nodes):
        row = [rank, node.x, node.y, node.demand, node.ready, node.due, node.service]
        if made.kind == "pdptw":
            is_delivery = node.demand < 0
            row += [node.other if is_delivery else 0, 0 if is_delivery else node.other]
        rows.append(" ".join(map(str, row)))
    return head + "\n".join(rows)


@pytest.mark.skipif(not PUBLIC.exists(), reason="The public instances are not beside this checkout")
def test_the_public_files_are_read() -> None:
    sizes = {path.stem: len(read_file(path).nodes) for path in PUBLIC.glob("*/*.txt")}
    assert sizes["R104"] == 101
    assert sizes["r1_10_4"] == 1001
    assert sizes["LR1_2_4"] > 200
