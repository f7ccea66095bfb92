"""« Dernières demandes » on « Mon tableau de bord », and what the town is waiting for."""

from flask import url_for

from contracts.enrolment.home import Overview, OverviewView
from contracts.events.requests import RequestState
from gateway import dashboard
from gateway.dashboard import Page, Task
from gateway.sentences.requests import STATES


@dashboard.part(
    order=25,
    asks=lambda: [Overview()],
    template="citizen/requests_part.html",
    label="vos dernières demandes",
)
def show_requests(page: Page, view: OverviewView) -> dict[str, object] | None:
    """The last démarches and where they stand; a card where the town has asked for something."""
    for each in view.requests:
        if each.state is RequestState.INFORMATION_ASKED:
            page.to_do(
                Task(
                    f"La mairie attend votre réponse : {each.title}",
                    f"Demande n° {each.number} : une précision ou un document est demandé.",
                    "Répondre",
                    url_for("citizen.requests.follow", request_id=each.request_id),
                )
            )
    return {"requests": view.requests, "states": STATES} if view.requests else None
