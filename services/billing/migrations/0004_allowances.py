"""Prices by siblings, moment, granted reduction and aid; what the town grants to families."""

from alembic import op

revision = "0004"
down_revision = "0003"

ALLOWANCE = """
CREATE TABLE allowance (
    allowance_id UUID NOT NULL,
    family_id UUID NOT NULL,
    child_id UUID,
    activity_code VARCHAR(40) NOT NULL,
    kind VARCHAR(20) NOT NULL,
    reduction VARCHAR(40) NOT NULL,
    name VARCHAR(60) NOT NULL,
    percent INTEGER NOT NULL,
    cents INTEGER NOT NULL,
    cap_cents INTEGER,
    cap_days INTEGER,
    since DATE NOT NULL,
    until DATE,
    granted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    granted_by UUID,
    changed_in BIGINT DEFAULT pg_current_xact_id()::text::bigint NOT NULL,
    CONSTRAINT pk_allowance PRIMARY KEY (allowance_id),
    CONSTRAINT ck_allowance_aid_ends CHECK (kind <> 'aid' OR until IS NOT NULL),
    CONSTRAINT ck_allowance_in_order CHECK (until IS NULL OR until >= since)
);
CREATE INDEX ix_allowance_family_id ON allowance (family_id);
COMMENT ON COLUMN allowance.child_id IS 'Empty: every child of the family';
COMMENT ON COLUMN allowance.activity_code IS 'Empty: every activity';
COMMENT ON COLUMN allowance.reduction IS 'Of the tariffs; empty for an aid';
COMMENT ON COLUMN allowance.name IS 'As printed on the invoice';
COMMENT ON COLUMN allowance.until IS 'Included';
COMMENT ON COLUMN allowance.changed_in IS 'A draft that could not see it is out of date';

CREATE TABLE aid_day (
    session_id UUID NOT NULL,
    child_id UUID NOT NULL,
    family_id UUID NOT NULL,
    allowance_id UUID NOT NULL,
    day DATE NOT NULL,
    cents INTEGER NOT NULL,
    CONSTRAINT pk_aid_day PRIMARY KEY (session_id, child_id, family_id),
    CONSTRAINT fk_aid_day_allowance_id FOREIGN KEY(allowance_id) REFERENCES allowance (allowance_id)
);
CREATE INDEX ix_aid_day_allowance_id ON aid_day (allowance_id);
"""

PRICE = """
ALTER TABLE price
    ADD COLUMN siblings INTEGER DEFAULT 1 NOT NULL,
    ADD COLUMN slot VARCHAR(40) DEFAULT '' NOT NULL,
    ADD COLUMN reduction VARCHAR(40) DEFAULT '' NOT NULL,
    ADD COLUMN allowance_id UUID CONSTRAINT fk_price_allowance_id REFERENCES allowance (allowance_id),
    ADD COLUMN aid_cents INTEGER DEFAULT 0 NOT NULL,
    DROP CONSTRAINT uq_price_inputs,
    ADD CONSTRAINT uq_price_inputs UNIQUE NULLS NOT DISTINCT
        (tariff_id, effect, resident, quotient_euros, quotient_month, month, siblings, slot, reduction, allowance_id,
         aid_cents);
COMMENT ON COLUMN price.siblings IS 'The child''s rank, or the number of children, as the rule counts';
COMMENT ON COLUMN price.slot IS 'The moment, where the rule goes by duration';
COMMENT ON COLUMN price.reduction IS 'The kind granted, or empty';
COMMENT ON COLUMN price.allowance_id IS 'The aid taken off';
"""


def upgrade() -> None:
    op.execute(ALLOWANCE)
    op.execute(PRICE)


def downgrade() -> None:
    op.execute(
        "ALTER TABLE price DROP CONSTRAINT uq_price_inputs, DROP COLUMN siblings, DROP COLUMN slot,"
        " DROP COLUMN reduction, DROP COLUMN allowance_id, DROP COLUMN aid_cents,"
        " ADD CONSTRAINT uq_price_inputs UNIQUE NULLS NOT DISTINCT"
        " (tariff_id, effect, resident, quotient_euros, quotient_month, month)"
    )
    op.execute("DROP TABLE aid_day")
    op.execute("DROP TABLE allowance")
