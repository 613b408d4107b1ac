"""A fresh organisation for one test: its people, its clients, and makers for its rows.

Everybody in it is invented. Tests need no clean-up: no organisation sees another.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.access import Subject, cookie_name
from app.accounts.models import ROLES, Person
from app.accounts.sign_in import open_session
from app.core.clock import now, today_in
from app.core.db import transaction
from app.core.fields import Point
from app.core.ids import new_code, new_id
from app.donors.models import Donor, Offer, Site
from app.food.models import Hub
from app.recipients.models import Recipient
from app.volunteers.models import Shift, Volunteer

ZONE = "Asia/Shanghai"
AREA = "SRID=4326;POLYGON((121.0 30.7, 121.0 31.6, 122.0 31.6, 122.0 30.7, 121.0 30.7))"


class World:
    """One organisation with one person per role."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self.people: dict[str, UUID] = {}
        with transaction() as db:
            organisation = accounts.found_organisation(
                db, "测试机构(虚构)", f"test-{new_code(8).lower()}", area=AREA
            )
            self.org_id = organisation.id
            for role in ROLES:
                person = Person(
                    id=new_id(),
                    org_id=self.org_id,
                    name=f"测试{role}",
                    sign_in_name=f"{role}.{self.org_id}",
                    roles=[role],
                )
                db.add(person)
                self.people[role] = person.id

    @property
    def today(self) -> date:
        """The organisation's date."""
        return today_in(ZONE)

    def db(self) -> AbstractContextManager[Session]:
        """A transaction inside this organisation; commits at its end."""
        return transaction(self.org_id)

    def subject(self, role: str, donor_id: UUID | None = None) -> Subject:
        """The person with `role`, as verbs want them."""
        return Subject(
            person_id=self.people[role],
            org_id=self.org_id,
            session_id=new_id(),
            name=f"测试{role}",
            roles=frozenset([role]),
            donor_id=donor_id,
            zone=ZONE,
        )

    def client(self, role: str | None) -> TestClient:
        """A signed-in browser for `role`; None is the anonymous public."""
        client = TestClient(self.app, raise_server_exceptions=False)
        if role is not None:
            with self.db() as db:
                token = open_session(db, db.get_one(Person, self.people[role]))
            client.cookies.set(cookie_name(), token)
        return client

    def _add(self, row: Any) -> UUID:
        with self.db() as db:
            row.id, row.org_id = new_id(), self.org_id
            db.add(row)
            db.flush()
            made: UUID = row.id
        return made

    def donor(self, name: str = "示例超市(虚构)") -> UUID:
        """A donor."""
        return self._add(Donor(name=name, kind="超市"))

    def site(
        self,
        donor_id: UUID | None = None,
        *,
        lng: float = 121.45,
        lat: float = 31.24,
        **fields: Any,
    ) -> UUID:
        """A donor's site, a pin on the map."""
        point = Point(lng=lng, lat=lat).to_geometry()
        return self._add(
            Site(
                **{
                    "donor_id": donor_id or self.donor(),
                    "name": "示例门店(虚构)",
                    "geom": point,
                    "street": "长寿路街道",
                }
                | fields
            )
        )

    def offer(self, site_id: UUID | None = None, **fields: Any) -> UUID:
        """An announced offer of 20 kg of bread, ready from an hour ago for eight hours."""
        at: datetime = now()
        defaults: dict[str, Any] = {
            "site_id": site_id or self.site(),
            "food": "面包",
            "grams": 20_000,
            "boxes": 4,
            "ready_from": at - timedelta(hours=1),
            "ready_until": at + timedelta(hours=8),
            "best_before": self.today + timedelta(days=3),
            "tracking_code": new_code(),
            "state_at": at,
        }
        return self._add(Offer(**defaults | fields))

    def hub(self, *, lng: float = 121.44, lat: float = 31.25, **fields: Any) -> UUID:
        """A hub that keeps ambient and chilled food."""
        point = Point(lng=lng, lat=lat).to_geometry()
        return self._add(
            Hub(
                **{"name": "示例仓(虚构)", "geom": point, "storage_classes": ["ambient", "chilled"]}
                | fields
            )
        )

    def household(
        self, *, lng: float | None = 121.46, lat: float | None = 31.23, **fields: Any
    ) -> UUID:
        """An approved, active household of one with a confirmed place."""
        geom = (
            Point(lng=lng, lat=lat).to_geometry() if lng is not None and lat is not None else None
        )
        defaults: dict[str, Any] = {
            "name": "李测试",
            "street": "曹杨新村街道",
            "address": "示例路1号101室",
            "geom": geom,
            "place_state": "confirmed" if geom is not None else "to_confirm",
            "registered_on": self.today - timedelta(days=30),
            "state_at": now(),
            "approved_at": now(),
        }
        return self._add(Recipient(**defaults | fields))

    def volunteer(
        self, person_role: str | None = None, *, on_duty: bool = True, **fields: Any
    ) -> UUID:
        """A volunteer with an e-bike, on duty today from 00:00 to 24:00 unless told otherwise."""
        person_id = self.people[person_role] if person_role else None
        defaults: dict[str, Any] = {
            "person_id": person_id,
            "name": "顾测试",
            "mode": "ebike",
            "capacity_grams": 60_000,
        }
        made = self._add(Volunteer(**defaults | fields))
        if on_duty:
            self._add(Shift(volunteer_id=made, day=self.today, from_minute=0, until_minute=1440))
        return made
