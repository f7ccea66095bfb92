"""Families of the made-up school with the accounts of their guardians."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import text

from contracts.accounts.families import FamilyView, MyHousehold, RedeemKey
from contracts.caller import Caller
from tests.mothers import accounts as mother
from tests.services.accounts.conftest import Desk


@dataclass(frozen=True)
class Home:
    """A family, and its guardians who have an account."""

    family_id: UUID
    parents: list[Caller]

    def view(self, desk: Desk) -> FamilyView:
        return next(
            family
            for family in desk.ask(MyHousehold(), self.parents[0]).families
            if family.family_id == self.family_id
        )


def home_of(desk: Desk, guardian_ids: list[UUID]) -> Home:
    """Opens the family with an account for each of the guardians."""
    keys, parents = desk.keys(*guardian_ids), []
    for guardian_id in guardian_ids:
        with desk.begin() as session:
            row = session.execute(
                text("SELECT first_name, last_name, family_id FROM guardian WHERE guardian_id = :id"),
                {"id": guardian_id},
            ).one()
        account_id = desk.parent(
            f"{guardian_id.hex[:12]}@exemple.fr", first_name=row.first_name, last_name=row.last_name
        )
        parent = mother.a_citizen(account_id).model_copy(update={"name": f"{row.first_name} {row.last_name}"})
        desk.ask(RedeemKey(command_id=uuid4(), key=keys[guardian_id]), parent)
        parents.append(parent)
    return Home(row.family_id, parents)


def home_of_two(desk: Desk) -> Home:
    """Two guardians under one roof, with no other home."""
    return home_of(desk, _guardians(desk, "HAVING count(*) = 2 AND NOT bool_or(elsewhere)")[0])


def homes_apart(desk: Desk) -> tuple[Home, Home, UUID]:
    """The two homes of a child, one guardian each, and the child."""
    with desk.begin() as session:
        row = session.execute(
            text(
                "SELECT a.family_id AS one, b.family_id AS other, a.child_id FROM family_child a JOIN family_child b"
                " ON a.child_id = b.child_id AND a.family_id < b.family_id ORDER BY a.child_id LIMIT 1"
            )
        ).one()
        guardians = [
            session.execute(
                text("SELECT guardian_id FROM guardian WHERE family_id = :id ORDER BY guardian_id LIMIT 1"),
                {"id": family_id},
            ).scalar_one()
            for family_id in (row.one, row.other)
        ]
    return home_of(desk, guardians[:1]), home_of(desk, guardians[1:]), row.child_id


def _guardians(desk: Desk, having: str) -> list[list[UUID]]:
    with desk.begin() as session:
        rows = session.execute(
            text(
                "SELECT array_agg(guardian_id ORDER BY guardian_id) FROM (SELECT g.*, EXISTS (SELECT 1 FROM"
                " family_child a JOIN family_child b ON a.child_id = b.child_id AND a.family_id <> b.family_id"
                f" WHERE a.family_id = g.family_id) AS elsewhere FROM guardian g) g GROUP BY family_id {having}"
                " ORDER BY min(guardian_id::text)"
            )
        )
        return [row[0] for row in rows]
