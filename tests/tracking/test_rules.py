"""What may be told of a gift, whatever happens to it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from app.tracking.account import account
from app.tracking.rules import (
    HOUSEHOLDS_MIN,
    Delivery,
    Followed,
    Holder,
    Moved,
    RunFacts,
    about,
    follow,
    quarters,
    release,
    standing,
)
from app.tracking.timeline import Around, Gift, view

# Enough to find a fault, few enough for a busy machine.
settings.register_profile("tracking", max_examples=40, deadline=None)
few = settings(settings.get_profile("tracking"))
START = datetime(2026, 11, 2, 1, tzinfo=UTC)
TODAY = date(2026, 11, 30)
SOURCE, HUB, WASTE = Holder("source"), Holder("hub", UUID(int=1)), Holder("waste")
STREETS = ("长寿路街道", "曹家渡街道", "")
Round = list[tuple[int, int]]  # (household, grams) of one run


def household(number: int) -> UUID:
    return UUID(int=1000 + number)


def run_id(number: int) -> UUID:
    return UUID(int=100 + number)


streets_of = {household(n): STREETS[n % 3] for n in range(60)}
rounds = st.lists(
    st.lists(st.tuples(st.integers(0, 59), st.integers(1, 5000)), min_size=1, max_size=25),
    min_size=1,
    max_size=8,
)


def ledger(all_rounds: Sequence[Round], extra: int = 0) -> list[Moved]:
    """Everything collected to a hub, then each round loaded and handed over in full."""
    total = sum(grams for one in all_rounds for _, grams in one)
    rows = [(START, total + extra, SOURCE, HUB)]
    for number, one in enumerate(all_rounds):
        at, run = START + timedelta(days=number, hours=2), Holder("run", run_id(number))
        rows.append((at, sum(grams for _, grams in one), HUB, run))
        rows += [(at, grams, run, Holder("recipient", household(who))) for who, grams in one]
    return [
        Moved(UUID(int=n), at, grams, giver, taker)
        for n, (at, grams, giver, taker) in enumerate(rows, start=10_000)
    ]


def runs(count: int, closed: int) -> dict[UUID, RunFacts]:
    """The first `closed` rounds have ended."""
    found = {}
    for number in range(count):
        at = START + timedelta(days=number, hours=5) if number < closed else None
        found[run_id(number)] = RunFacts(
            delivers=True, closed_at=at, closed_on=at.date() if at else None
        )
    return found


def after(all_rounds: Sequence[Round], closed: int, extra: int = 0) -> Followed:
    """What shows once `closed` rounds have ended, all of them having set out."""
    return follow(ledger(all_rounds, extra), runs(len(all_rounds), closed), streets_of, TODAY)


@few
@given(rounds, st.integers(0, 8))
def test_the_grams_always_add_up_to_what_was_collected(
    all_rounds: list[Round], closed: int
) -> None:
    seen = after(all_rounds, closed, extra=700)
    assert seen.mass.collected == sum(grams for one in all_rounds for _, grams in one) + 700
    assert min(seen.mass.in_hub, seen.mass.on_the_way, seen.mass.delivered, seen.mass.loss) >= 0


@few
@given(rounds, st.integers(0, 8))
def test_every_line_hides_each_of_its_households(all_rounds: list[Round], closed: int) -> None:
    for line in after(all_rounds, closed).lines:
        assert len(line.members) >= HOUSEHOLDS_MIN
        assert line.households_about % 5 == 0
        assert abs(line.households_about - len(line.members)) <= 2
        assert line.area != ""


@few
@given(rounds)
def test_two_views_of_a_gift_under_way_differ_by_whole_groups(all_rounds: list[Round]) -> None:
    # 700 g stay in the hub, so the gift is never finished.
    views = [after(all_rounds, closed, extra=700) for closed in range(len(all_rounds) + 1)]
    for earlier, later in itertools.pairwise(views):
        assert later.lines[: len(earlier.lines)] == earlier.lines
        fresh = later.lines[len(earlier.lines) :]
        assert later.mass.delivered - earlier.mass.delivered == sum(line.grams for line in fresh)
        assert (
            earlier.mass.delivered + earlier.mass.on_the_way
            == later.mass.delivered + later.mass.on_the_way
        )
        assert all(len(line.members) >= HOUSEHOLDS_MIN for line in fresh)


@few
@given(rounds, st.integers(0, 59), st.integers(1, 5000))
def test_one_household_more_changes_no_view_by_itself(
    all_rounds: list[Round], who: int, grams: int
) -> None:
    many = [[(n, 800) for n in range(40)], *all_rounds]
    before = after(many, len(many), extra=700)
    with_one = [*many, [(who, grams)]]
    seen = after(with_one, len(with_one), extra=700)
    changed = seen.lines[len(before.lines) :]
    # Either nothing is told of it, or it completes a group of ten that waited.
    assert all(len(line.members) >= HOUSEHOLDS_MIN for line in changed)
    if not changed:
        assert seen.lines == before.lines
        assert seen.mass.delivered == before.mass.delivered


@few
@given(rounds, st.data())
def test_nothing_shows_of_what_an_open_run_hands_over(
    all_rounds: list[Round], data: st.DataObject
) -> None:
    """However far the last run has come, the view is the same."""
    last = data.draw(st.integers(0, len(all_rounds[-1])))
    rows = ledger(all_rounds, 700)
    some = rows[: len(rows) - len(all_rounds[-1]) + last]
    facts = runs(len(all_rounds), len(all_rounds) - 1)
    assert follow(some, facts, streets_of, TODAY) == follow(rows, facts, streets_of, TODAY)


@few
@given(rounds)
def test_when_nothing_is_left_all_of_it_is_delivered(all_rounds: list[Round]) -> None:
    seen = after(all_rounds, len(all_rounds))
    assert seen.finished
    assert seen.mass.delivered == seen.mass.collected
    told = sum(line.grams for line in seen.lines) + sum(one.grams for one in seen.held)
    assert told == seen.mass.delivered
    assert len({one.recipient for one in seen.held}) < HOUSEHOLDS_MIN


@few
@given(rounds, st.integers(0, 8))
def test_an_account_less_the_gifts_own_pages_is_again_a_group(
    all_rounds: list[Round], closed: int
) -> None:
    facts = runs(len(all_rounds), closed)
    around = Around(facts, streets_of, {HUB.id or UUID(int=0): "仓"}, "Asia/Shanghai")
    gifts = [gift_of(ledger([one]), number) for number, one in enumerate(all_rounds)]
    # Each gift goes out with its own run.
    gifts = [
        replace(g, movements=tuple(on_run(row, n) for row in g.movements))
        for n, g in enumerate(gifts)
    ]
    at = START + timedelta(days=27)
    seen = account(gifts, around, at, (2026, 11))
    named: dict[str, int] = {}
    for gift in gifts:
        for line in follow(gift.movements, facts, streets_of, TODAY).lines:
            if line.area is not None:
                named[line.area] = named.get(line.area, 0) + line.grams
    for cell in seen.cells:
        assert cell.households_about >= HOUSEHOLDS_MIN
        assert cell.grams >= named.get(cell.label, 0)
        extra = cell.grams - named.get(cell.label, 0)
        shares = [
            grams
            for one in all_rounds
            for who, grams in one
            if streets_of[household(who)] == cell.label
        ]
        # What the account adds is the sum of at least ten households' shares.
        assert extra == 0 or extra >= sum(sorted(shares)[:HOUSEHOLDS_MIN])
    assert seen.households_about is None or seen.households_about >= HOUSEHOLDS_MIN


def on_run(row: Moved, number: int) -> Moved:
    def moved(holder: Holder) -> Holder:
        return Holder("run", run_id(number)) if holder.kind == "run" else holder

    return replace(row, giver=moved(row.giver), taker=moved(row.taker))


def gift_of(rows: list[Moved], number: int = 0) -> Gift:
    return Gift(
        id=UUID(int=number),
        donor_id=UUID(int=5),
        offer_state="collected",
        announced_at=START - timedelta(hours=3),
        state_at=START,
        announced_grams=50_000,
        ready_from=START,
        ready_until=START + timedelta(hours=4),
        movements=tuple(rows),
    )


def test_a_mended_movement_and_its_mirror_image_do_not_count() -> None:
    first = Moved(UUID(int=1), START, 500, SOURCE, HUB)
    mirror = Moved(UUID(int=2), START, 500, HUB, SOURCE, reverses=first.id)
    kept = Moved(UUID(int=3), START, 700, SOURCE, HUB)
    assert standing([mirror, kept, first]) == [kept]


def test_food_that_came_back_and_left_again_while_its_run_is_open_is_told_once() -> None:
    """The hub is never shown below zero, and the sum stays."""
    first, second = Holder("run", run_id(0)), Holder("run", run_id(1))
    rows = [
        Moved(UUID(int=1), START, 5000, SOURCE, HUB),
        Moved(UUID(int=2), START, 5000, HUB, first),
        Moved(UUID(int=3), START, 3000, first, HUB),
        Moved(UUID(int=4), START, 3000, HUB, second),
    ]
    mass = follow(rows, runs(2, 0), {}, TODAY).mass
    assert (mass.in_hub, mass.on_the_way, mass.collected) == (0, 5000, 5000)


def test_food_handed_out_at_the_door_of_a_hub_is_told_from_the_next_day() -> None:
    rows = [Moved(UUID(int=1), START, 5000, SOURCE, HUB)] + [
        Moved(UUID(int=2 + n), START, 300, HUB, Holder("recipient", household(3 * n)))
        for n in range(12)
    ]
    assert follow(rows, {}, streets_of, START.date()).mass.delivered == 0
    seen = follow(rows, {}, streets_of, START.date() + timedelta(days=1))
    assert (seen.mass.delivered, seen.lines[0].area, seen.lines[0].households_about) == (
        3600,
        STREETS[0],
        10,
    )


def test_households_are_rounded_to_the_nearest_five() -> None:
    assert [about(n) for n in (10, 12, 13, 17, 18)] == [10, 10, 15, 15, 20]


def test_a_run_under_way_shows_quarters_and_never_a_full_round() -> None:
    def run(done: int) -> RunFacts:
        return RunFacts(delivers=True, stops_done=done, stops_total=8)

    assert [quarters([run(done)]) for done in (0, 1, 2, 5, 6, 8)] == [0, 0, 1, 2, 3, 3]
    assert quarters([RunFacts(delivers=True, closed_at=START, stops_total=8)]) is None


def test_small_groups_are_merged_when_the_gift_is_finished() -> None:
    found = [Delivery(household(n), STREETS[n % 3], 500, TODAY, START) for n in range(12)]
    lines, held = release(found, finished=True)
    assert [(line.area, line.households_about) for line in lines] == [(None, 10)]
    assert held == []
    lines, held = release(found, finished=False)
    assert (lines, len(held)) == ([], 12)


def test_the_window_of_arrival_is_told_in_half_hours() -> None:
    rows = ledger([[(1, 500)]], 700)[:2]
    ends = START + timedelta(hours=4, minutes=10)
    facts = {run_id(0): RunFacts(delivers=True, ends_at=ends, stops_total=4)}
    seen = view(gift_of(rows), Around(facts, {}, {}, "Asia/Shanghai"), START + timedelta(hours=3))
    assert seen.eta == (START + timedelta(hours=3), START + timedelta(hours=5))
    assert (seen.state, seen.step, seen.quarter) == ("on_the_way", 3, 0)
    late = view(gift_of(rows), Around(facts, {}, {}, "Asia/Shanghai"), START + timedelta(hours=6))
    assert late.eta is None
