"""Kinds of documents that the démarches ask for."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TYPES = [
    ("piece_identite", "Pièce d’identité", "Carte d’identité ou passeport, recto et verso.", "none", 50),
    ("livret_famille", "Livret de famille", "Les pages des parents et des enfants.", "none", 60),
    ("vaccinations", "Vaccinations", "Les pages du carnet de santé qui les portent.", "none", 70),
    ("jugement", "Décision de justice", "Qui fixe l’autorité parentale ou la garde.", "none", 80),
    ("cv", "CV", "", "none", 90),
    ("lettre_motivation", "Lettre de motivation", "", "none", 100),
]


def upgrade() -> None:
    statement = sa.text(
        "INSERT INTO document_type (code, name, hint, validity, position)"
        " VALUES (:code, :name, :hint, :validity, :position) ON CONFLICT (code) DO NOTHING"
    )
    for row in TYPES:
        values = dict(zip(("code", "name", "hint", "validity", "position"), row, strict=True))
        op.execute(statement.bindparams(**values))


def downgrade() -> None:
    for code, *_ in TYPES:
        used = "NOT EXISTS (SELECT 1 FROM document WHERE document_type = :code)"
        op.execute(sa.text(f"DELETE FROM document_type WHERE code = :code AND {used}").bindparams(code=code))  # noqa: S608
