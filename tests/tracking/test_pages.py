"""The public page of a gift, as a donor's telephone sees it."""

from __future__ import annotations

import gzip
import hashlib
import re
from base64 import b64encode
from typing import Any

import pytest

from app.core.ids import new_code, spaced_code
from app.donors.models import Donor, Offer, Site
from app.recipients.models import Recipient
from tests.tracking.story import Story, street_of
from tests.world import World

HOSTILE = "</title><script>alert(1)</script>\"'\u2028<b>{n}{site}"


def page(world: World, code: str, lang: str = "zh") -> Any:
    return world.client(None).get(f"/t/{code}", headers={"accept-language": lang})


def test_the_whole_page_fits_in_five_kilobytes(world: World) -> None:
    story = Story(world)
    story.deliver(street_of(world, 14, "曹家渡街道"))
    story.deliver(street_of(world, 12, "长寿路街道"))
    story.set_out(street_of(world, 9, "江宁路街道"))
    body = page(world, story.code).content
    assert len(gzip.compress(body, 6)) <= 5_000


def test_it_draws_the_areas_it_tells_and_none_that_it_keeps_to_itself(world: World) -> None:
    story = Story(world)
    assert "<svg class='p'" not in page(world, story.code).text
    story.deliver(street_of(world, 14, "曹家渡街道"))
    story.deliver(street_of(world, 4, "江宁路街道"))
    text = page(world, story.code).text
    drawn = text[text.index("<svg class='p'") :].partition("</svg>")[0]
    assert drawn.count("<circle") == 1
    assert "曹家渡街道" in drawn
    assert "约 15 户" in drawn
    assert "江宁路街道" not in text


def test_its_link_stands_in_words_to_be_copied_without_a_script(world: World) -> None:
    story = Story(world)
    assert re.search(
        rf"<p class=\"m u\">http[^<]+/t/{story.code}</p>", page(world, story.code).text
    )


def test_it_asks_nobody_for_anything_and_its_style_is_held_by_its_hash(world: World) -> None:
    answer = page(world, Story(world).code)
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", answer.text)
    assert " style=" not in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    for block in re.findall(r"<(?:style|script)>(.*?)</(?:style|script)>", answer.text, re.DOTALL):
        assert f"sha256-{b64encode(hashlib.sha256(block.encode()).digest()).decode()}" in policy


def test_it_is_kept_from_search_engines_and_says_its_language(world: World) -> None:
    story = Story(world)
    answer = page(world, story.code)
    assert '<meta name="robots" content="noindex">' in answer.text
    assert '<html lang="zh-CN">' in answer.text
    assert spaced_code(story.code) in answer.text
    assert "在仓库" in answer.text
    english = page(world, story.code, "en-GB")
    assert '<html lang="en">' in english.text
    assert "At the hub" in english.text


def test_a_link_chooses_the_language_and_it_stays(world: World) -> None:
    client, story = world.client(None), Story(world)
    assert "At the hub" in client.get(f"/t/{story.code}?lang=en").text
    assert "At the hub" in client.get(f"/t/{story.code}").text
    assert "在仓库" in client.get(f"/t/{story.code}?lang=zh").text


@pytest.mark.parametrize("typed", ["lower", "spaced", "hyphens"])
def test_a_code_may_be_typed_in_any_way(world: World, typed: str) -> None:
    code = Story(world).code
    written = {
        "lower": code.lower(),
        "spaced": spaced_code(code),
        "hyphens": spaced_code(code).replace(" ", "-"),
    }[typed]
    assert page(world, written).status_code == 200
    sent_on = world.client(None).get("/t", params={"code": written}, follow_redirects=False)
    assert (sent_on.status_code, sent_on.headers["location"]) == (303, f"/t/{code}")


def test_the_form_asks_for_a_code(world: World) -> None:
    answer = world.client(None).get("/t")
    assert answer.status_code == 200
    assert 'name="code"' in answer.text


def test_every_unknown_code_gets_one_and_the_same_page(world: World) -> None:
    story = Story(world)
    odd = [new_code(), "x", "7" * 300, "a'b", "码", story.code[:-1]]
    answers = [page(world, code) for code in odd]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert "没找到这个追踪号" in answers[0].text
    told = world.client(None).get(f"/api/v1/tracking/{new_code()}")
    assert told.status_code == 404
    assert told.headers["content-type"] == "application/problem+json"


def test_an_offer_is_followed_before_anything_is_collected(world: World) -> None:
    offer_id = world.offer(state="accepted")
    with world.db() as db:
        code = db.get_one(Offer, offer_id).tracking_code
    told = world.client(None).get(f"/api/v1/tracking/{code}").json()
    assert (told["state"], told["step"]) == ("accepted", 0)
    assert told["mass"]["announced_grams"] == 20_000
    assert told["eta"]["until"] > told["eta"]["from"]
    assert [event["kind"] for event in told["events"]] == ["accepted", "announced"]
    assert "已接受" in page(world, code).text


@pytest.mark.parametrize("state", ["announced", "declined", "withdrawn", "expired", "missed"])
def test_every_state_of_an_offer_has_its_words(world: World, state: str) -> None:
    offer_id = world.offer(state=state)
    with world.db() as db:
        code = db.get_one(Offer, offer_id).tracking_code
    for lang in ("zh", "en"):
        assert page(world, code, lang).status_code == 200


def test_a_gift_is_told_from_the_hub_to_the_doors(world: World) -> None:
    story = Story(world)
    first, second = street_of(world, 14, "曹家渡街道"), street_of(world, 7, "江宁路街道")
    assert story.seen()["state"] == "at_hub"
    run = story.set_out(first)
    seen = story.seen()
    assert (seen["state"], seen["quarter"]) == ("on_the_way", 0)
    assert seen["eta"] is not None
    assert seen["mass"]["on_the_way_grams"] == 14_000
    story.hand_over(run, 7)
    half_way = story.seen()
    assert half_way["quarter"] == 2
    assert half_way["mass"] == seen["mass"]
    assert "曹家渡" not in page(world, story.code).text
    story.hand_over(run)
    story.close(run)
    told = story.seen()
    assert told["mass"]["delivered_grams"] == 14_000
    line = next(event for event in told["events"] if event["kind"] == "handed_over")
    assert (line["area"], line["households_about"], line["grams"]) == ("曹家渡街道", 15, 14_000)
    assert line["at"] is None
    assert "送到曹家渡街道一带约 15 户" in page(world, story.code).text
    assert "around 曹家渡街道, about 15 households" in page(world, story.code, "en").text
    story.deliver(second)
    waiting = story.seen()
    assert waiting["mass"]["delivered_grams"] == 14_000
    assert waiting["mass"]["on_the_way_grams"] == 7_000
    assert "江宁路" not in page(world, story.code).text
    assert "已送到几户，人数少，先不显示地点" in page(world, story.code).text


def test_nine_households_wait_for_the_tenth(world: World) -> None:
    story = Story(world)
    story.deliver(street_of(world, 9, "江宁路街道"))
    before = story.seen()
    assert before["mass"]["delivered_grams"] == 0
    story.deliver(street_of(world, 1, "江宁路街道"))
    told = story.seen()
    assert told["mass"]["delivered_grams"] == 10_000
    assert [e["households_about"] for e in told["events"] if e["area"]] == [10]


def test_one_household_more_leaves_the_told_groups_as_they_were(world: World) -> None:
    story = Story(world)
    story.deliver(street_of(world, 12, "江宁路街道"))
    before = story.seen()
    story.deliver(street_of(world, 1, "江宁路街道"))
    after = story.seen()
    assert after["mass"]["delivered_grams"] == before["mass"]["delivered_grams"]
    assert [e for e in after["events"] if e["area"]] == [e for e in before["events"] if e["area"]]


def test_a_finished_gift_names_no_small_group(world: World) -> None:
    story = Story(world, grams=13_000)
    story.deliver([*street_of(world, 7, "江宁路街道"), *street_of(world, 6, "曹家渡街道")])
    seen = story.seen()
    assert (seen["state"], seen["finished"], seen["step"]) == ("delivered", True, 4)
    assert seen["mass"]["delivered_grams"] == 13_000
    (line,) = [event for event in seen["events"] if event["kind"] == "handed_over"]
    assert (line["area"], line["households_about"]) == (None, 15)
    text = page(world, story.code).text
    assert "送到几个街道，共约 15 户" in text
    assert "江宁路" not in text.replace("示例江宁店", "")


def test_no_page_names_a_person_a_door_or_a_point(world: World) -> None:
    story = Story(world, grams=30_000)
    story.deliver(
        street_of(world, 12, "江宁路街道", name="欧阳测试人", address="示例路88弄5号602室")
    )
    run = story.set_out(street_of(world, 3, "江宁路街道", name="欧阳测试人"))
    story.hand_over(run, 1)
    with world.db() as db:
        donor = db.get_one(Donor, db.get_one(Site, story.site_id).donor_id)
        donor.contact_name = "联系人测试"
        story_site = db.get_one(Site, story.site_id)
        story_site.address = "示例大道1号"
        people = [str(row.id) for row in db.query(Recipient).filter_by(org_id=world.org_id)]
    shown = [page(world, story.code).text, page(world, story.code, "en").text, str(story.seen())]
    clock = re.compile(r"\d\d:\d\d:\d\d\.\d+")  # 31.2 seconds past is no latitude
    for text in (clock.sub("", text) for text in shown):
        for secret in (
            "欧阳",
            "李**",
            "602室",
            "示例路",
            "联系人",
            "示例大道",
            "121.4",
            "31.2",
            *people,
        ):
            assert secret not in text


def test_hostile_names_come_out_as_text(world: World) -> None:
    story = Story(world)
    with world.db() as db:
        offer = db.get_one(Offer, story.offer_id)
        offer.food = HOSTILE
        db.get_one(Site, story.site_id).name = HOSTILE
    story.deliver(street_of(world, 11, HOSTILE))
    body = page(world, story.code).text
    assert "<script>alert" not in body
    assert "<b>{n}" not in body
    assert body.count("<script>") == 1
    assert "&lt;script&gt;alert(1)" in body


def test_the_order_of_the_list_does_not_tell_when_a_door_was_reached(world: World) -> None:
    story = Story(world)
    story.deliver(street_of(world, 3, "江宁路街道"))
    story.deliver(street_of(world, 12, "曹家渡街道"))
    story.set_out(street_of(world, 2, "江宁路街道"))
    seen = story.seen()
    kinds = [event["kind"] for event in seen["events"]]
    assert kinds == ["under_way", "few", "handed_over", "loaded", "reached_hub", "announced"]
    # Of closed runs the page does not say what they had aboard.
    assert [e["grams"] for e in seen["events"] if e["kind"] == "loaded"] == [2_000]
