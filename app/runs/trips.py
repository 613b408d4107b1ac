"""A volunteer taps reds and blues on the map: a trip of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.audit.service import record
from app.core.clock import day_bounds, now
from app.core.fields import Point
from app.core.ids import new_id
from app.core.problems import Malformed, Refused
from app.donors.supply import AcceptedOffer, accepted_offers
from app.food.supply import hub_places
from app.matching import service as matching
from app.matching.models import Allocation
from app.matching.queries import Promise
from app.matching.rules import Household, Share, Supply, allocate
from app.planning import service as planning
from app.planning.plan import Plan, Violation
from app.planning.stopping import MaxIterations
from app.recipients.demand import Demand, demands
from app.roads.service import travel_times
from app.roads.travel import Mode
from app.runs.day import DayProblem, Driver, Errand, collection, errands_of
from app.runs.facts import drivers, not_before, spoken_for
from app.runs.models import Run
from app.runs.plan.one_run import BreaksRules, named, one_driver
from app.runs.service import own_volunteer
from app.runs.store import checked, store_plan

Chosen = tuple[list[AcceptedOffer], list[Demand]]
STOPS_MAX = 40
ITERATIONS, SEED = 400, 1


@dataclass(frozen=True)
class Trip:
    """What a volunteer wants: which sites, which doors, how, from where."""

    offer_ids: tuple[UUID, ...]
    recipient_ids: tuple[UUID, ...]
    mode: Mode | None = None
    start: Point | None = None
    order: tuple[str, ...] = ()


@dataclass(frozen=True)
class Drawn:
    """A trip worked out: the problem, its plan, what it breaks, and who would get what."""

    found: DayProblem
    plan: Plan
    violations: tuple[Violation, ...]
    driver: Driver
    left_out: tuple[str, ...]
    chosen: Chosen


def draw(db: Session, subject: Subject, trip: Trip) -> Drawn:
    """Order a trip (or take the given order) and divide its food fairly. Changes nothing.

    Raises Malformed for an empty or too long list, Refused for offers somebody else fetches.
    """
    offers, people = chosen = _chosen(db, subject, trip)
    shares, left_out = _divide(offers, people, subject)
    driver = _driver(db, subject, trip, offers)
    hubs = hub_places(db, subject.org_id)
    hub = (
        min(hubs, key=lambda h: (h.lng - offers[0].lng) ** 2 + (h.lat - offers[0].lat) ** 2)
        if hubs and not people
        else None
    )
    errands = (
        _errands(offers, people, shares)
        if people
        else [collection(offer, offer.grams) for offer in offers]
    )
    used = {errand.offer.id for errand in errands if errand.offer is not None}
    left_out += [f"{o.site_name}的{o.food}这次用不上" for o in offers if o.id not in used]
    if not errands:
        raise Refused(
            "选的食物不适合选的人家，请换一换。",
            "The chosen food does not suit the chosen households.",
            left_out=left_out,
        )
    found = one_driver(db, subject.today, subject.zone, driver, errands, hub=hub)
    if trip.order:
        if Counter(trip.order) != _calls(errands):
            raise Refused(
                "站点清单对不上，请重新规划。", "The list of stops does not match; draw it again."
            )
        scheduled = planning.schedule(found.problem, str(driver.volunteer_id), trip.order)
        route, violations = scheduled.route, scheduled.violations
        plan = Plan(
            (route,), (), route.distance_m, route.duration_s, "hand", 0, found.problem.source
        )
    else:
        plan, violations = _in_best_order(found)
    told = named(violations, found.errands)
    return Drawn(found, plan, told, driver, tuple(left_out), chosen)


def _in_best_order(found: DayProblem) -> tuple[Plan, tuple[Violation, ...]]:
    """The solver's order, and what it had to leave out."""
    try:
        plan = planning.order_stops(found.problem, MaxIterations(ITERATIONS), SEED)
    except planning.InvalidProblem as faulty:
        raise Refused(faulty.zh, str(faulty)) from faulty
    left = (Violation(u.code, u.zh, u.en, None, u.task_id) for u in plan.unserved)
    return plan, tuple(left)


def _calls(errands: Sequence[Errand]) -> Counter[str]:
    """How often each task is called at: a rescue at its site and at its door."""
    return Counter({e.task_id: 2 if e.task_id.startswith("r:") else 1 for e in errands})


def _chosen(db: Session, subject: Subject, trip: Trip) -> Chosen:
    """The chosen offers, with the grams nobody else is to fetch, and the chosen households."""
    if not trip.offer_ids:
        raise Malformed("请至少点一个红色的捐赠点。", "Choose at least one red site.")
    if len(trip.offer_ids) + len(trip.recipient_ids) > STOPS_MAX:
        raise Malformed(f"一条路线最多 {STOPS_MAX} 站。", f"A trip has at most {STOPS_MAX} stops.")
    offers = accepted_offers(db, subject.org_id, None, list(trip.offer_ids))
    if len(offers) != len(set(trip.offer_ids)):
        raise Refused(
            "有的食物已经被别人取走了，请刷新地图。",
            "Some of this food has been taken already; reload the map.",
        )
    begins, ends = day_bounds(subject.today, subject.zone)
    if any(offer.ready_from >= ends or offer.ready_until <= begins for offer in offers):
        raise Refused(
            "有的食物今天不能取，请看取货时间。",
            "Some of this food cannot be fetched today; look at its pickup window.",
        )
    fetched = spoken_for(db, subject.org_id, subject.today)
    offers = [replace(o, grams=o.grams - fetched.get(o.id, 0)) for o in offers]
    if any(offer.grams <= 0 for offer in offers):
        raise Refused(
            "有的食物已经有人去取了，请刷新地图。",
            "Somebody is fetching some of this food already; reload the map.",
        )
    people = (
        demands(db, subject.org_id, subject.today, list(trip.recipient_ids))
        if trip.recipient_ids
        else []
    )
    if len(people) != len(set(trip.recipient_ids)):
        raise Refused(
            "有的人家现在不能送，请刷新地图。",
            "Some households cannot be served now; reload the map.",
        )
    coming = matching.food_on_its_way(db, subject.org_id, subject.today)
    if any(subject.today in coming.get(person.id, ()) for person in people):
        raise Refused(
            "有的人家今天已经有人送了，请刷新地图。",
            "Some households get food today already; reload the map.",
        )
    return offers, people


def _divide(
    offers: Sequence[AcceptedOffer], people: Sequence[Demand], subject: Subject
) -> tuple[list[Share], list[str]]:
    """The offers' food among the chosen doors, under the same hard limits as the day's allocation."""
    households = [
        Household(
            str(p.id),
            p.need_grams,
            p.waiting_days,
            p.every_days,
            (p.lng, p.lat),
            p.allergens,
            p.diets,
            p.keeps_chilled,
        )
        for p in people
    ]
    # The volunteer has chosen the distance, so every site counts as being at hand.
    supplies = [
        Supply(
            str(o.id), str(o.site_id), o.food, o.grams, o.best_before, (o.lng, o.lat), False, o.storage_class,
            o.allergens, o.unfit_for,
        )
        for o in offers
    ]  # fmt: skip
    outcome = allocate(households, supplies, subject.today)
    return list(outcome.shares), [left.reason.zh for left in outcome.left_out]


def _errands(
    offers: Sequence[AcceptedOffer], people: Sequence[Demand], shares: Sequence[Share]
) -> list[Errand]:
    by_offer = {offer.id: offer for offer in offers}
    found = [
        Promise(
            id=new_id(),
            recipient_id=UUID(share.household_id),
            lot_id=None,
            offer_id=UUID(share.supply_id),
            grams=share.grams,
            boxes=share.boxes,
            storage_class=by_offer[UUID(share.supply_id)].storage_class,
            best_before=by_offer[UUID(share.supply_id)].best_before,
        )
        for share in shares
    ]
    return errands_of(found, {person.id: person for person in people}, by_offer, {})


def _driver(db: Session, subject: Subject, trip: Trip, offers: Sequence[AcceptedOffer]) -> Driver:
    """The volunteer as they are today, from where they stand (else from the first site)."""
    profile = own_volunteer(db, subject)
    driver = drivers(db, subject.org_id, subject.today, [profile.id])[0]
    begins = max(not_before(subject.today, subject.zone) - 600, 0) // 60
    start = (
        (trip.start.lng, trip.start.lat)
        if trip.start
        else driver.start or (offers[0].lng, offers[0].lat)
    )
    return replace(
        driver,
        mode=trip.mode or driver.mode,
        start=start,
        end=None,
        # They have chosen the stops themselves and rest when they like.
        breaks=(),
        max_stops=None,
        trips_max=1,
        shift_minutes=(min(begins, 1439), 1440),
    )


def claim_trip(db: Session, subject: Subject, trip: Trip) -> Run:
    """Store the trip as a run claimed by its volunteer. Raises BreaksRules when it cannot be driven."""
    drawn = draw(db, subject, trip)
    if drawn.violations:
        raise BreaksRules(drawn.violations)
    checked(drawn.found.problem, drawn.plan)
    # One after the other from here: whoever was faster has the food.
    matching.take_turns(db, subject.org_id)
    offers, people = now_open = _chosen(db, subject, trip)
    if now_open != drawn.chosen:
        raise Refused(
            "刚刚有人改了这些食物或人家，请重新规划。",
            "Some of this has just changed; draw the trip again.",
        )
    matching.drop_proposals(
        db, subject.org_id, subject.today, [p.id for p in people], [o.id for o in offers]
    )
    for errand in drawn.found.errands.values():
        for promise in errand.promises:
            db.add(_allocation(subject, promise))
    db.flush()
    (run,) = store_plan(
        db,
        subject.org_id,
        drawn.found,
        drawn.plan,
        day=subject.today,
        roads=travel_times(db),
        plan_id=None,
    )
    run.state, run.state_at, run.state_by_id = "claimed", now(), subject.person_id
    record(db, subject.org_id, subject.person_id, "claimed_trip", ("run", run.id))
    return run


def _allocation(subject: Subject, promise: Promise) -> Allocation:
    reason = {
        "code": "volunteer_chose",
        "zh": "志愿者在地图上选的",
        "en": "chosen on the map by a volunteer",
    }
    return Allocation(
        id=promise.id,
        org_id=subject.org_id,
        day=subject.today,
        recipient_id=promise.recipient_id,
        offer_id=promise.offer_id,
        grams=promise.grams,
        boxes=promise.boxes,
        rank=0,
        reasons=[reason],
        state="planned",
    )
