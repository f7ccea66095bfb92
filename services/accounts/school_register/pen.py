"""Writes rows, or only pretends to: a preview walks the same way as applying, and leaves no trace."""

from sqlalchemy.orm import Session


class Pen:
    """`dry`: what is set is remembered here and read back, and the session is left as it was."""

    def __init__(self, session: Session, dry: bool) -> None:
        self.session, self.dry = session, dry
        self._pretended: dict[tuple[int, str], object] = {}
        self._later: list[object] = []

    def add(self, row: object) -> None:
        """A new row."""
        if not self.dry:
            self.session.add(row)

    def add_later(self, row: object) -> None:
        """A new row that refers to others, which must be there before it."""
        self._later.append(row)

    def finish(self) -> None:
        """Writes what waits."""
        if self.dry:
            return
        self.session.flush()
        self.session.add_all(self._later)
        self.session.flush()

    def remove(self, row: object) -> None:
        """A row less."""
        if not self.dry:
            self.session.delete(row)

    def get(self, row: object, name: str) -> object:
        """The value as it stands after what was set."""
        return self._pretended.get((id(row), name), getattr(row, name))

    def text(self, row: object, name: str) -> str:
        """The same of a text; empty for none."""
        return str(self.get(row, name) or "")

    def set(self, row: object, **values: object) -> bool:
        """False when all of it was so already."""
        changed = {name: value for name, value in values.items() if self.get(row, name) != value}
        for name, value in changed.items():
            if self.dry:
                self._pretended[id(row), name] = value
            else:
                setattr(row, name, value)
        return bool(changed)
