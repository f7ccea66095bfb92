"""« Mon tableau de bord »: one page made of parts, each given by the module that knows its subject.

    @dashboard.part(order=30, asks=lambda: [OpenStatement()], template="citizen/statement_part.html")
    def show_statement(page: Page, statement: StatementView) -> dict[str, object] | None:
        if statement.due:
            page.to_do(Task("Facture de novembre", "84,20 € à régler avant le 15 décembre",
                            "Payer", url_for("citizen.invoices.show"), due=statement.due_on))
        return {"statement": statement}        # the template sees it as `part`; None shows nothing

All questions leave together and equal ones are asked once, so the page costs one call per service: a part that needs
more of a service asks for a wider view, it does not ask twice. A service that is away takes only its parts with it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from contracts.messages import Question
from gateway.services import ask_each


@dataclass(frozen=True)
class Task:
    """Something to do, as a card of « À faire »: the most pressing come first."""

    title: str
    text: str
    action: str
    href: str
    due: date | None = None


@dataclass(frozen=True)
class ChildCard:
    """A child with its actions: (label, address). `place`: school and class."""

    name: str
    place: str
    actions: tuple[tuple[str, str], ...]


@dataclass
class Page:
    """What the parts have to say."""

    tasks: list[Task] = field(default_factory=list)
    children: list[ChildCard] = field(default_factory=list)
    sections: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """(template, variables), in the order of the parts."""
    missing: list[str] = field(default_factory=list)
    """What could not be shown, in words."""

    def to_do(self, task: Task) -> None:
        """Adds a card to « À faire »."""
        self.tasks.append(task)

    def child(self, card: ChildCard) -> None:
        """Adds a child's card."""
        self.children.append(card)


Show = Callable[..., dict[str, Any] | None]


@dataclass(frozen=True)
class _Part:
    order: int
    asks: Callable[[], list[Question[Any]]]
    template: str | None
    label: str
    show: Show


_parts: list[_Part] = []


def part(
    order: int,
    asks: Callable[[], list[Question[Any]]],
    template: str | None = None,
    label: str = "",
) -> Callable[[Show], Show]:
    """Registers a part. `show` gets the page, then one answer per question. Without a template it only adds cards.

    `label` names the part when its service is away: « vos factures ».
    """

    def register(show: Show) -> Show:
        _parts.append(_Part(order, asks, template, label, show))
        return show

    return register


def compose() -> Page:
    """Asks everything at once and lets each part speak."""
    page = Page()
    asked: list[Question[Any]] = []
    parts = [(each, each.asks()) for each in sorted(_parts, key=lambda each: each.order)]
    for _, questions in parts:
        asked.extend(question for question in questions if question not in asked)
    answers = ask_each(asked)
    for each, questions in parts:
        given = [answers[asked.index(question)] for question in questions]
        if any(isinstance(answer, Exception) for answer in given):
            if each.label:
                page.missing.append(each.label)
            continue
        variables = each.show(page, *given)
        if variables is not None and each.template is not None:
            page.sections.append((each.template, variables))
    page.tasks.sort(key=lambda task: (task.due is None, task.due or date.max))
    return page
