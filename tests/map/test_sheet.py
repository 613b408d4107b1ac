"""The map sheet of a run: one file, no outside request, hostile names as text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.map.leaflet import fit_to_inline
from app.map.sheet import About, header_policy, sheet
from tests.map.documents import ABOUT, HOSTILE, LEAFLET, check, drive


def test_it_is_one_file_with_the_table_before_the_map() -> None:
    document = sheet(drive(["李测试", "王测试"]), ABOUT, LEAFLET)
    read = check(document)
    assert document.startswith('<!doctype html>\n<html lang="zh-CN">')
    assert (
        document.index("<table>")
        < document.index('class="folium-map"')
        < document.index("<noscript>")
    )
    assert len(read.blocks["script"]) == 2
    assert "<title>路线 3 ·" in document
    assert "（" not in document
    assert {"1", "2", "仓"} <= set(read.said)
    assert "L.divIcon" in document
    assert "L.tileLayer" not in document


def test_a_break_and_a_visit_say_what_they_are_and_carry_nothing() -> None:
    run = drive(["李测试", "王测试", "周测试"])
    load, rest, visit, last = run.stops
    at = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
    rest = rest.model_copy(
        update={"kind": "break", "label": "休息", "doors": [], "items": [], "planned_at": at,
                "service_s": 1800, "address": ""}
    )  # fmt: skip
    visit = visit.model_copy(update={"kind": "visit", "items": []})
    run = run.model_copy(update={"stops": [load, rest, visit, last]})
    said = check(sheet(run, ABOUT, None)).said
    assert "休息到 12:30" in said
    assert {"歇", "仓", "1", "2"} <= set(said)
    assert "3" not in said
    assert sum("kg" in word for word in said) == 2  # the loading and the last door
    english = check(sheet(run, replace(ABOUT, lang="en"), None)).said
    assert "Rest until 12:30" in english


def test_the_same_run_gives_the_same_file() -> None:
    run = drive(["李测试", "王测试"])
    assert sheet(run, ABOUT, LEAFLET) == sheet(run, ABOUT, LEAFLET)


def test_without_built_pages_there_is_still_the_table_and_the_picture() -> None:
    document = sheet(drive(["李测试"]), ABOUT, None)
    read = check(document)
    assert read.blocks["script"] == []
    assert '<svg class="picture"' in document
    assert "<noscript>" not in document
    assert "script-src 'none'" in header_policy(document)


def test_a_run_without_stops_is_still_a_sheet() -> None:
    check(sheet(drive([]), ABOUT, LEAFLET))


def test_it_speaks_english_too() -> None:
    about = About(ABOUT.organisation, is_demo=False, zone=ABOUT.zone, lang="en", url=ABOUT.url)
    document = sheet(drive(["李测试"]), about, LEAFLET)
    assert '<html lang="en">' in document
    assert "Run sheet" in document
    assert "invented example" not in document


def test_hostile_names_come_out_as_text() -> None:
    read = check(sheet(drive([HOSTILE, HOSTILE]), ABOUT, LEAFLET))
    assert "alert" not in "".join(read.blocks["script"])
    assert HOSTILE in read.said


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)
            | st.sampled_from([HOSTILE, "{{ 7*7 }}", "{% raw %}", "]]>", "<!--", "\u2029", "&lt;"]),
            st.floats(1, 179),
            st.floats(-84, 84),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_no_name_and_no_place_breaks_out_of_the_sheet(rows: list[tuple[str, float, float]]) -> None:
    plain = check(sheet(drive(["a"] * len(rows)), ABOUT, LEAFLET))
    read = check(sheet(drive([row[0] for row in rows], [row[1:] for row in rows]), ABOUT, LEAFLET))
    assert [tag for tag, _ in read.tags] == [tag for tag, _ in plain.tags]


def test_leaflet_is_stripped_of_pictures_and_outside_addresses() -> None:
    script, style = fit_to_inline(
        'x="<a href=\\"https://leafletjs.com\\"></a>"\n//# sourceMappingURL=leaflet.js.map',
        "a{background:url(images/layers.png)}",
    )
    assert "https://" not in script.replace("http://www.w3.org", "")
    assert "sourceMappingURL" not in script
    assert "</" not in script
    assert style == "a{background:none}"
