"""What a gift's timeline says, and how it reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.tracking import words
from app.tracking.rules import Holder, Moved, RunFacts
from app.tracking.timeline import Around, Event, Gift, view

START = datetime(2026, 11, 2, 1, tzinfo=UTC)
VAN, WALK, HUB, BOX = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=4)
ZONE = "Asia/Shanghai"


def gift(*rows: tuple[int, int, Holder, Holder]) -> Gift:
    """(hours after the start, grams, from, to) each."""
    return Gift(
        id=UUID(int=9),
        donor_id=UUID(int=8),
        offer_state="collected",
        announced_at=START - timedelta(hours=3),
        state_at=START,
        announced_grams=50_000,
        ready_from=None,
        ready_until=None,
        movements=tuple(
            Moved(UUID(int=100 + n), START + timedelta(hours=hours), grams, giver, taker)
            for n, (hours, grams, giver, taker) in enumerate(rows)
        ),
    )


def around(*, walk_closed: bool = False) -> Around:
    end = START + timedelta(hours=9)
    walk = RunFacts(True, end, end.date(), end, 3, 3) if walk_closed else RunFacts(True)
    van = RunFacts(delivers=False, closed_at=end, closed_on=end.date())
    return Around({VAN: van, WALK: walk}, {}, {HUB: "示例仓(虚构)"}, ZONE)


SOURCE, HUB_, VAN_ = Holder("source"), Holder("hub", HUB), Holder("run", VAN)
WALK_ = Holder("run", WALK)


def test_a_van_fetches_and_the_hub_sorts_and_packs() -> None:
    on_the_van = (0, 20_000, SOURCE, VAN_)
    first = view(gift(on_the_van), around(), START)
    assert (first.state, first.step) == ("collected", 1)
    assert [event.kind for event in first.events] == ["collected", "announced"]
    seen = view(
        gift(
            on_the_van,
            (1, 20_000, VAN_, HUB_),
            (2, 500, HUB_, Holder("waste")),
            (3, 4_000, HUB_, Holder("box", BOX)),
        ),
        around(),
        START + timedelta(hours=4),
    )
    assert (seen.state, seen.followed.mass.in_hub, seen.followed.mass.loss) == (
        "at_hub",
        19_500,
        500,
    )
    assert {event.kind for event in seen.events} == {
        "packed",
        "lost",
        "reached_hub",
        "collected",
        "announced",
    }
    assert [event.at is None for event in seen.events if event.kind in ("lost", "packed")] == [
        True
    ] * 2


def test_what_a_closed_run_brings_back_is_told_by_day_and_without_its_weight() -> None:
    moved = gift((0, 5_000, SOURCE, HUB_), (2, 5_000, HUB_, WALK_), (5, 5_000, WALK_, HUB_))
    still_out = view(moved, around(), START + timedelta(hours=6))
    assert [event.kind for event in still_out.events] == ["loaded", "reached_hub", "announced"]
    back = view(moved, around(walk_closed=True), START + timedelta(hours=10))
    assert back.state == "at_hub"
    (event,) = [event for event in back.events if event.kind == "brought_back"]
    assert (event.at, event.grams, event.hub) == (None, None, "示例仓(虚构)")


def test_a_gift_that_spoiled_says_so() -> None:
    seen = view(gift((0, 5_000, SOURCE, HUB_), (9, 5_000, HUB_, Holder("waste"))), around(), START)
    assert (seen.state, seen.step) == ("ended", 0)


def test_days_read_as_people_say_them() -> None:
    at = datetime(2026, 11, 2, 4, tzinfo=UTC)
    assert words.when(Event("announced", "2026-11-02", at), at, ZONE, "zh") == "今天 12:00"
    assert words.when(Event("few", "2026-11-01"), at, ZONE, "zh") == "11 月 1 日"
    assert words.when(Event("few", "2026-11-01"), at, ZONE, "en") == "1 Nov"
    night = at + timedelta(hours=11), at + timedelta(hours=13)
    assert words.window_text(night, at, ZONE, "zh") == "今天 23:00–明天 01:00"
    assert words.window_text(night, at, ZONE, "en") == "today 23:00–tomorrow 01:00"


def test_every_event_and_state_has_its_words_in_both_languages() -> None:
    for zh, en in words.WORDS.values():
        assert zh
        assert en
    assert words.words("zh").keys() == words.words("en").keys()
