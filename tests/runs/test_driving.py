"""On the way: what weighs less, what is taken back, what comes in the wrong order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from app.core.clock import now
from app.core.ids import new_id
from app.food.models import Holder
from app.recipients.models import Recipient
from app.runs.models import CareAlert, Stop, StopItem
from app.runs.rules import FAILURES
from tests.runs.road import PORTION, hub_road, ledger_faults, rescue_road
from tests.world import World


def test_less_was_loaded_so_the_last_door_gets_what_is_left(world: World) -> None:
    road = hub_road(world)
    assert road.weighed("load", 0, PORTION + 1_000).status_code == 200
    assert road.confirm("deliver", 0).status_code == 200
    assert road.confirm("deliver", 1).status_code == 200
    with world.db() as db:
        query = select(StopItem.moved_grams).where(StopItem.recipient_id.in_(road.doors))
        assert sorted(db.scalars(query)) == [1_000, PORTION]  # type: ignore[type-var]  # no None here
    assert road.end("complete").status_code == 200
    assert ledger_faults(world) == []


def test_an_empty_run_cannot_hand_anything_over(world: World) -> None:
    road = hub_road(world)
    road.weighed("load", 0, PORTION)
    road.confirm("deliver", 0)
    empty = road.confirm("deliver", 1)
    assert empty.status_code == 409
    assert empty.json()["title"] == "这一站一点食物也没有动，请按“有问题”选原因。"
    assert road.last_food() == [world.today, None]
    assert road.confirm("deliver", 1, outcome="not_ready").status_code == 200
    assert road.allocations() == ["done", "dropped"]


def test_a_door_before_the_loading_is_refused_with_what_to_do(world: World) -> None:
    road = hub_road(world)
    early = road.confirm("deliver", 0)
    assert early.status_code == 409
    assert early.json()["title"] == "这份食物还没有装上车，请先确认取货或装货那一站。"
    rescued = rescue_road(world)
    assert rescued.confirm("deliver", 0).status_code == 409
    assert rescued.weighed("deliver", 0, 500).json()["title"] == early.json()["title"]


def test_more_than_the_run_has_is_refused_with_what_is_left(world: World) -> None:
    road = hub_road(world, doors=1)
    road.confirm("load")
    refused = road.weighed("deliver", 0, PORTION + 1)
    assert (refused.status_code, refused.json()["available_grams"]) == (409, PORTION)


def test_nothing_weighed_is_not_a_hand_over_and_nobody_was_fed(world: World) -> None:
    road = hub_road(world, doors=1)
    assert road.weighed("load", 0, 0).status_code == 409
    road.confirm("load")
    assert road.weighed("deliver", 0, 0).status_code == 409
    assert road.last_food() == [None]


def test_a_weight_of_another_stop_is_refused(world: World) -> None:
    road = hub_road(world)
    foreign = road.confirm("load", weighed=[{"item_id": str(new_id()), "grams": 1}])
    assert (foreign.status_code, foreign.json()["title"]) == (422, "称重的食物不是这一站的。")


def test_a_loading_is_taken_back_and_the_food_lies_in_the_hub_again(world: World) -> None:
    road = hub_road(world)
    road.confirm("load")
    assert road.allocations() == ["loaded", "loaded"]
    assert road.take_back("load").status_code == 200
    assert (road.aboard(), road.allocations()) == (0, ["planned", "planned"])
    assert road.confirm("load").status_code == 200
    assert road.aboard() == 2 * PORTION
    assert ledger_faults(world) == []


def test_a_loading_whose_food_is_already_at_a_door_is_not_taken_back(world: World) -> None:
    road = hub_road(world)
    road.confirm("load")
    road.confirm("deliver", 0)
    refused = road.take_back("load")
    assert refused.status_code == 409
    assert refused.json()["title"] == "这里的食物已经往下送了，请先撤回后面那一站。"
    assert road.take_back("deliver", 0).status_code == 200
    assert road.take_back("load").status_code == 200
    assert ledger_faults(world) == []


def test_a_door_that_failed_before_the_loading_stays_dropped(world: World) -> None:
    road = hub_road(world)
    road.confirm("deliver", 0, outcome="wrong_address")
    road.confirm("load")
    assert road.allocations() == ["dropped", "loaded"]
    assert road.take_back("deliver", 0).status_code == 200
    assert road.allocations() == ["loaded", "loaded"]
    with world.db() as db:
        (alert,) = db.scalars(select(CareAlert).where(CareAlert.org_id == world.org_id))
        assert (alert.follow_up, alert.followed_up_by_id) == (
            "taken_back",
            world.people["volunteer"],
        )


def test_what_was_never_confirmed_cannot_be_taken_back(world: World) -> None:
    road = hub_road(world)
    assert road.take_back("load").json()["title"] == "这一站还没有确认。"


def test_two_kinds_of_food_taken_back_restore_the_day_of_the_last_food(world: World) -> None:
    road = hub_road(world, doors=1)
    last_week = world.today - timedelta(days=7)
    with world.db() as db:
        db.get_one(Recipient, road.doors[0]).last_food_on = last_week
        (item,) = db.scalars(select(StopItem).where(StopItem.recipient_id == road.doors[0]))
        more = StopItem(
            id=new_id(), org_id=item.org_id, stop_id=item.stop_id, recipient_id=item.recipient_id,
            lot_id=item.lot_id, grams=500,
        )  # fmt: skip
        db.add(more)
    road.weighed("load", 0, PORTION + 500)
    road.confirm("deliver", 0)
    assert road.last_food() == [world.today]
    assert road.take_back("deliver", 0).status_code == 200
    assert road.last_food() == [last_week]
    assert ledger_faults(world) == []


def test_a_household_fed_by_two_runs_keeps_the_one_that_stands(world: World) -> None:
    one, two = hub_road(world, doors=1), hub_road(world, doors=1)
    with world.db() as db:
        (item,) = db.scalars(select(StopItem).where(StopItem.recipient_id == two.doors[0]))
        item.recipient_id, item.allocation_id = one.doors[0], None
    for road in (one, two):
        road.confirm("load")
        assert road.confirm("deliver", 0).status_code == 200
    assert one.take_back("deliver", 0).status_code == 200
    assert one.last_food() == [world.today]
    assert two.take_back("deliver", 0).status_code == 200
    assert one.last_food() == [None]


def test_a_phone_that_tells_late_counts_the_day_it_happened(world: World) -> None:
    road = hub_road(world, doors=1)
    road.confirm("load")
    with world.db() as db:
        db.execute(text("UPDATE run SET day = day - 1 WHERE id = :id"), {"id": road.run_id})
    yesterday = now() - timedelta(days=1)
    assert road.confirm("deliver", 0, phone_time=yesterday.isoformat()).status_code == 200
    assert road.last_food() == [world.today - timedelta(days=1)]


def test_an_offer_is_collected_taken_back_and_waits_again(world: World) -> None:
    road = rescue_road(world)
    assert road.weighed("collect", 0, 6_000).status_code == 200
    assert (road.offer_state(), road.aboard()) == ("collected", 6_000)
    assert road.take_back("collect").status_code == 200
    assert (road.offer_state(), road.aboard()) == ("accepted", 0)
    assert road.weighed("collect", 0, 9_000).status_code == 200
    assert (road.offer_state(), road.aboard()) == ("collected", 9_000)
    with world.db() as db:
        lots = text("SELECT count(*) FROM lot WHERE offer_id = :offer")
        assert db.scalar(lots, {"offer": road.offer_id}) == 1
    assert ledger_faults(world) == []


def test_an_offer_nobody_hands_over_is_missed_until_it_is_taken_back(world: World) -> None:
    road = rescue_road(world)
    assert road.confirm("collect", outcome="not_ready").status_code == 200
    assert road.offer_state() == "missed"
    assert road.take_back("collect").status_code == 200
    assert road.offer_state() == "accepted"


def test_an_offer_is_not_missed_while_another_run_is_still_to_fetch_it(world: World) -> None:
    first = rescue_road(world)
    second = rescue_road(world, offer_id=first.offer_id)
    first.confirm("collect", outcome="not_ready")
    assert first.offer_state() == "accepted"
    assert second.confirm("collect").status_code == 200
    assert second.offer_state() == "collected"


def test_two_runs_fetch_their_parts_of_one_offer_into_one_lot(world: World) -> None:
    first = rescue_road(world)
    second = rescue_road(world, offer_id=first.offer_id)
    for road in (first, second):
        assert road.confirm("collect").status_code == 200
        assert road.confirm("deliver", 0).status_code == 200
    assert first.take_back("deliver", 0).status_code == 200
    assert first.take_back("collect").status_code == 200
    assert first.offer_state() == "collected"  # the other run's part stands
    assert ledger_faults(world) == []


def test_a_run_that_comes_after_a_missed_one_may_still_be_lucky(world: World) -> None:
    first = rescue_road(world)
    first.confirm("collect", outcome="not_ready")
    second = rescue_road(world, offer_id=first.offer_id)
    assert second.confirm("collect").status_code == 200
    assert second.offer_state() == "collected"


def test_withdrawn_food_is_not_taken_aboard(world: World) -> None:
    road = rescue_road(world)
    with world.db() as db:
        db.execute(
            text("UPDATE offer SET state = 'withdrawn' WHERE id = :id"), {"id": road.offer_id}
        )
    refused = road.confirm("collect")
    assert (refused.status_code, refused.json()["title"]) == (409, "“面包”已经不送了，请不要装车。")
    assert road.confirm("collect", outcome="not_ready").status_code == 200
    assert road.offer_state() == "withdrawn"


def test_one_of_two_offers_at_a_site_was_not_there(world: World) -> None:
    road = rescue_road(world)
    other = world.offer(state="accepted", food="牛奶")
    with world.db() as db:
        more = StopItem(
            id=new_id(), org_id=world.org_id, stop_id=road.stops["collect"][0], offer_id=other,
            grams=500,
        )  # fmt: skip
        db.add(more)
    weighed = [{"item_id": str(more.id), "grams": 0}]
    assert road.confirm("collect", weighed=weighed).status_code == 200
    with world.db() as db:
        query = text("SELECT state FROM offer WHERE id = :id")
        assert db.scalar(query, {"id": other}) == "missed"
    assert road.offer_state() == "collected"


def test_a_collection_is_unloaded_as_it_was_weighed(world: World) -> None:
    road = rescue_road(world, doors=0, unload=True)
    road.weighed("collect", 0, 7_500)
    assert road.end("complete").json()["title"] == "还有没确认的站点。"
    assert road.confirm("unload").status_code == 200
    with world.db() as db:
        query = select(StopItem.moved_grams).where(StopItem.stop_id == road.stops["unload"][0])
        assert db.scalars(query).all() == [7_500]
    assert road.take_back("unload").status_code == 200
    assert road.aboard() == 7_500
    assert road.confirm("unload").status_code == 200
    assert road.end("complete").status_code == 200
    assert ledger_faults(world) == []


def test_food_goes_back_to_a_hub_that_there_is(world: World, other_world: World) -> None:
    road = hub_road(world)
    assert road.end("give-back", hub_id=str(road.hub_id)).status_code == 409  # not under way
    road.confirm("load")
    for nowhere in (uuid4(), other_world.hub()):
        assert road.end("give-back", hub_id=str(nowhere)).status_code == 404
    with world.db() as db:
        query = select(Holder.subject_id).where(Holder.kind == "hub")
        assert set(db.scalars(query)) == {road.hub_id}
    assert road.end("give-back", hub_id=str(road.hub_id)).json() == {"grams": 2 * PORTION}


def test_a_run_of_another_day_is_not_begun_and_not_shown(world: World) -> None:
    road = hub_road(world, day=world.today + timedelta(days=1))
    assert road.phone.get(f"/api/v1/runs/{road.run_id}/drive").status_code == 404
    assert road.end("begin").json()["title"] == "这条路线不是今天的。"
    assert road.confirm("load").status_code == 409
    desk = world.client("coordinator")
    assert desk.get(f"/api/v1/runs/{road.run_id}/drive").status_code == 200


def test_a_volunteer_touches_no_stop_of_another(world: World) -> None:
    road = hub_road(world)
    world.volunteer("keeper", name="另一位", on_duty=False)
    other = world.client("keeper")
    stop = road.stops["load"][0]
    for path in (f"/stops/{stop}/confirm", f"/stops/{stop}/arrive"):
        assert other.post(f"/api/v1{path}", json={}).status_code == 404
    assert other.post(f"/api/v1/stops/{stop}/take-back").status_code == 404
    assert other.post(f"/api/v1/runs/{road.run_id}/complete").status_code == 404


def test_an_arrival_is_stamped_once_and_counted(world: World) -> None:
    road = hub_road(world)
    assert road.ask("load", 0, "arrive", phone_time=now().isoformat()).json()["state"] == "arrived"
    assert road.ask("load", 0, "arrive").status_code == 409
    with world.db() as db:
        stop = db.get_one(Stop, road.stops["load"][0])
        assert stop.arrived_at == stop.state_at
        assert stop.state_by_id == world.people["volunteer"]
        assert stop.version == 2


def test_a_confirmation_and_its_taking_back_at_once_leave_no_half(world: World) -> None:
    road = hub_road(world, doors=1)
    road.confirm("load")
    phones = [world.client("volunteer") for _ in range(8)]
    path = f"/api/v1/stops/{road.stops['deliver'][0]}"

    def step(turn: int) -> int:
        verb = "confirm" if turn % 2 else "take-back"
        return phones[turn].post(f"{path}/{verb}", json={} if turn % 2 else None).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(step, range(8))) <= {200, 409}
    with world.db() as db:
        state = db.get_one(Stop, road.stops["deliver"][0]).state
    assert road.aboard() == (0 if state == "done" else PORTION)
    assert road.last_food() == [world.today if state == "done" else None]
    assert ledger_faults(world) == []


@pytest.mark.parametrize("outcome", FAILURES)
def test_whatever_goes_wrong_at_a_door_waits_on_the_desk_until_somebody_writes_what_was_done(
    world: World, outcome: str
) -> None:
    road = hub_road(world, doors=1)
    road.confirm("deliver", 0, outcome=outcome, note="按了三次门铃")
    desk = world.client("coordinator")
    (alert,) = desk.get("/api/v1/care-alerts").json()
    assert (alert["reason"], alert["kind"], alert["note"]) == (outcome, "deliver", "按了三次门铃")
    assert (alert["recipient_id"], alert["donor_id"]) == (str(road.doors[0]), None)
    path = f"/api/v1/care-alerts/{alert['id']}/follow-up"
    assert desk.post(path, json={"follow_up": "已联系"}).status_code == 204
    assert desk.get("/api/v1/care-alerts").json() == []
    again = desk.post(path, json={"follow_up": "又一次"})
    assert (again.status_code, again.json()["title"]) == (409, "这条提醒已经处理过了。")


@pytest.mark.parametrize("outcome", ["refused", "not_ready", "unsafe"])
def test_a_collection_that_fails_waits_on_the_desk_with_its_donor(
    world: World, outcome: str
) -> None:
    donor_id = world.donor()
    site_id = world.site(donor_id)
    road = rescue_road(world, doors=1, offer_id=world.offer(site_id, state="accepted"))
    with world.db() as db:
        db.get_one(Stop, road.stops["collect"][0]).site_id = site_id
    assert road.confirm("collect", outcome=outcome).status_code == 200
    (alert,) = world.client("coordinator").get("/api/v1/care-alerts").json()
    assert (alert["kind"], alert["reason"], alert["recipient_id"]) == ("collect", outcome, None)
    assert alert["donor_id"] == str(donor_id)


def test_a_failed_loading_waits_on_the_desk_and_goes_when_it_is_taken_back(world: World) -> None:
    road = hub_road(world, doors=2)
    assert road.confirm("load", outcome="not_ready").status_code == 200
    desk = world.client("coordinator")
    (alert,) = desk.get("/api/v1/care-alerts").json()
    assert (alert["kind"], alert["recipient_id"], alert["donor_id"]) == ("load", None, None)
    assert road.take_back("load").status_code == 200
    assert desk.get("/api/v1/care-alerts").json() == []
