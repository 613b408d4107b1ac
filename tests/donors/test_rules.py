"""The rules of an offer, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from app.donors import rules

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_an_announcement_for_today_has_no_faults() -> None:
    assert rules.offer_faults(AT, AT + HOUR, date(2026, 11, 22), AT) == []


def test_every_fault_is_named_at_once() -> None:
    faults = rules.offer_faults(AT - HOUR, AT - 2 * HOUR, date(2026, 11, 21), AT)
    assert [field for field, _, _ in faults] == ["ready_until", "ready_until", "best_before"]


def test_a_contact_withdraws_and_a_planner_answers() -> None:
    contact, planner = frozenset({"donor_contact"}), frozenset({"coordinator"})
    assert rules.steps(contact, "announced") == ["withdraw"]
    assert rules.steps(planner, "announced") == ["accept", "decline", "withdraw"]
    assert rules.steps(planner, "missed") == ["reopen"]
    assert rules.steps(planner, "collected") == []
    assert rules.steps(frozenset({"volunteer"}), "announced") == []


def test_a_donors_contact_is_not_shown_the_offers_of_all() -> None:
    assert not rules.sees_every_offer(frozenset({"donor_contact"}))
    assert rules.sees_every_offer(frozenset({"donor_contact", "volunteer"}))
