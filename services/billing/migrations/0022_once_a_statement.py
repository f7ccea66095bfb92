"""What a run writes by the thousand is checked once a statement, where three foreign keys still asked once a row.

Tariffs and transactions of the ledger are never changed or deleted (their triggers refuse), so that only a new price or
entry could be without one: a trigger for each statement looks at all the rows it added. The one of charges and lines
looks at each pair of invoice and price once.
"""

from alembic import op

revision = "0022"
down_revision = "0021"

REFUSE_ORPHANS = """
CREATE OR REPLACE FUNCTION refuse_orphans() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM (SELECT DISTINCT invoice_id, price_id FROM added) written
        WHERE NOT EXISTS (SELECT 1 FROM invoice WHERE invoice.invoice_id = written.invoice_id)
           OR NOT EXISTS (SELECT 1 FROM price WHERE price.price_id = written.price_id)
    ) THEN
        RAISE EXCEPTION '% has rows of no invoice or of no price', TG_TABLE_NAME
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$
"""

REFUSE_PRICES = """
CREATE FUNCTION refuse_prices_of_no_tariff() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM (SELECT DISTINCT tariff_id FROM added) written
        WHERE NOT EXISTS (SELECT 1 FROM tariff WHERE tariff.tariff_id = written.tariff_id)
    ) THEN
        RAISE EXCEPTION 'price has rows of no tariff' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER price_belongs AFTER INSERT ON price
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_prices_of_no_tariff()
"""

REFUSE_UNBALANCED = """
CREATE OR REPLACE FUNCTION refuse_unbalanced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- All entries of a transaction arrive by one statement, so that each statement must balance by itself.
    IF EXISTS (SELECT 1 FROM added GROUP BY transaction_id HAVING sum(amount_cents) <> 0) THEN
        RAISE EXCEPTION 'ledger entries do not balance' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (
        SELECT 1 FROM (SELECT DISTINCT transaction_id FROM added) written
        WHERE NOT EXISTS (SELECT 1 FROM ledger_transaction t WHERE t.transaction_id = written.transaction_id)
    ) THEN
        RAISE EXCEPTION 'ledger entries of no transaction' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$
"""

ONCE_A_ROW = """
CREATE OR REPLACE FUNCTION refuse_orphans() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM added LEFT JOIN invoice USING (invoice_id) WHERE invoice.number IS NULL)
       OR EXISTS (SELECT 1 FROM added LEFT JOIN price USING (price_id) WHERE price.cents IS NULL) THEN
        RAISE EXCEPTION '% has rows of no invoice or of no price', TG_TABLE_NAME
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION refuse_unbalanced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- All entries of a transaction arrive by one statement, so that each statement must balance by itself.
    IF EXISTS (SELECT 1 FROM added GROUP BY transaction_id HAVING sum(amount_cents) <> 0) THEN
        RAISE EXCEPTION 'ledger entries do not balance' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER price_belongs ON price;
DROP FUNCTION refuse_prices_of_no_tariff
"""


def upgrade() -> None:
    for statement in (REFUSE_ORPHANS, REFUSE_PRICES, REFUSE_UNBALANCED):
        op.execute(statement)
    op.drop_constraint("fk_price_tariff_id", "price", type_="foreignkey")
    op.drop_constraint("fk_ledger_entry_transaction_id", "ledger_entry", type_="foreignkey")


def downgrade() -> None:
    op.execute(ONCE_A_ROW)
    op.create_foreign_key("fk_price_tariff_id", "price", "tariff", ["tariff_id"], ["tariff_id"])
    op.create_foreign_key(
        "fk_ledger_entry_transaction_id",
        "ledger_entry",
        "ledger_transaction",
        ["transaction_id"],
        ["transaction_id"],
    )
