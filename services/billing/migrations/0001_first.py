"""Billing's first tables, and the triggers that keep what is published from ever changing."""

from alembic import op

revision = "0001"
down_revision = None

TABLES = """
CREATE TABLE activity (
    activity_code VARCHAR(40) NOT NULL,
    activity_name VARCHAR(200) NOT NULL,
    unit VARCHAR(60) NOT NULL,
    child_care BOOLEAN NOT NULL,
    CONSTRAINT pk_activity PRIMARY KEY (activity_code)
);
CREATE TABLE booking (
    booking_id UUID NOT NULL,
    session_id UUID NOT NULL,
    child_id UUID NOT NULL,
    family_id UUID NOT NULL,
    activity_code VARCHAR(40) NOT NULL,
    place_code VARCHAR(40) NOT NULL,
    day DATE NOT NULL,
    slot VARCHAR(40) NOT NULL,
    standing BOOLEAN NOT NULL,
    CONSTRAINT pk_booking PRIMARY KEY (booking_id)
);
CREATE INDEX ix_booking_day ON booking (day) WHERE standing;
CREATE TABLE child (
    child_id UUID NOT NULL,
    first_name VARCHAR(120) NOT NULL,
    last_name VARCHAR(120) NOT NULL,
    birth_date DATE NOT NULL,
    CONSTRAINT pk_child PRIMARY KEY (child_id)
);
CREATE TABLE difference (
    difference_id UUID NOT NULL,
    kind VARCHAR(30) NOT NULL,
    subject VARCHAR(255) NOT NULL,
    payment_id UUID,
    expected_cents INTEGER,
    seen_cents INTEGER,
    seen_currency VARCHAR(3) NOT NULL,
    detail TEXT NOT NULL,
    found_at TIMESTAMP WITH TIME ZONE NOT NULL,
    resolved_at TIMESTAMP WITH TIME ZONE,
    resolved_by UUID,
    note TEXT NOT NULL,
    CONSTRAINT pk_difference PRIMARY KEY (difference_id),
    CONSTRAINT uq_difference_kind_subject UNIQUE (kind, subject)
);
CREATE INDEX ix_difference_payment_id ON difference (payment_id);
COMMENT ON COLUMN difference.kind IS '`amount`, `paid_twice`, `unknown`, `refund`, `dispute`';
COMMENT ON COLUMN difference.subject IS 'Payment or provider''s object: found once';
CREATE TABLE family (
    family_id UUID NOT NULL,
    number VARCHAR(40) NOT NULL,
    label VARCHAR(200) NOT NULL,
    street VARCHAR(200) NOT NULL,
    postcode VARCHAR(20) NOT NULL,
    city VARCHAR(100) NOT NULL,
    resident BOOLEAN NOT NULL,
    CONSTRAINT pk_family PRIMARY KEY (family_id)
);
COMMENT ON COLUMN family.number IS 'File number printed on invoices';
CREATE TABLE fund (
    code VARCHAR(10) NOT NULL,
    name VARCHAR(200) NOT NULL,
    CONSTRAINT pk_fund PRIMARY KEY (code)
);
CREATE TABLE ledger_transaction (
    transaction_id UUID NOT NULL,
    kind VARCHAR(30) NOT NULL,
    reference VARCHAR(80) NOT NULL,
    occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_ledger_transaction PRIMARY KEY (transaction_id),
    CONSTRAINT uq_ledger_transaction_kind_reference UNIQUE (kind, reference)
);
COMMENT ON COLUMN ledger_transaction.kind IS '`invoice`, `payment`, `offset`';
COMMENT ON COLUMN ledger_transaction.reference IS 'Invoice, payment …: posted once per kind';
CREATE TABLE notification (
    event_id VARCHAR(255) NOT NULL,
    kind VARCHAR(100) NOT NULL,
    body TEXT NOT NULL,
    provider_reference VARCHAR(255) NOT NULL,
    payment_id UUID,
    state VARCHAR(20) NOT NULL,
    attempts INTEGER NOT NULL,
    problem TEXT NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    real_next_try_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_notification PRIMARY KEY (event_id)
);
CREATE INDEX ix_notification_waiting ON notification (real_next_try_at) WHERE state = 'received';
COMMENT ON COLUMN notification.state IS '`received`, `processed`, `ignored` or `parked`';
CREATE TABLE place (
    place_code VARCHAR(40) NOT NULL,
    place_name VARCHAR(200) NOT NULL,
    CONSTRAINT pk_place PRIMARY KEY (place_code)
);
CREATE TABLE settled_session (
    session_id UUID NOT NULL,
    activity_code VARCHAR(40) NOT NULL,
    place_code VARCHAR(40) NOT NULL,
    day DATE NOT NULL,
    slot VARCHAR(40) NOT NULL,
    changed_in BIGINT DEFAULT pg_current_xact_id()::text::bigint NOT NULL,
    CONSTRAINT pk_settled_session PRIMARY KEY (session_id)
);
CREATE INDEX ix_settled_session_day ON settled_session (day);
COMMENT ON COLUMN settled_session.changed_in IS 'Transaction that wrote it: later than a draft, or not';
CREATE TABLE tariff (
    tariff_id UUID NOT NULL,
    activity_code VARCHAR(40) NOT NULL,
    place_code VARCHAR(40) NOT NULL,
    valid_from DATE NOT NULL,
    version INTEGER NOT NULL,
    rule JSONB NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE NOT NULL,
    published_by UUID,
    changed_in BIGINT DEFAULT pg_current_xact_id()::text::bigint NOT NULL,
    CONSTRAINT pk_tariff PRIMARY KEY (tariff_id),
    CONSTRAINT uq_tariff_activity_code_place_code_valid_from_version UNIQUE (activity_code, place_code, valid_from, version)
);
COMMENT ON COLUMN tariff.place_code IS 'Empty: everywhere';
COMMENT ON COLUMN tariff.rule IS 'A TariffRule of the contracts';
CREATE TABLE attendance (
    session_id UUID NOT NULL,
    child_id UUID NOT NULL,
    family_id UUID NOT NULL,
    mark VARCHAR(40) NOT NULL,
    booking_id UUID,
    CONSTRAINT pk_attendance PRIMARY KEY (session_id, child_id, family_id),
    CONSTRAINT fk_attendance_session_id FOREIGN KEY(session_id) REFERENCES settled_session (session_id) ON DELETE CASCADE
);
CREATE TABLE family_quotient (
    family_id UUID NOT NULL,
    month DATE NOT NULL,
    euros INTEGER NOT NULL,
    CONSTRAINT pk_family_quotient PRIMARY KEY (family_id, month),
    CONSTRAINT fk_family_quotient_family_id FOREIGN KEY(family_id) REFERENCES family (family_id) ON DELETE CASCADE
);
CREATE TABLE guardian (
    family_id UUID NOT NULL,
    guardian_id UUID NOT NULL,
    account_id UUID,
    name VARCHAR(250) NOT NULL,
    CONSTRAINT pk_guardian PRIMARY KEY (family_id, guardian_id),
    CONSTRAINT fk_guardian_family_id FOREIGN KEY(family_id) REFERENCES family (family_id) ON DELETE CASCADE
);
CREATE INDEX ix_guardian_account_id ON guardian (account_id);
COMMENT ON COLUMN guardian.name IS 'As it is written on an envelope';
CREATE TABLE ledger_entry (
    entry_id BIGINT GENERATED ALWAYS AS IDENTITY,
    transaction_id UUID NOT NULL,
    account VARCHAR(80) NOT NULL,
    family_id UUID,
    invoice_id UUID,
    amount_cents INTEGER NOT NULL,
    CONSTRAINT pk_ledger_entry PRIMARY KEY (entry_id),
    CONSTRAINT ck_ledger_entry_moves_something CHECK (amount_cents <> 0),
    CONSTRAINT ck_ledger_entry_receivable_has_family CHECK ((account = 'receivable') = (family_id IS NOT NULL)),
    CONSTRAINT ck_ledger_entry_receivable_has_invoice CHECK (account <> 'receivable' OR invoice_id IS NOT NULL),
    CONSTRAINT fk_ledger_entry_transaction_id FOREIGN KEY(transaction_id) REFERENCES ledger_transaction (transaction_id)
);
CREATE INDEX ix_ledger_entry_family_id ON ledger_entry (family_id);
CREATE INDEX ix_ledger_entry_invoice_id ON ledger_entry (invoice_id);
CREATE INDEX ix_ledger_entry_transaction_id ON ledger_entry (transaction_id);
COMMENT ON COLUMN ledger_entry.account IS '`receivable`, `revenue:<activity>`, `card`';
CREATE TABLE numbering (
    fund VARCHAR(10) NOT NULL,
    year INTEGER NOT NULL,
    series VARCHAR(10) NOT NULL,
    last INTEGER NOT NULL,
    CONSTRAINT pk_numbering PRIMARY KEY (fund, year, series),
    CONSTRAINT fk_numbering_fund FOREIGN KEY(fund) REFERENCES fund (code)
);
COMMENT ON COLUMN numbering.series IS '`invoice` or `receipt`';
CREATE TABLE price (
    price_id BIGINT GENERATED ALWAYS AS IDENTITY,
    tariff_id UUID NOT NULL,
    effect VARCHAR(20) NOT NULL,
    resident BOOLEAN NOT NULL,
    quotient_euros INTEGER,
    quotient_month DATE,
    month DATE NOT NULL,
    cents INTEGER NOT NULL,
    reason TEXT NOT NULL,
    quotient_known BOOLEAN NOT NULL,
    CONSTRAINT pk_price PRIMARY KEY (price_id),
    CONSTRAINT uq_price_inputs UNIQUE NULLS NOT DISTINCT (tariff_id, effect, resident, quotient_euros, quotient_month, month),
    CONSTRAINT fk_price_tariff_id FOREIGN KEY(tariff_id) REFERENCES tariff (tariff_id)
);
COMMENT ON COLUMN price.quotient_euros IS 'Empty: unknown, which is not zero';
COMMENT ON COLUMN price.month IS 'Of consumption';
COMMENT ON COLUMN price.reason IS 'French, as printed';
CREATE TABLE run (
    run_id UUID NOT NULL,
    fund VARCHAR(10) NOT NULL,
    month DATE NOT NULL,
    state VARCHAR(20) NOT NULL,
    drafted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    drafted_by UUID,
    snapshot TEXT NOT NULL,
    checked_at TIMESTAMP WITH TIME ZONE,
    checked_by UUID,
    published_at TIMESTAMP WITH TIME ZONE,
    published_by UUID,
    due_on DATE NOT NULL,
    pay_online_until DATE NOT NULL,
    total_cents INTEGER NOT NULL,
    carried_cents INTEGER NOT NULL,
    invoices INTEGER NOT NULL,
    credit_notes INTEGER NOT NULL,
    carried INTEGER NOT NULL,
    left_out INTEGER NOT NULL,
    CONSTRAINT pk_run PRIMARY KEY (run_id),
    CONSTRAINT ck_run_month_begins CHECK (extract(day FROM month) = 1),
    CONSTRAINT fk_run_fund FOREIGN KEY(fund) REFERENCES fund (code)
);
CREATE UNIQUE INDEX uq_run_open ON run (fund) WHERE state IN ('draft', 'checked');
COMMENT ON COLUMN run.snapshot IS 'pg_current_snapshot() of the draft: what it could see';
CREATE TABLE draft_charge (
    number BIGINT GENERATED ALWAYS AS IDENTITY,
    run_id UUID NOT NULL,
    family_id UUID NOT NULL,
    child_id UUID NOT NULL,
    session_id UUID NOT NULL,
    activity_code VARCHAR(40) NOT NULL,
    place_code VARCHAR(40) NOT NULL,
    day DATE NOT NULL,
    slot VARCHAR(40) NOT NULL,
    mark VARCHAR(40) NOT NULL,
    quantity INTEGER NOT NULL,
    unit_cents INTEGER NOT NULL,
    price_id BIGINT NOT NULL,
    CONSTRAINT pk_draft_charge PRIMARY KEY (number),
    CONSTRAINT fk_draft_charge_run_id FOREIGN KEY(run_id) REFERENCES run (run_id) ON DELETE CASCADE
);
CREATE INDEX ix_draft_charge_run_id ON draft_charge (run_id);
CREATE TABLE invoice (
    invoice_id UUID NOT NULL,
    run_id UUID NOT NULL,
    fund VARCHAR(10) NOT NULL,
    year INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    number VARCHAR(40) NOT NULL,
    kind VARCHAR(20) NOT NULL,
    family_id UUID NOT NULL,
    family_number VARCHAR(40) NOT NULL,
    family_label VARCHAR(200) NOT NULL,
    addressee TEXT[] NOT NULL,
    month DATE NOT NULL,
    total_cents INTEGER NOT NULL,
    published_on DATE NOT NULL,
    due_on DATE NOT NULL,
    pay_online_until DATE NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_invoice PRIMARY KEY (invoice_id),
    CONSTRAINT uq_invoice_fund_year_sequence UNIQUE (fund, year, sequence),
    CONSTRAINT uq_invoice_run_id_family_id UNIQUE (run_id, family_id),
    CONSTRAINT uq_invoice_number UNIQUE (number),
    CONSTRAINT ck_invoice_kind_by_sign CHECK ((kind = 'invoice') = (total_cents > 0)),
    CONSTRAINT fk_invoice_run_id FOREIGN KEY(run_id) REFERENCES run (run_id),
    CONSTRAINT fk_invoice_fund FOREIGN KEY(fund) REFERENCES fund (code)
);
CREATE INDEX ix_invoice_family_id ON invoice (family_id);
COMMENT ON COLUMN invoice.sequence IS 'Without a gap per fund and year';
COMMENT ON COLUMN invoice.addressee IS 'The lines of the address, as printed';
CREATE TABLE left_out_day (
    number BIGINT GENERATED ALWAYS AS IDENTITY,
    run_id UUID NOT NULL,
    reason VARCHAR(40) NOT NULL,
    session_id UUID NOT NULL,
    child_id UUID NOT NULL,
    family_id UUID NOT NULL,
    activity_code VARCHAR(40) NOT NULL,
    place_code VARCHAR(40) NOT NULL,
    day DATE NOT NULL,
    slot VARCHAR(40) NOT NULL,
    CONSTRAINT pk_left_out_day PRIMARY KEY (number),
    CONSTRAINT fk_left_out_day_run_id FOREIGN KEY(run_id) REFERENCES run (run_id) ON DELETE CASCADE
);
CREATE INDEX ix_left_out_day_run_id ON left_out_day (run_id);
CREATE TABLE run_family (
    run_id UUID NOT NULL,
    family_id UUID NOT NULL,
    cents INTEGER NOT NULL,
    children INTEGER NOT NULL,
    outcome VARCHAR(20) NOT NULL,
    quotient_unknown BOOLEAN NOT NULL,
    invoice_id UUID,
    CONSTRAINT pk_run_family PRIMARY KEY (run_id, family_id),
    CONSTRAINT fk_run_family_run_id FOREIGN KEY(run_id) REFERENCES run (run_id) ON DELETE CASCADE
);
CREATE INDEX ix_run_family_family_id ON run_family (family_id);
COMMENT ON COLUMN run_family.outcome IS '`invoice`, `credit_note` or `carried`';
CREATE TABLE charge (
    charge_id BIGINT GENERATED ALWAYS AS IDENTITY,
    invoice_id UUID NOT NULL,
    family_id UUID NOT NULL,
    child_id UUID NOT NULL,
    session_id UUID NOT NULL,
    activity_code VARCHAR(40) NOT NULL,
    place_code VARCHAR(40) NOT NULL,
    day DATE NOT NULL,
    slot VARCHAR(40) NOT NULL,
    mark VARCHAR(40) NOT NULL,
    quantity INTEGER NOT NULL,
    unit_cents INTEGER NOT NULL,
    price_id BIGINT NOT NULL,
    CONSTRAINT pk_charge PRIMARY KEY (charge_id),
    CONSTRAINT fk_charge_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoice (invoice_id),
    CONSTRAINT fk_charge_price_id FOREIGN KEY(price_id) REFERENCES price (price_id)
);
CREATE INDEX ix_charge_day ON charge (day);
CREATE INDEX ix_charge_invoice_id ON charge (invoice_id);
CREATE INDEX ix_charge_key ON charge (family_id, session_id, child_id);
CREATE TABLE invoice_line (
    line_id BIGINT GENERATED ALWAYS AS IDENTITY,
    invoice_id UUID NOT NULL,
    child_id UUID NOT NULL,
    child_name VARCHAR(250) NOT NULL,
    activity_code VARCHAR(40) NOT NULL,
    activity_name VARCHAR(200) NOT NULL,
    unit VARCHAR(60) NOT NULL,
    child_care BOOLEAN NOT NULL,
    month DATE NOT NULL,
    mark VARCHAR(40) NOT NULL,
    quantity INTEGER NOT NULL,
    unit_cents INTEGER NOT NULL,
    amount_cents INTEGER NOT NULL,
    reason TEXT NOT NULL,
    price_id BIGINT NOT NULL,
    days DATE[] NOT NULL,
    CONSTRAINT pk_invoice_line PRIMARY KEY (line_id),
    CONSTRAINT ck_invoice_line_amount_is_product CHECK (amount_cents = quantity * unit_cents),
    CONSTRAINT fk_invoice_line_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoice (invoice_id),
    CONSTRAINT fk_invoice_line_price_id FOREIGN KEY(price_id) REFERENCES price (price_id)
);
CREATE INDEX ix_invoice_line_invoice_id ON invoice_line (invoice_id);
COMMENT ON COLUMN invoice_line.month IS 'Of consumption: earlier than the invoice''s when carried or corrected';
CREATE TABLE payment (
    payment_id UUID NOT NULL,
    command_id UUID NOT NULL,
    invoice_id UUID NOT NULL,
    family_id UUID NOT NULL,
    account_id UUID NOT NULL,
    paid_by VARCHAR(250) NOT NULL,
    amount_cents INTEGER NOT NULL,
    currency VARCHAR(3) NOT NULL,
    state VARCHAR(20) NOT NULL,
    provider VARCHAR(20) NOT NULL,
    provider_reference VARCHAR(255),
    provider_url TEXT,
    provider_proof VARCHAR(255) NOT NULL,
    reason VARCHAR(60) NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    paid_at TIMESTAMP WITH TIME ZONE,
    receipt_number VARCHAR(40),
    real_started_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    real_next_look_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    looks INTEGER NOT NULL,
    CONSTRAINT pk_payment PRIMARY KEY (payment_id),
    CONSTRAINT uq_payment_command_id UNIQUE (command_id),
    CONSTRAINT uq_payment_receipt_number UNIQUE (receipt_number),
    CONSTRAINT uq_payment_provider_provider_reference UNIQUE (provider, provider_reference),
    CONSTRAINT ck_payment_amount_positive CHECK (amount_cents > 0),
    CONSTRAINT ck_payment_paid_has_receipt CHECK ((state = 'paid') = (receipt_number IS NOT NULL)),
    CONSTRAINT fk_payment_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoice (invoice_id)
);
CREATE INDEX ix_payment_invoice_id ON payment (invoice_id);
CREATE INDEX ix_payment_pending ON payment (real_next_look_at) WHERE state IN ('created', 'open', 'confirming');
CREATE INDEX ix_payment_state ON payment (state);
CREATE UNIQUE INDEX uq_payment_underway ON payment (invoice_id) WHERE state IN ('created', 'open', 'confirming');
COMMENT ON COLUMN payment.command_id IS 'Of the form that started it';
COMMENT ON COLUMN payment.account_id IS 'The guardian who pays';
COMMENT ON COLUMN payment.provider_proof IS 'The provider''s id of the debit';
COMMENT ON COLUMN payment.reason IS 'Why it did not happen, as far as known';
"""

INVOICING_GUARDS = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is never changed: publish a correction', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION refuse_unbalanced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- All entries of a transaction arrive by one statement, so that each statement must balance by itself.
    IF EXISTS (SELECT 1 FROM added GROUP BY transaction_id HAVING sum(amount_cents) <> 0) THEN
        RAISE EXCEPTION 'ledger entries do not balance' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_entry_balances AFTER INSERT ON ledger_entry
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_unbalanced();
"""

CREATED = (
    "activity",
    "booking",
    "child",
    "difference",
    "family",
    "fund",
    "ledger_transaction",
    "notification",
    "place",
    "settled_session",
    "tariff",
    "attendance",
    "family_quotient",
    "guardian",
    "ledger_entry",
    "numbering",
    "price",
    "run",
    "draft_charge",
    "invoice",
    "left_out_day",
    "run_family",
    "charge",
    "invoice_line",
    "payment",
)
WRITTEN_ONCE = ("invoice", "invoice_line", "charge", "ledger_transaction", "ledger_entry", "price", "tariff")


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(INVOICING_GUARDS)
    for table in WRITTEN_ONCE:
        op.execute(
            f"CREATE TRIGGER {table}_written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute("INSERT INTO fund (code, name) VALUES ('ENF', 'Régie Enfance et Restauration scolaire')")


def downgrade() -> None:
    for table in reversed(CREATED):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION refuse_change, refuse_unbalanced")
