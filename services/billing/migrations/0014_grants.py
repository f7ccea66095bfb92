"""Allowances that agents grant and end: who, when, by which decision; the families of a child."""

from alembic import op

revision = "0014"
down_revision = "0013"

GRANTS = """
ALTER TABLE allowance
    ADD COLUMN granted_by_name VARCHAR(250) DEFAULT '' NOT NULL,
    ADD COLUMN granted_until DATE,
    ADD COLUMN decision TEXT DEFAULT '' NOT NULL,
    ADD COLUMN ended_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN ended_by UUID,
    ADD COLUMN ended_by_name VARCHAR(250) DEFAULT '' NOT NULL,
    ADD COLUMN end_reason TEXT DEFAULT '' NOT NULL,
    DROP CONSTRAINT ck_allowance_in_order,
    ADD CONSTRAINT ck_allowance_in_order CHECK (until IS NULL OR until >= since - 1);
UPDATE allowance SET granted_until = until;
COMMENT ON COLUMN allowance.until IS 'Included; the day before `since`: it was taken back whole';
COMMENT ON COLUMN allowance.granted_until IS '`until` as it was before it was ended';
COMMENT ON COLUMN allowance.decision IS 'Number or reason; the family reads it';
COMMENT ON COLUMN allowance.end_reason IS 'The family reads it';
ALTER TABLE child ADD COLUMN family_ids UUID[] DEFAULT '{}' NOT NULL;
COMMENT ON COLUMN child.family_ids IS 'The families it belongs to, as accounts last told';
"""


def upgrade() -> None:
    op.execute(GRANTS)


def downgrade() -> None:
    op.execute(
        "DELETE FROM aid_day WHERE allowance_id IN (SELECT allowance_id FROM allowance WHERE until < since);"
        "UPDATE allowance SET until = since WHERE until < since;"
        "ALTER TABLE allowance DROP COLUMN granted_by_name, DROP COLUMN granted_until, DROP COLUMN decision,"
        " DROP COLUMN ended_at, DROP COLUMN ended_by, DROP COLUMN ended_by_name, DROP COLUMN end_reason,"
        " DROP CONSTRAINT ck_allowance_in_order,"
        " ADD CONSTRAINT ck_allowance_in_order CHECK (until IS NULL OR until >= since);"
        "COMMENT ON COLUMN allowance.until IS 'Included';"
        "ALTER TABLE child DROP COLUMN family_ids"
    )
