"""Tables of what the accountant is given."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from billing.models import Base


class FundChart(Base):
    """The accounts of a fund that differ from the usual ones: by account of the ledger, its number."""

    __tablename__ = "fund_chart"

    fund: Mapped[str] = mapped_column(ForeignKey("fund.code"), primary_key=True)
    numbers: Mapped[dict[str, str]] = mapped_column(
        JSONB, comment="Ledger account (`card`, `revenue:cantine` …) → number of the chart of accounts"
    )
    changed_by_name: Mapped[str] = mapped_column(String(250))
