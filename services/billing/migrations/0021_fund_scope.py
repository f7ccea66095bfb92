"""Several funds: which bills what, since when; from which sum each asks for its money."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.add_column(
        "fund",
        sa.Column(
            "least_claim_cents",
            sa.Integer,
            server_default="1500",
            nullable=False,
            comment="What a family owes under it is carried over to the next invoice",
        ),
    )
    op.create_table(
        "fund_scope",
        sa.Column(
            "activity_code",
            sa.String(40),
            nullable=False,
            comment="Empty: all that no other row names",
        ),
        sa.Column("place_code", sa.String(40), nullable=False, comment="Empty: everywhere"),
        sa.Column("since", sa.Date, nullable=False, comment="The first month of consumption"),
        sa.Column("fund", sa.String(10), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by_name", sa.String(250), nullable=False),
        sa.CheckConstraint("extract(day FROM since) = 1", name="ck_fund_scope_month_begins"),
        sa.ForeignKeyConstraint(["fund"], ["fund.code"], name="fk_fund_scope_fund_fund"),
        sa.PrimaryKeyConstraint("activity_code", "place_code", "since", name="pk_fund_scope"),
    )
    op.execute(
        "INSERT INTO fund_scope (activity_code, place_code, since, fund, set_at, set_by_name)"
        " SELECT '', '', DATE '2000-01-01', min(code), now(), '' FROM fund HAVING count(*) > 0"
    )


def downgrade() -> None:
    op.drop_table("fund_scope")
    op.drop_column("fund", "least_claim_cents")
