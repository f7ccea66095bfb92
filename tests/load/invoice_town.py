"""A town whose October is settled and not yet billed: families, children, sheets, as billing keeps them.

Seventeen families have twenty-nine children, and a child is fifteen or sixteen times on a sheet: 1 700 families make
2 900 children and 45 000 lines. One family in twenty-five has no known quotient; one line in fifty has another mark
than « present »; one child in a hundred has a booking nobody checked.
"""

import json
from datetime import UTC, date, datetime
from uuid import uuid4

from sqlalchemy import Engine, text

from contracts.billing.tariffs import Band, BandsRule, EffortRule, Surcharge

MONTH = date(2026, 10, 1)
NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)

_RULES = {
    "cantine": BandsRule(
        bands=(
            Band(name="A", up_to=350, cents=100),
            Band(name="B", up_to=600, cents=210),
            Band(name="C", up_to=900, cents=320),
            Band(name="D", cents=480),
        ),
        surcharge=Surcharge(percent=50),
    ),
    "mercredi": EffortRule(rate_per_100000=1500, least_cents=300, most_cents=1800, non_resident_percent=25),
}
_UNITS = {"cantine": ("Restauration scolaire", "repas"), "mercredi": ("Activités du mercredi", "journée")}

_FAMILIES = """
CREATE TEMP TABLE told_family AS
SELECT n, gen_random_uuid() AS family_id FROM generate_series(1, :families) n;
CREATE TEMP TABLE told_child AS
SELECT n, gen_random_uuid() AS child_id, 1 + (n - 1) % :families AS family FROM generate_series(1, :children) n;
INSERT INTO family (family_id, number, label, street, postcode, city, resident)
SELECT family_id, 'F' || lpad(n::text, 6, '0'), 'Famille ' || n, n || ' rue des Tanneurs', '26100',
       'Romans-sur-Isère', n % 12 > 0 FROM told_family;
INSERT INTO guardian (family_id, guardian_id, account_id, name)
SELECT family_id, gen_random_uuid(), gen_random_uuid(), 'Mme Camille ' || n FROM told_family;
INSERT INTO guardian (family_id, guardian_id, account_id, name)
SELECT family_id, gen_random_uuid(), NULL, 'M. Claude ' || n FROM told_family WHERE n % 2 = 0;
INSERT INTO family_quotient (family_id, month, euros)
SELECT family_id, DATE '2026-09-01', 150 + n * 37 % 1400 FROM told_family WHERE n % 25 > 0;
INSERT INTO child (child_id, first_name, last_name, birth_date)
SELECT child_id, 'Enfant ' || n, 'Famille ' || family, DATE '2016-01-01' + n % 2500 FROM told_child;
INSERT INTO place (place_code, place_name)
SELECT '026' || lpad(n::text, 5, '0'), 'École ' || n FROM generate_series(1, :places) n;
"""

# The twenty-two weekdays of October 2026; those of the Wednesdays belong to the other activity.
_SHEETS = """
INSERT INTO settled_session (session_id, activity_code, place_code, day, slot)
SELECT gen_random_uuid(), CASE WHEN extract(isodow FROM day) = 3 THEN 'mercredi' ELSE 'cantine' END, place_code,
       day::date, ''
FROM place, generate_series(DATE '2026-10-01', DATE '2026-10-30', INTERVAL '1 day') day
WHERE extract(isodow FROM day) < 6;
CREATE TEMP TABLE told_line AS
SELECT s.*, c.child_id, f.family_id, gen_random_uuid() AS booking_id, c.n AS number,
       row_number() OVER (PARTITION BY c.n ORDER BY s.day) AS turn
FROM told_child c
JOIN told_family f ON f.n = c.family
JOIN settled_session s ON s.place_code = '026' || lpad((1 + c.n % :places)::text, 5, '0');
DELETE FROM told_line WHERE turn > 15 + (number % 29 < 15)::integer;
INSERT INTO attendance (session_id, child_id, family_id, mark, booking_id)
SELECT session_id, child_id, family_id,
       CASE (number + turn) % 100 WHEN 1 THEN 'absent_unjustified' WHEN 2 THEN 'present_without_booking'
       ELSE 'present' END, booking_id
FROM told_line;
INSERT INTO booking (booking_id, session_id, child_id, family_id, activity_code, place_code, day, slot, standing)
SELECT booking_id, session_id, child_id, family_id, activity_code, place_code, day, slot, true FROM told_line
UNION ALL
SELECT gen_random_uuid(), gen_random_uuid(), child_id, family_id, activity_code, place_code, day, slot, true
FROM told_line WHERE number % 100 = 0 AND turn = 1;
"""


def fill(engine: Engine, families: int) -> int:
    """Writes the town; returns the number of lines on its sheets."""
    values = {"families": families, "children": families * 29 // 17, "places": max(1, families // 81)}
    with engine.begin() as connection:
        for statement in [*_FAMILIES.split(";\n"), *_SHEETS.split(";\n")]:
            if statement.strip():
                connection.execute(text(statement), values)
        for code, rule in _RULES.items():
            name, unit = _UNITS[code]
            connection.execute(
                text("INSERT INTO activity VALUES (:code, :name, :unit, :care)"),
                {"code": code, "name": name, "unit": unit, "care": code == "mercredi"},
            )
            connection.execute(
                text(
                    "INSERT INTO tariff (tariff_id, activity_code, place_code, valid_from, version, rule, published_at)"
                    " VALUES (:id, :code, '', '2026-09-01', 1, CAST(:rule AS jsonb), :at)"
                ),
                {"id": uuid4(), "code": code, "rule": json.dumps(rule.model_dump(mode="json")), "at": NOW},
            )
        lines = connection.scalar(text("SELECT count(*) FROM attendance"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    return int(lines or 0)
