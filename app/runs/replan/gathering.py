"""What each run still has to do, and where its food is: the day's facts become chores. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from math import ceil
from uuid import UUID

from app.donors.supply import AcceptedOffer
from app.runs.building import CHILLED_RIDE_MAX_S
from app.runs.day import BOX_GRAMS
from app.runs.replan.causes import Cause
from app.runs.replan.chores import (
    NOT_ABOARD,
    NOT_SERVED,
    NOTHING_THERE,
    RECALLED,
    TOO_LATE,
    Chore,
    Reason,
    Rest,
    Supply,
)
from app.runs.replan.facts import DayNow, Part, Place, RunNow, StopNow, where_now
from app.runs.replan.rules import RETRY_AFTER_S


def rest_of(now: DayNow, cause: Cause) -> Rest:
    """All that is left of the day after what happened."""
    chores: dict[str, Chore] = {}
    lost: list[tuple[Chore, Reason]] = []
    fixed: set[UUID] = set()
    gone = _gone_offers(now, cause)
    for run in now.runs:
        looked = _Run(now, cause, run, gone)
        fixed |= {stop.id for stop in looked.fixed}
        for chore, reason in looked.all():
            if reason is None:
                chores[chore.id] = chore
            else:
                lost.append((chore, reason))
    return Rest(now, cause, chores, tuple(lost), frozenset(fixed))


def _gone_offers(now: DayNow, cause: Cause) -> set[UUID]:
    """Offers of the site that has nothing."""
    if cause.word != "nothing_to_collect":
        return set()
    stops = [stop for run in now.runs for stop in run.stops if stop.id == cause.stop_id]
    return {part.offer_id for stop in stops for part in stop.parts if part.offer_id}


class _Run:
    """The chores of one run."""

    def __init__(self, now: DayNow, cause: Cause, run: RunNow, gone: set[UUID]) -> None:
        self.now, self.cause, self.run, self.gone = now, cause, run, gone
        self.is_out = cause.word == "volunteer_out" and cause.run_id == run.id
        self.fixed = [stop for stop in run.stops if self._is_fixed(stop)]
        self.hubs = {hub.id: (hub.lng, hub.lat) for hub in now.hubs.values()}
        self.here, _ = where_now(run, now.now_s, self.hubs)

    def _is_fixed(self, stop: StopNow) -> bool:
        return stop.state == "arrived" and not self.is_out and stop.id != self.cause.stop_id

    def all(self) -> Iterator[tuple[Chore, Reason | None]]:
        """Each chore, with the reason when nobody can do it."""
        doors = [found for stop in self.run.stops for found in self._at(stop)]
        yield from doors
        yield from self._collections([chore for chore, _ in doors])
        yield from self._back([chore for chore, reason in doors if reason is None])

    def _at(self, stop: StopNow) -> Iterator[tuple[Chore, Reason | None]]:
        again = self.cause.word == "not_home" and stop.id == self.cause.stop_id
        if stop in self.fixed or not (stop.is_open or again):
            return
        if stop.kind == "visit":
            chore = Chore(f"v:{stop.id}", "v", self.run.id, stop.place, stop=stop)
            yield replace(chore, bound=stop.locked and not self.is_out), None
        if stop.kind != "deliver":
            return
        gathered: dict[str, Chore] = {}
        for part in stop.parts:
            if part.outcome and not (again and stop.state == "failed"):
                continue
            # What could not be handed over is on board still; its allocation was given up.
            found = replace(part, loaded=True) if part.outcome and part.lot_id else part
            chore, reason = self._for_door(stop, found)
            if again:
                retry = stop.state != "planned"
                later = self.now.now_s + RETRY_AFTER_S
                chore = replace(chore, bound=True, retry=retry, not_before_s=later)
                reason = reason or _too_late(chore)
            if reason is not None:
                yield chore, reason
            elif chore.id in gathered:
                grown = gathered[chore.id]
                gathered[chore.id] = replace(grown, parts=grown.parts + chore.parts)
            else:
                gathered[chore.id] = chore
        for chore in gathered.values():
            yield chore, None

    def _for_door(self, stop: StopNow, part: Part) -> tuple[Chore, Reason | None]:
        """Where this part's food is, and so what is to be done for it."""
        person = self.now.people.get(part.recipient_id) if part.recipient_id else None
        key = f"{stop.id}:{part.recipient_id}"
        chore = Chore(
            f"a:{key}", "a", self.run.id, stop.place, stop, parts=(part,), person=person,
            bound=(stop.locked or self.run.locked) and not self.is_out,
        )  # fmt: skip
        if self._is_recalled(part):
            return chore, RECALLED
        if person is None:
            return chore, NOT_SERVED
        chore = replace(chore, place=(person.lng, person.lat))
        pending = self._pending(part)
        if pending is not None:
            return self._taken_over(chore, key, pending.place, pending.from_run_id, pending), None
        if self._is_aboard(stop, part):
            chore = replace(chore, before_s=self._warm_at(part))
            if self.is_out:
                return self._taken_over(chore, key, self.here, self.run.id, None), None
            return chore, None
        return self._still_to_fetch(chore, key, stop, part)

    def _taken_over(
        self, chore: Chore, key: str, place: Place, giver: UUID | None, site: StopNow | None
    ) -> Chore:
        return replace(
            chore, id=f"t:{key}:{giver}", kind="t", pickup=place, site=site, giver_id=giver,
            bound=chore.bound,
        )  # fmt: skip

    def _warm_at(self, part: Part) -> int | None:
        """When chilled food has been out of the cold for as long as it may; hub food is not asked."""
        left = [
            stop.left_s
            for stop in self.run.stops
            if stop.kind == "collect" and stop.left_s
            if any(one.offer_id == part.offer_id for one in stop.parts)
        ]
        if part.offer_id is None or part.storage_class == "ambient" or not left:
            return None
        return max(left) + CHILLED_RIDE_MAX_S

    def _still_to_fetch(
        self, chore: Chore, key: str, stop: StopNow, part: Part
    ) -> tuple[Chore, Reason | None]:
        if part.lot_id is not None:
            hub_id = self._hub_to_load(stop)
            if part.loaded or hub_id is None:
                return chore, NOT_ABOARD
            return replace(chore, id=f"d:{key}:{hub_id}", kind="d", hub_id=hub_id), None
        offer = self.now.offers.get(part.offer_id) if part.offer_id else None
        site = self._site(part)
        if part.offer_id in self.gone:
            return chore, NOTHING_THERE
        if offer is None or site is None:
            return chore, NOT_ABOARD
        pickup = (offer.lng, offer.lat)
        return replace(
            chore, id=f"r:{key}:{offer.id}", kind="r", offer=offer, site=site, pickup=pickup
        ), None

    def _is_recalled(self, part: Part) -> bool:
        lot_id, offer_id = self.now.recalled
        return lot_id is not None and (
            part.lot_id == lot_id or (offer_id is not None and part.offer_id == offer_id)
        )

    def _pending(self, part: Part) -> StopNow | None:
        """The stop at which the food is still to be taken over."""
        for stop in self.run.stops:
            if stop.id == part.taken_over_at and stop.state != "done" and stop not in self.fixed:
                return stop
        return None

    def _is_aboard(self, stop: StopNow, part: Part) -> bool:
        """On board now, or by the time the volunteer leaves where they are."""
        lot_id = part.lot_id or self.now.lot_of_offer.get(part.offer_id or stop.id)
        if part.lot_id is not None and not part.loaded and part.taken_over_at is None:
            return any(one.kind == "load" for one in self.fixed) and self._hub_to_load(stop) is None
        if part.offer_id is not None and any(
            one.kind in ("collect", "take_over")
            and any(other.offer_id == part.offer_id for other in one.parts)
            for one in self.fixed
        ):
            return True
        if part.taken_over_at in {one.id for one in self.fixed}:
            return True
        return lot_id is not None and self.run.aboard.get(lot_id, 0) > 0

    def _hub_to_load(self, door: StopNow) -> UUID | None:
        """The hub where the door's food is still to be loaded: at the last loading before it."""
        loads = [stop for stop in self.run.stops if stop.kind == "load" and stop.is_open]
        before = [stop for stop in loads if stop.seq < door.seq]
        load = before[-1] if before else next(iter(loads), None)
        return load.hub_id if load is not None and load not in self.fixed else None

    def _site(self, part: Part) -> StopNow | None:
        """Where the part's offer is still to be collected by this run."""
        for stop in self.run.stops:
            if stop.kind != "collect" or not stop.is_open or stop in self.fixed:
                continue
            if any(one.offer_id == part.offer_id and not one.outcome for one in stop.parts):
                return stop
        return None

    def _collections(self, doors: Iterable[Chore]) -> Iterator[tuple[Chore, Reason | None]]:
        """What the run fetches for the hub: of each offer what no door of the run gets."""
        given: Counter[tuple[UUID, UUID]] = Counter()
        for chore in doors:
            for part in chore.parts:
                if chore.site is not None and part.offer_id is not None:
                    given[chore.site.id, part.offer_id] += part.grams
        for stop in self.run.stops:
            if stop.kind != "collect" or not stop.is_open or stop in self.fixed:
                continue
            for part in stop.parts:
                rest = part.grams - given[stop.id, part.offer_id or stop.id]
                if part.outcome or part.offer_id is None or rest <= 0:
                    continue
                offer = self.now.offers.get(part.offer_id)
                boxes = max(1, min(part.boxes, ceil(rest / BOX_GRAMS)))
                chore = Chore(
                    f"c:{stop.id}:{part.offer_id}", "c", self.run.id, stop.place, stop,
                    parts=(part,), offer=offer, cargo=((part.supply, rest, boxes),),
                    bound=(stop.locked or self.run.locked) and not self.is_out,
                )  # fmt: skip
                yield chore, self._why_not_collected(part, offer)

    def _why_not_collected(self, part: Part, offer: AcceptedOffer | None) -> Reason | None:
        if part.offer_id in self.gone or offer is None:
            return NOTHING_THERE
        return RECALLED if self._is_recalled(part) else None

    def _back(self, doors: Iterable[Chore]) -> Iterator[tuple[Chore, Reason | None]]:
        """What is on board for nobody's door goes to the hub, if the run was to go there."""
        over = self._left_aboard(doors)
        unload = next(
            (s for s in self.run.stops if s.kind == "unload" and s.is_open and s not in self.fixed),
            None,
        )
        hub_id = (unload.hub_id if unload else None) or self.run.hub_id or self._nearest_hub()
        is_wanted = unload is not None or any(self.now.recalled)
        cargo: tuple[tuple[Supply, int, int], ...] = tuple(
            ((lot_id, None), grams, max(1, ceil(grams / BOX_GRAMS))) for lot_id, grams in over
        )
        if unload is not None:
            cargo += tuple(self._coming(unload, dict(over)))
        if not cargo or not is_wanted or hub_id is None or hub_id not in self.hubs:
            return
        if self.run.id in self.now.dropped_out:
            return
        chore = Chore(
            f"b:{self.run.id}", "b", self.run.id, self.hubs[hub_id], unload,
            hub_id=hub_id, cargo=cargo, bound=True,
        )  # fmt: skip
        if self.is_out:
            chore = replace(
                chore, id=f"g:{self.run.id}", kind="g", place=self.here, giver_id=self.run.id,
                bound=False,
            )  # fmt: skip
        yield chore, None

    def _coming(
        self, unload: StopNow, over: Mapping[UUID, int]
    ) -> Iterator[tuple[Supply, int, int]]:
        """What goes to the hub of the food that the volunteer is taking on board this moment."""
        stops = [stop for stop in self.fixed if stop.kind in ("collect", "take_over")]
        fetched = {part.supply for stop in stops for part in stop.parts}
        for part in unload.parts:
            grams = part.grams - (over.get(part.lot_id, 0) if part.lot_id else 0)
            if part.supply in fetched and grams > 0:
                yield part.supply, grams, max(1, min(part.boxes, ceil(grams / BOX_GRAMS)))

    def _left_aboard(self, doors: Iterable[Chore]) -> list[tuple[UUID, int]]:
        needed: Counter[UUID] = Counter()
        parts = [part for chore in doors if chore.kind in ("a", "t") for part in chore.parts]
        parts += [p for stop in self.fixed if stop.kind == "deliver" for p in stop.parts]
        for part in parts:
            lot_id = part.lot_id or self.now.lot_of_offer.get(part.offer_id or self.run.id)
            if lot_id is not None:
                needed[lot_id] += part.grams
        left = {lot: grams - needed[lot] for lot, grams in self.run.aboard.items()}
        return [(lot, grams) for lot, grams in left.items() if grams > 0]

    def _nearest_hub(self) -> UUID | None:
        lng, lat = self.here
        return min(
            self.hubs,
            key=lambda id_: (self.hubs[id_][0] - lng) ** 2 + (self.hubs[id_][1] - lat) ** 2,
            default=None,
        )


def _too_late(chore: Chore) -> Reason | None:
    """No second try when the household's hours are over by then."""
    person = chore.person
    if person is None:
        return None
    if chore.not_before_s <= max(until for _, until in person.windows_minutes) * 60:
        return None
    return TOO_LATE
