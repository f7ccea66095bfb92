"""The procedures that the software ships, for every town: data beside the code, `shipped/<code>.json`.

A file is a ProcedureForm, with the `edition` that counts up when it is changed, and `notes` for its readers. A town has
it from the first start; a newer edition is published by itself as long as the town has not composed its own version.
"""

import json
from datetime import datetime
from functools import cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from contracts.enrolment.procedure_forms import ProcedureForm
from enrolment.procedures import versions
from enrolment.procedures.models import Procedure

_FOLDER = Path(__file__).parent / "shipped"


@cache
def shipped() -> dict[str, tuple[int, ProcedureForm]]:
    """Code → (edition, form)."""
    found = {}
    for path in sorted(_FOLDER.glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        edition = content.pop("edition")
        content.pop("notes", None)
        found[path.stem] = (edition, ProcedureForm.model_validate(content))
    return found


def install(session: Session, now: datetime) -> list[str]:
    """Publishes what the town does not have yet. The codes. Two replicas that start at once publish it once."""
    rows = session.execute(select(Procedure.code, Procedure.edition))
    known: dict[str, int | None] = {code: edition for code, edition in rows}  # noqa: C416 -- rows, not pairs
    wanted = [
        code
        for code, (edition, _) in shipped().items()
        if code not in known or (known[code] is not None and (known[code] or 0) < edition)
    ]
    published = []
    for code in wanted:
        edition, form = shipped()[code]
        empty = insert(Procedure).values(code=code, revision=1, retired=False, edition=0)
        session.execute(empty.on_conflict_do_nothing())
        procedure = session.get_one(Procedure, code, with_for_update=True)
        if procedure.edition is None or procedure.edition >= edition:
            continue
        versions.publish(session, procedure, form, "", now)
        procedure.edition = edition
        published.append(code)
    return published
