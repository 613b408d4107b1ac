"""Fair allocation: pure, the same answer for the same input.

Hard limits: allergens, diet, storage, shelf life after arrival. Then whoever has waited
longest for their own rhythm comes first; they get what expires first, from the nearest
source that can fill their package.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import cos, hypot, radians

# A household gets at most three kinds of food in one package, and no crumbs.
KINDS_PER_PACKAGE, CRUMB_GRAMS = 3, 300
# Food handed over today must still be good tomorrow.
SHELF_LIFE_AFTER_ARRIVAL = timedelta(days=1)
# A source counts as able when it can fill half the package.
ENOUGH_SHARE = 0.5
BOX_GRAMS = 10_000
RESCUE_REACH_M = 5_000
DEGREE_M = 111_320  # metres per degree of latitude (mean meridian, WGS-84)


@dataclass(frozen=True)
class Household:
    """Whom to feed; `place` is (lng, lat)."""

    id: str
    need_grams: int
    waiting_days: int
    every_days: int
    place: tuple[float, float]
    allergens: frozenset[str] = frozenset()
    diets: frozenset[str] = frozenset()
    keeps_chilled: bool = False
    must_serve: bool = False


@dataclass(frozen=True)
class Supply:
    """Grams of a lot in a hub, or of an accepted offer; `source` is the hub or the site."""

    id: str
    source: str
    food: str
    grams: int
    best_before: date
    place: tuple[float, float]
    is_offer: bool = False
    storage_class: str = "ambient"
    allergens: frozenset[str] = frozenset()
    unfit_for: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Reason:
    """Why, as a code and as a sentence in both languages."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True)
class Share:
    """So many grams of one supply for one household."""

    household_id: str
    supply_id: str
    is_offer: bool
    grams: int
    boxes: int
    rank: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class LeftOut:
    """Who gets nothing today, and why."""

    household_id: str
    reason: Reason


@dataclass(frozen=True)
class Outcome:
    """An allocation of one day."""

    shares: tuple[Share, ...]
    left_out: tuple[LeftOut, ...]


def urgency(household: Household) -> tuple[bool, float, int, str]:
    """Sort key: who must be served today, then who waited longest in their own rhythm, in days."""
    ratio = household.waiting_days / household.every_days
    return (not household.must_serve, -ratio, -household.waiting_days, household.id)


def metres_between(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Straight line in metres, flat-earth: good to 0.1 % inside one city."""
    return hypot((a[0] - b[0]) * cos(radians((a[1] + b[1]) / 2)), a[1] - b[1]) * DEGREE_M


def conflict(household: Household, supply: Supply, day: date) -> str | None:
    """The hard limit that forbids this food for this household, or None."""
    if household.allergens & supply.allergens:
        return "allergen"
    if household.diets & supply.unfit_for:
        return "diet"
    if supply.storage_class != "ambient" and not household.keeps_chilled:
        return "storage"
    if supply.best_before < day + SHELF_LIFE_AFTER_ARRIVAL:
        return "shelf_life"
    if supply.is_offer and metres_between(household.place, supply.place) > RESCUE_REACH_M:
        return "too_far"
    return None


def allocate(households: Iterable[Household], supplies: Iterable[Supply], day: date) -> Outcome:
    """Divide the supplies among the households, fairly, with a reason on every row."""
    stock = {
        supply.id: supply
        for supply in sorted(supplies, key=lambda supply: (supply.best_before, supply.id))
    }
    shares: list[Share] = []
    left_out: list[LeftOut] = []
    for rank, household in enumerate(sorted(households, key=urgency), start=1):
        fitting = [
            supply
            for supply in stock.values()
            if supply.grams > 0 and conflict(household, supply, day) is None
        ]
        package = _package(household, fitting)
        if not package:
            left_out.append(
                LeftOut(household.id, _why_nothing(household, list(stock.values()), day))
            )
            continue
        boxes = -(-sum(grams for _, grams in package) // BOX_GRAMS)
        for number, (supply, grams) in enumerate(package):
            stock[supply.id] = replace(supply, grams=supply.grams - grams)
            reasons = _reasons(household, supply)
            shares.append(
                Share(
                    household.id,
                    supply.id,
                    supply.is_offer,
                    grams,
                    boxes if number == 0 else 0,
                    rank,
                    reasons,
                )
            )
    return Outcome(tuple(shares), tuple(left_out))


def _package(household: Household, fitting: Sequence[Supply]) -> list[tuple[Supply, int]]:
    """What one household gets: from one source, first expired first."""
    sources: dict[str, list[Supply]] = {}
    for supply in fitting:
        sources.setdefault(supply.source, []).append(supply)
    ranked = sorted(
        sources.values(),
        key=lambda found: (not found[0].is_offer, metres_between(household.place, found[0].place)),
    )
    best: list[tuple[Supply, int]] = []
    for found in ranked:
        package = _fill(household.need_grams, found)
        grams = sum(part for _, part in package)
        if grams >= household.need_grams * ENOUGH_SHARE:
            return package
        if grams > sum(part for _, part in best):
            best = package
    return best


def _fill(need_grams: int, supplies: Sequence[Supply]) -> list[tuple[Supply, int]]:
    """At most three kinds that together come nearest to the need, each a fair part of it."""
    package: list[tuple[Supply, int]] = []
    open_grams = need_grams
    kinds = supplies[:KINDS_PER_PACKAGE]
    for position, supply in enumerate(kinds):
        fair_part = -(-open_grams // (len(kinds) - position))
        grams = min(supply.grams, fair_part, open_grams)
        if grams >= min(CRUMB_GRAMS, need_grams):
            package.append((supply, grams))
            open_grams -= grams
    return package


def _reasons(household: Household, supply: Supply) -> tuple[Reason, ...]:
    days, rhythm = household.waiting_days, household.every_days
    reasons = [
        Reason(
            "waited",
            f"等了 {days} 天，每 {rhythm} 天一次",
            f"waited {days} days, every {rhythm} days",
        ),
        Reason(
            "expires_first",
            f"{supply.food}要在 {supply.best_before:%m-%d} 前吃完，先发",
            f"{supply.food}: best before {supply.best_before:%m-%d}, goes first",
        ),
    ]
    if supply.is_offer:
        reasons.append(
            Reason("near_site", "离捐赠点近，直接送到", "close to the site, straight to the door")
        )
    if household.allergens or household.diets:
        reasons.append(Reason("diet_kept", "已避开忌口和过敏", "allergens and diet are respected"))
    return tuple(reasons)


_NOTHING = {
    "allergen": ("剩下的食物含有这家人过敏的东西", "what is left contains an allergen of theirs"),
    "diet": ("剩下的食物不适合这家人的饮食", "what is left does not fit their diet"),
    "storage": ("剩下的都要冷藏，这家没有冰箱", "what is left needs a fridge they do not have"),
    "shelf_life": ("剩下的食物保质期太短", "what is left would not keep"),
    "too_far": ("剩下的食物离得太远", "what is left is too far away"),
    "used_up": ("今天的食物分完了", "today's food is used up"),
}


def _why_nothing(household: Household, stock: list[Supply], day: date) -> Reason:
    """The limit met most often among what is left; with nothing left, that."""
    met = [
        code for supply in stock if supply.grams > 0 and (code := conflict(household, supply, day))
    ]
    code = max(sorted(set(met)), key=met.count) if met else "used_up"
    return Reason(code, *_NOTHING[code])
