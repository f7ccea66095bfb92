"""A run checks what it writes in sets: one question a statement where foreign keys asked one a row.

Invoices and prices are never changed or deleted (their triggers refuse), so that only a new line or charge could be
without one: a trigger for each statement looks at all the rows it added. What a draft worked out goes with its run by
the hand that ends it, and there is one draft at a time: its rows need neither key nor index to their run. A family's
invoice of a run is found by the two, which are unique together: written a second time, it was a change of every row.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

REFERENCES = (
    ("charge", "invoice"),
    ("charge", "price"),
    ("invoice_line", "invoice"),
    ("invoice_line", "price"),
)

REFUSE_ORPHANS = """
CREATE FUNCTION refuse_orphans() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM added LEFT JOIN invoice USING (invoice_id) WHERE invoice.number IS NULL)
       OR EXISTS (SELECT 1 FROM added LEFT JOIN price USING (price_id) WHERE price.cents IS NULL) THEN
        RAISE EXCEPTION '% has rows of no invoice or of no price', TG_TABLE_NAME
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.execute(REFUSE_ORPHANS)
    for table in ("charge", "invoice_line"):
        op.execute(
            f"CREATE TRIGGER {table}_belongs AFTER INSERT ON {table}"
            " REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_orphans()"
        )
    for table, to in REFERENCES:
        op.drop_constraint(f"fk_{table}_{to}_id", table, type_="foreignkey")
    op.drop_constraint("fk_draft_charge_run_id", "draft_charge", type_="foreignkey")
    op.drop_index("ix_draft_charge_run_id", "draft_charge")
    op.drop_column("draft_charge", "number")
    op.drop_column("run_family", "invoice_id")
    op.execute("CREATE INDEX ix_attendance_held ON attendance (session_id) WHERE held IS NOT NULL")


def downgrade() -> None:
    op.drop_index("ix_attendance_held", "attendance")
    op.add_column("run_family", sa.Column("invoice_id", sa.Uuid))
    op.execute(
        "UPDATE run_family SET invoice_id = i.invoice_id FROM invoice i"
        " WHERE i.run_id = run_family.run_id AND i.family_id = run_family.family_id"
    )
    op.execute(
        "ALTER TABLE draft_charge ADD COLUMN number BIGINT GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_draft_charge"
        " PRIMARY KEY"
    )
    op.create_index("ix_draft_charge_run_id", "draft_charge", ["run_id"])
    op.create_foreign_key(
        "fk_draft_charge_run_id", "draft_charge", "run", ["run_id"], ["run_id"], ondelete="CASCADE"
    )
    for table, to in REFERENCES:
        op.create_foreign_key(f"fk_{table}_{to}_id", table, to, [f"{to}_id"], [f"{to}_id"])
    for table in ("charge", "invoice_line"):
        op.execute(f"DROP TRIGGER {table}_belongs ON {table}")
    op.execute("DROP FUNCTION refuse_orphans")
