"""A volunteer taps reds and blues on the map: a trip of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.audit.service import record
from app.core.clock import now
from app.core.fields import Point
from app.core.ids import new_id
from app.core.problems import Malformed, Refused
from app.donors.supply import AcceptedOffer, accepted_offers
from app.food.supply import hub_places
from app.matching.models import Allocation
from app.matching.queries import Promise
from app.matching.rules import Household, Share, Supply, allocate
from app.planning import service as planning
from app.planning.plan import Plan, Violation
from app.planning.stopping import MaxIterations
from app.recipients.demand import Demand, demands
from app.roads.estimate import Estimate
from app.roads.travel import Mode
from app.runs.adjust import BreaksRules, named, one_driver
from app.runs.day import DayProblem, Driver, Errand, collection, errands_of
from app.runs.facts import drivers, not_before
from app.runs.models import Run
from app.runs.service import own_volunteer
from app.runs.store import checked, store_plan

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
    shares: tuple[Share, ...]
    driver: Driver
    left_out: tuple[str, ...]


def draw(db: Session, subject: Subject, trip: Trip) -> Drawn:
    """Order a trip (or take the given order) and divide its food fairly. Changes nothing.

    Raises Malformed for an empty or too long list, Refused for offers somebody else fetches.
    """
    offers, people = _chosen(db, subject, trip)
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
    if not errands:
        raise Refused(
            "选的食物不适合选的人家,请换一换。",
            "The chosen food does not suit the chosen households.",
            left_out=left_out,
        )
    found = one_driver(subject.today, subject.zone, driver, errands, hub)
    if trip.order:
        known = [id_ for id_ in trip.order if id_ in found.errands]
        scheduled = planning.schedule(found.problem, str(driver.volunteer_id), known)
        route, violations = scheduled.route, scheduled.violations
        plan = Plan(
            (route,), (), route.distance_m, route.duration_s, "hand", 0, found.problem.source
        )
    else:
        plan, violations = planning.order_stops(found.problem, MaxIterations(ITERATIONS), SEED), ()
        violations = tuple(
            Violation(left.code, left.zh, left.en, None, left.task_id) for left in plan.unserved
        )
    return Drawn(
        found, plan, named(violations, found.errands), tuple(shares), driver, tuple(left_out)
    )


def _chosen(db: Session, subject: Subject, trip: Trip) -> tuple[list[AcceptedOffer], list[Demand]]:
    if not trip.offer_ids:
        raise Malformed("请至少点一个红色的捐赠点。", "Choose at least one red site.")
    if len(trip.offer_ids) + len(trip.recipient_ids) > STOPS_MAX:
        raise Malformed(f"一条路线最多 {STOPS_MAX} 站。", f"A trip has at most {STOPS_MAX} stops.")
    offers = accepted_offers(db, subject.org_id, None, list(trip.offer_ids))
    if len(offers) != len(set(trip.offer_ids)):
        raise Refused(
            "有的食物已经被别人取走了,请刷新地图。",
            "Some of this food has been taken already; reload the map.",
        )
    people = (
        demands(db, subject.org_id, subject.today, list(trip.recipient_ids))
        if trip.recipient_ids
        else []
    )
    if len(people) != len(set(trip.recipient_ids)):
        raise Refused(
            "有的人家现在不能送,请刷新地图。",
            "Some households cannot be served now; reload the map.",
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
        shift_minutes=(min(begins, 1439), 1440),
    )


def claim_trip(db: Session, subject: Subject, trip: Trip) -> Run:
    """Store the trip as a run claimed by its volunteer. Raises BreaksRules when it cannot be driven."""
    drawn = draw(db, subject, trip)
    if drawn.violations:
        raise BreaksRules(drawn.violations)
    for errand in drawn.found.errands.values():
        for promise in errand.promises:
            db.add(_allocation(subject, promise))
    db.flush()
    checked(drawn.found.problem, drawn.plan)
    (run,) = store_plan(
        db,
        subject.org_id,
        drawn.found,
        drawn.plan,
        day=subject.today,
        roads=Estimate(),
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
