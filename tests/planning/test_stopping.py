"""When the search stops."""

from app.planning.stopping import AnyOf, MaxIterations, MaxSeconds, NoImprovement


def test_iterations_run_out() -> None:
    rule = MaxIterations(2)
    assert [rule(9), rule(9), rule(9)] == [False, False, True]


def test_no_seconds_are_used_up_at_once_and_many_are_not() -> None:
    assert MaxSeconds(0)(9)
    rule = MaxSeconds(3600)
    assert [rule(9), rule(9)] == [False, False]


def test_an_improvement_begins_the_patience_again() -> None:
    rule = NoImprovement(2)
    assert [rule(9), rule(9), rule(8), rule(8), rule(8)] == [False, False, False, False, True]
    assert NoImprovement(0)(9)


def test_any_rule_stops_and_every_rule_keeps_counting() -> None:
    rule = AnyOf(MaxIterations(1), MaxIterations(3))
    assert [rule(9), rule(9)] == [False, True]


def test_the_first_rule_alone_says_how_much_is_used() -> None:
    rule = AnyOf(MaxIterations(4), MaxSeconds(1e-9))
    rule(9)
    assert rule.used() == 0.25
    assert AnyOf().used() == 0.0
    assert MaxIterations(-3).used() == 1.0


def test_the_share_used_is_nothing_before_the_start_and_where_nobody_can_know() -> None:
    rule = MaxSeconds(3600)
    assert rule.used() == 0.0
    rule(9)
    assert 0.0 <= rule.used() < 1.0
    nothing = MaxSeconds(0)
    nothing(9)
    assert nothing.used() == 1.0
    assert NoImprovement(5).used() == 0.0
    assert MaxIterations(0).used() == 1.0
