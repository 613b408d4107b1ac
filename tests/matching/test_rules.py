"""Fair allocation: what must never happen, whatever the register and the stock."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.matching.rules import (
    RESCUE_REACH_M,
    SHELF_LIFE_AFTER_ARRIVAL,
    Household,
    Supply,
    allocate,
    metres_between,
    urgency,
)

DAY = date(2026, 11, 23)
HERE = (121.45, 31.24)
ALLERGENS, DIETS = ("peanut", "seafood", "milk"), ("diabetic", "vegetarian")

# On a busy machine a whole register takes a while to think up.
BUSY_MACHINE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
places = st.tuples(st.floats(121.4, 121.5), st.floats(31.2, 31.3))
some = lambda words: st.frozensets(st.sampled_from(words))  # noqa: E731 - reads as a word below


@st.composite
def households(draw: st.DrawFn) -> list[Household]:
    made = draw(
        st.lists(
            st.builds(
                Household,
                id=st.just(""),
                need_grams=st.integers(500, 20_000),
                waiting_days=st.integers(0, 60),
                every_days=st.integers(1, 30),
                place=places,
                allergens=some(ALLERGENS),
                diets=some(DIETS),
                keeps_chilled=st.booleans(),
            ),
            max_size=12,
        )
    )
    return [replace(household, id=f"h{number}") for number, household in enumerate(made)]


@st.composite
def supplies(draw: st.DrawFn) -> list[Supply]:
    made = draw(
        st.lists(
            st.builds(
                Supply,
                id=st.just(""),
                source=st.sampled_from(("hub1", "hub2", "site")),
                food=st.just("米"),
                grams=st.integers(0, 50_000),
                best_before=st.integers(-2, 30).map(lambda days: DAY + timedelta(days=days)),
                place=places,
                is_offer=st.booleans(),
                storage_class=st.sampled_from(("ambient", "chilled", "frozen")),
                allergens=some(ALLERGENS),
                unfit_for=some(DIETS),
            ),
            max_size=8,
        )
    )
    return [replace(supply, id=f"s{number}") for number, supply in enumerate(made)]


@BUSY_MACHINE
@given(households(), supplies())
def test_hard_limits_hold_and_nothing_is_given_twice(
    people: list[Household], stock: list[Supply]
) -> None:
    outcome = allocate(people, stock, DAY)
    by_id, supply_by_id = {h.id: h for h in people}, {s.id: s for s in stock}
    given_out: Counter[str] = Counter()
    for share in outcome.shares:
        household, supply = by_id[share.household_id], supply_by_id[share.supply_id]
        assert not household.allergens & supply.allergens
        assert not household.diets & supply.unfit_for
        assert supply.storage_class == "ambient" or household.keeps_chilled
        assert supply.best_before >= DAY + SHELF_LIFE_AFTER_ARRIVAL
        assert (
            not supply.is_offer or metres_between(household.place, supply.place) <= RESCUE_REACH_M
        )
        assert share.grams > 0
        assert share.reasons
        given_out[supply.id] += share.grams
    assert all(grams <= supply_by_id[supply_id].grams for supply_id, grams in given_out.items())
    served = {share.household_id for share in outcome.shares}
    assert served | {out.household_id for out in outcome.left_out} == set(by_id)
    assert served.isdisjoint(out.household_id for out in outcome.left_out)
    for household_id in served:
        mine = [share for share in outcome.shares if share.household_id == household_id]
        assert sum(share.grams for share in mine) <= by_id[household_id].need_grams
        assert len({supply_by_id[share.supply_id].source for share in mine}) == 1


@given(
    st.integers(1, 20),
    st.lists(st.integers(0, 90), min_size=2, max_size=15),
    st.integers(1, 40_000),
)
def test_who_waits_longest_is_never_passed_over_for_somebody_alike(
    rhythm: int, waits: list[int], grams: int
) -> None:
    people = [Household(f"h{n}", 4_000, days, rhythm, HERE) for n, days in enumerate(waits)]
    outcome = allocate(
        people, [Supply("rice", "hub", "米", grams, DAY + timedelta(days=9), HERE)], DAY
    )
    got: Counter[str] = Counter()
    for share in outcome.shares:
        got[share.household_id] += share.grams
    ranked = [got[household.id] for household in sorted(people, key=urgency)]
    assert ranked == sorted(ranked, reverse=True)


@BUSY_MACHINE
@given(households(), supplies())
def test_the_order_in_which_rows_come_changes_nothing(
    people: list[Household], stock: list[Supply]
) -> None:
    assert allocate(people, stock, DAY) == allocate(people[::-1], stock[::-1], DAY)


def test_what_expires_first_goes_first_and_says_so() -> None:
    late = Supply("late", "hub", "面粉", 9_000, DAY + timedelta(days=30), HERE)
    soon = Supply("soon", "hub", "牛奶", 9_000, DAY + timedelta(days=2), HERE)
    outcome = allocate([Household("h", 4_000, 9, 7, HERE)], [late, soon], DAY)
    assert outcome.shares[0].supply_id == "soon"
    assert [reason.code for reason in outcome.shares[0].reasons] == ["waited", "expires_first"]
    assert outcome.shares[0].reasons[0].zh == "等了 9 天，每 7 天一次"


def test_an_empty_hand_has_a_reason() -> None:
    nuts = Supply(
        "nuts",
        "hub",
        "花生酱",
        9_000,
        DAY + timedelta(days=30),
        HERE,
        allergens=frozenset(["peanut"]),
    )
    allergic = Household("h", 4_000, 9, 7, HERE, allergens=frozenset(["peanut"]))
    assert allocate([allergic], [nuts], DAY).left_out[0].reason.code == "allergen"
    assert allocate([allergic], [], DAY).left_out[0].reason.code == "used_up"


def test_a_source_that_can_fill_the_package_is_preferred_over_a_nearer_one_with_crumbs() -> None:
    near = Supply("near", "hub1", "米", 500, DAY + timedelta(days=30), HERE)
    far = Supply("far", "hub2", "米", 9_000, DAY + timedelta(days=30), (121.48, 31.26))
    outcome = allocate([Household("h", 4_000, 9, 7, HERE)], [near, far], DAY)
    assert [share.supply_id for share in outcome.shares] == ["far"]


def test_each_hard_limit_has_its_own_reason() -> None:
    days = timedelta(days=30)
    plain = Household("h", 4_000, 9, 7, HERE, diets=frozenset(["vegetarian"]))
    found = {}
    for name, supply in {
        "diet": Supply(
            "a", "hub", "肉", 9_000, DAY + days, HERE, unfit_for=frozenset(["vegetarian"])
        ),
        "storage": Supply("b", "hub", "奶", 9_000, DAY + days, HERE, storage_class="chilled"),
        "shelf_life": Supply("c", "hub", "面包", 9_000, DAY, HERE),
        "too_far": Supply("d", "site", "米", 9_000, DAY + days, (121.9, 31.24), is_offer=True),
    }.items():
        found[name] = allocate([plain], [supply], DAY).left_out[0].reason.code
    assert found == {name: name for name in found}


def test_a_package_of_three_kinds_says_that_diet_and_nearness_were_kept() -> None:
    stock = [
        Supply(f"s{n}", "site", "菜", 2_000, DAY + timedelta(days=2 + n), HERE, is_offer=True)
        for n in range(4)
    ]
    picky = Household("h", 4_000, 9, 7, HERE, allergens=frozenset(["milk"]))
    shares = allocate([picky], stock, DAY).shares
    assert [share.supply_id for share in shares] == ["s0", "s1", "s2"]
    assert [share.boxes for share in shares] == [1, 0, 0]
    assert [reason.code for reason in shares[0].reasons[2:]] == ["near_site", "diet_kept"]


def test_a_poor_source_is_still_better_than_nothing() -> None:
    poor = Supply("poor", "hub1", "米", 900, DAY + timedelta(days=30), HERE)
    poorer = Supply("poorer", "hub2", "米", 400, DAY + timedelta(days=30), HERE)
    outcome = allocate([Household("h", 4_000, 9, 7, HERE)], [poor, poorer], DAY)
    assert [(share.supply_id, share.grams) for share in outcome.shares] == [("poor", 900)]
