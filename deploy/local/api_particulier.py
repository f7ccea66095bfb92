"""A double of API Particulier's « quotient familial » (v3, modality « identité »), for tests and for trying it out.

    python -m deploy.local.api_particulier 8650
    ESPACE_API_PARTICULIER_URL=http://127.0.0.1:8650 ESPACE_API_PARTICULIER_TOKEN=jeton-de-demonstration \\
      ESPACE_API_PARTICULIER_RECIPIENT=21260281100013 ./espace up

Answers as documented: 200 with the quotient, or what the birth name asks for (`BEHAVIOURS`). No data of anybody.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, jsonify, request

TOKEN = "jeton-de-demonstration"
RECIPIENT = "21260281100013"
REQUIRED = ("recipient", "nomNaissance", "prenoms[]", "sexeEtatCivil", "codeCogInseePaysNaissance")


@dataclass
class Double:
    """What it will say and what it was asked."""

    euros: int | None = 812
    supplier: str = "CNAF"
    month: tuple[int, int] = (2026, 10)
    fail_first: int = 0
    """So many askings meet a provider that is down, then it is up."""
    behaviour: str = ""
    """One of BEHAVIOURS for every asking; empty: by the birth name."""
    asked: list[dict[str, Any]] = field(default_factory=list)
    served: Counter[int] = field(default_factory=Counter)


def error(code: str, title: str, detail: str, status: int, provider: str = "CNAV") -> tuple[Response, int]:
    body = {"code": code, "title": title, "detail": detail, "source": None, "meta": {"provider": provider}}
    return jsonify({"errors": [body]}), status


BEHAVIOURS = {
    "INCONNU": (
        "37003",
        "Dossier allocataire absent CNAV",
        "Le dossier allocataire n'a pas été trouvé.",
        404,
    ),
    "REFUSE": ("00370", "Entité non traitable", "La commune de naissance n'est pas reconnue.", 422),
    "INTERDIT": ("00100", "Privilèges insuffisants", "Votre token ne donne pas accès à cette API.", 403),
    "LIMITE": ("00429", "Trop de requêtes", "Vous avez effectué trop de requêtes.", 429),
    "PANNE": ("37000", "Erreur inconnue du fournisseur", "La réponse du fournisseur est incorrecte.", 502),
    "ABSENT": ("37001", "Fournisseur indisponible", "Le fournisseur ne répond pas.", 503),
    "LENT": ("37002", "Temps d'attente dépassé", "Le fournisseur n'a pas répondu à temps.", 504),
}


def create_app(double: Double | None = None) -> Flask:
    """The application; `double` steers it."""
    app, state = Flask("api-particulier"), double or Double()

    @app.get("/v3/dss/quotient_familial/identite")
    def identite() -> tuple[Response, int] | Response:
        state.asked.append(request.args.to_dict(flat=False))
        answer = _answer(state)
        status = answer[1] if isinstance(answer, tuple) else 200
        state.served[status] += 1
        if status == 429 and isinstance(answer, tuple):
            answer[0].headers["RateLimit-Reset"] = str(int(time.time()) + 120)
        return answer

    return app


def _answer(state: Double) -> tuple[Response, int] | Response:
    if request.headers.get("Authorization") != f"Bearer {TOKEN}":
        return error("00101", "Interdit", "Votre token n'est pas valide ou n'est pas renseigné.", 401, "")
    missing = [name for name in REQUIRED if not request.args.get(name)]
    if missing or request.args["recipient"] != RECIPIENT:
        return error("00201", "Entité non traitable", f"Paramètres absents : {', '.join(missing)}", 422)
    if len(state.asked) <= state.fail_first:
        return error(*BEHAVIOURS["PANNE"])
    behaviour = state.behaviour or request.args["nomNaissance"].upper()
    if behaviour in BEHAVIOURS:
        return error(*BEHAVIOURS[behaviour])
    year, month = state.month
    found = {
        "fournisseur": state.supplier,
        "valeur": state.euros,
        "annee": year,
        "mois": month,
        "annee_calcul": year,
        "mois_calcul": month,
    }
    return jsonify({"data": {"quotient_familial": found}, "links": {}, "meta": {}})


if __name__ == "__main__":
    create_app().run("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 8650)
