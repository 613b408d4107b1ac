"""New lists into stops and what they hand over. A door keeps its row, and so its id on the phone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.core.clock import at_second, now
from app.core.fields import Point
from app.core.ids import new_id
from app.matching import service as matching
from app.planning.problem import Window
from app.runs.models import CareAlert, Run, Stop, StopItem
from app.runs.replan.chores import Chore, Rest
from app.runs.replan.labels import label_of, old_stop
from app.runs.replan.lists import NewList, NewStop
from app.runs.replan.outcome import names_of
from app.runs.rules import AT_A_DOOR, OPEN_STOPS, STOP_MOVES

Supply = tuple[UUID | None, UUID | None]
DROPPED = "replanned"


class Lists:
    """The open stops of the runs that change, and their items, while they are put in new order."""

    def __init__(self, db: Session, subject: Subject, rest: Rest, run_ids: list[UUID]) -> None:
        self.db, self.subject, self.rest = db, subject, rest
        self.names = names_of(rest)
        self.run_ids = set(run_ids)
        rows = select(Stop).where(Stop.org_id == subject.org_id, Stop.run_id.in_(run_ids))
        found = list(db.scalars(rows.order_by(Stop.run_id, Stop.seq)))
        self.open = {
            stop.id: stop
            for stop in found
            if stop.state in OPEN_STOPS and stop.id not in rest.fixed
        }
        self.visits = {stop.id: list(stop.visits) for stop in found}
        self.last_seq: dict[UUID, int] = defaultdict(int)
        for stop in found:
            if stop.id not in self.open:
                self.last_seq[stop.run_id] = max(self.last_seq[stop.run_id], stop.seq)
        items = select(StopItem).where(
            StopItem.org_id == subject.org_id, StopItem.stop_id.in_([stop.id for stop in found])
        )
        self.items = {item.id: item for item in db.scalars(items.order_by(StopItem.id))}
        self.used: set[UUID] = set()
        self.done: set[str] = set()
        self.taken_over_at: dict[str, UUID] = {}

    def is_over(self, stop_id: UUID) -> Stop | None:
        """Take a stop out of the open ones; None when it is none of them."""
        stop = self.open.pop(stop_id, None)
        if stop is not None:
            self.last_seq[stop.run_id] = max(self.last_seq[stop.run_id], stop.seq)
        return stop

    def items_at(self, stop_id: UUID) -> list[StopItem]:
        """What a stop takes or hands over now."""
        return [item for item in self.items.values() if item.stop_id == stop_id]

    def write(self, run: Run, found: NewList) -> None:
        """The run's open stops in their new order, behind those that are over."""
        for stop in found.stops:
            self.last_seq[run.id] += 1
            chores = [self.rest.chores[id_] for id_ in stop.chores]
            row = self._row(run, stop, chores)
            self._fill(row, run, stop, chores)
            if stop.kind in AT_A_DOOR:
                self._hand_over(row, chores)
                self.done |= set(stop.chores)
            else:
                self._take(row, stop, chores)

    def _row(self, run: Run, stop: NewStop, chores: Sequence[Chore]) -> Stop:
        """The stop that stands for this one already, or a new one."""
        old = old_stop(stop, chores) if stop.kind not in ("load", "unload", "break") else None
        if old is not None and old.id in self.open and old.id not in self.used:
            self.used.add(old.id)
            return self.open[old.id]
        if stop.kind in ("load", "unload", "break"):
            for row in self.open.values():
                same = (row.run_id, row.kind, row.hub_id) == (run.id, stop.kind, stop.hub_id)
                if same and row.id not in self.used:
                    self.used.add(row.id)
                    return row
        row = Stop(id=new_id(), org_id=run.org_id, state="planned", state_at=now(), way={})
        self.db.add(row)
        return row

    def _fill(self, row: Stop, run: Run, stop: NewStop, chores: Sequence[Chore]) -> None:
        day, zone = self.rest.now.day, self.rest.now.zone
        window = self._window(stop, chores)
        row.run_id, row.seq, row.kind = run.id, self.last_seq[run.id], stop.kind
        row.hub_id, row.from_run_id = stop.hub_id, stop.from_run_id
        offer = chores[0].offer if stop.kind == "collect" and chores else None
        row.site_id = offer.site_id if offer is not None else None
        row.label, row.street = label_of(self.rest, stop, chores, self.names)
        if stop.kind == "visit":  # two stops at one place have become one
            visits = [id_ for c in chores if c.stop for id_ in self.visits[c.stop.id]]
            row.visits = list(dict.fromkeys(visits))
            row.label = f"{len(row.visits)} 户" if len(row.visits) > 1 else row.label
        row.geom = Point(lng=stop.place[0], lat=stop.place[1]).to_geometry()
        row.planned_at = at_second(day, stop.start_s, zone)
        if stop.kind not in ("break", "visit") or row.version is None:
            row.window_from = at_second(day, window.start_s, zone)
            row.window_until = at_second(day, window.end_s, zone)
        row.service_s = stop.leave_s - stop.start_s
        if row.state == "arrived":  # the one who stood there has dropped out
            row.state, row.state_at, row.state_by_id = "planned", now(), self.subject.person_id
            row.arrived_at = None
        row.version = (row.version or 0) + 1
        self.db.flush()

    def _window(self, stop: NewStop, chores: Sequence[Chore]) -> Window:
        opens, closes = 0, 86_400
        for chore in chores:
            if stop.kind == "deliver" and chore.person is not None:
                hours = chore.person.windows_minutes
                opens, closes = max(opens, hours[0][0] * 60), min(closes, hours[-1][1] * 60)
        return Window(opens, max(opens, closes))

    def _hand_over(self, row: Stop, chores: Iterable[Chore]) -> None:
        """The doors' items go with them; a second try has items of its own."""
        for chore in chores:
            for part in chore.parts:
                item = self.items[part.item_id]
                if chore.retry:
                    item = self._again(item)
                item.stop_id = row.id
                if chore.kind == "t":
                    item.taken_over_at_id = self.taken_over_at[chore.id]
                elif not chore.is_aboard:
                    item.taken_over_at_id = None

    def _again(self, old: StopItem) -> StopItem:
        item = StopItem(
            id=new_id(),
            org_id=old.org_id,
            recipient_id=old.recipient_id,
            lot_id=old.lot_id,
            offer_id=old.offer_id,
            allocation_id=old.allocation_id,
            taken_over_at_id=old.taken_over_at_id,
            grams=old.grams,
            boxes=old.boxes,
        )
        if old.allocation_id is not None:
            state = "loaded" if old.lot_id is not None else "planned"
            matching.mark(self.db, old.org_id, [old.allocation_id], state)
        self.db.add(item)
        self.items[item.id] = item
        return item

    def _take(self, row: Stop, stop: NewStop, chores: Sequence[Chore]) -> None:
        """What comes on board here, or goes to the hub: one item per lot or offer."""
        wanted: dict[Supply, list[int]] = {}
        for chore in chores:
            if stop.kind == "take_over":
                self.taken_over_at[chore.id] = row.id
            if chore.kind in ("c", "g", "b"):
                self.done.add(chore.id)
            for supply, grams, boxes in chore.carried:
                total = wanted.setdefault(supply, [0, 0])
                total[0] += grams
                total[1] += boxes
        for item in self.items_at(row.id):
            grams_boxes = wanted.pop((item.lot_id, item.offer_id), None)
            if grams_boxes is None:
                self._delete(item)
            else:
                item.grams, item.boxes = grams_boxes
        for (lot_id, offer_id), (grams, boxes) in wanted.items():
            item = StopItem(
                id=new_id(), org_id=row.org_id, stop_id=row.id, lot_id=lot_id, offer_id=offer_id,
                grams=grams, boxes=boxes,
            )  # fmt: skip
            self.db.add(item)
            self.items[item.id] = item

    def _delete(self, item: StopItem) -> None:
        del self.items[item.id]
        self.db.delete(item)

    def give_up(self, why: Mapping[UUID, str]) -> None:
        """What nobody does any more leaves the lists; `why` says it for households, to be told."""
        self.db.flush()
        mine = [c for c in self.rest.chores.values() if c.run_id in self.run_ids]
        left = [chore for chore in mine if chore.id not in self.done]
        left += [chore for chore, _ in self.rest.lost if chore.run_id in self.run_ids]
        lost = {chore.id for chore, _ in self.rest.lost}
        for chore in left:
            self._give_up(chore, why, is_lost=chore.id in lost)
        for row in [row for row in self.open.values() if row.id not in self.used]:
            self._clear(row, is_told=any(c.stop and c.stop.id == row.id for c in left))
        self.db.flush()

    def _give_up(self, chore: Chore, why: Mapping[UUID, str], *, is_lost: bool) -> None:
        """Food that still waits is free for another run; what is on board goes back with it."""
        if chore.kind in ("c", "g", "b", "v") or chore.stop is None:
            return
        ids = [part.allocation_id for part in chore.parts if part.allocation_id is not None]
        waits = chore.kind in ("d", "r") and not is_lost
        matching.mark(self.db, self.subject.org_id, ids, "proposed" if waits else "dropped")
        row = self.open.get(chore.stop.id)
        for part in chore.parts:
            item = self.items.get(part.item_id)
            if item is None or row is None:
                continue
            if row.id in self.used:
                self._delete(item)
            else:
                item.outcome, item.moved_grams = "other", 0
        person = chore.parts[0].recipient_id if chore.parts else None
        if row is not None and person is not None and person in why:
            self.db.add(
                CareAlert(
                    org_id=row.org_id,
                    recipient_id=person,
                    stop_id=row.id,
                    reason="other",
                    note=f"今天重新排了路线，这一户没有排上：{why[person]}",
                )
            )

    def _clear(self, row: Stop, *, is_told: bool) -> None:
        """A door that falls away stays in the list as skipped; what nobody misses is taken out."""
        alerts = select(CareAlert.id).where(
            CareAlert.org_id == row.org_id, CareAlert.stop_id == row.id
        )
        if is_told or self.db.scalars(alerts.limit(1)).first() is not None:
            for item in self.items_at(row.id):
                if not item.outcome:
                    item.outcome, item.moved_grams = "other", 0
            STOP_MOVES.apply(row, "skip", by=self.subject.person_id, at=now())
            self.last_seq[row.run_id] += 1
            row.seq = self.last_seq[row.run_id]
            row.note, row.version = row.note or DROPPED, row.version + 1
            return
        for item in self.items_at(row.id):
            self._delete(item)
        self.db.flush()
        self.db.execute(delete(Stop).where(Stop.org_id == row.org_id, Stop.id == row.id))
