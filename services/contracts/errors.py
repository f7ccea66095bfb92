"""The errors a user can meet. Codes are stable: pages, logs and other systems rely on them.

    DomainError
    ├── NotSignedIn            nobody, or not the right kind of somebody
    ├── NotAllowed             somebody, without the right
    ├── NotFound               no such thing, or not one that the caller may know of
    ├── Invalid                what was given cannot be used
    ├── Conflict               what was true when the page was shown is not any more
    ├── TooManyAttempts        throttled; `retry_after` in seconds
    └── ServiceUnavailable     no answer in time; nothing is known to have been done
        └── StoreFull          nothing more can be kept until somebody makes room

Each service's module adds its own below these. `code` names the sentence the gateway shows; `details` fills it.
"""

from typing import Any, ClassVar

JsonValue = str | int | float | bool | None | list[Any] | dict[str, Any]


class DomainError(Exception):
    """A refusal with a stable `code` and JSON-safe `details` (the only thing that travels with it)."""

    code: ClassVar[str] = "error"
    registry: ClassVar[dict[str, type["DomainError"]]] = {}

    def __init__(self, **details: JsonValue) -> None:
        super().__init__(details)
        self.details: dict[str, JsonValue] = details

    def __init_subclass__(cls) -> None:
        if "code" not in cls.__dict__:
            raise TypeError(f"{cls.__name__} has no code of its own")
        if cls.code in DomainError.registry:
            raise TypeError(f"two errors share the code {cls.code!r}")
        DomainError.registry[cls.code] = cls

    def __str__(self) -> str:
        return f"{self.code} {self.details}" if self.details else self.code


class NotSignedIn(DomainError):
    """Nobody is signed in, or an account of another kind."""

    code = "not_signed_in"


class NotAllowed(DomainError):
    """The caller is known and may not."""

    code = "not_allowed"


class NotFound(DomainError):
    """No such thing, or none the caller may know of: the two are not told apart."""

    code = "not_found"


class Invalid(DomainError):
    """What was given cannot be used. `problems`: {field: problem code}."""

    code = "invalid"


class Conflict(DomainError):
    """Somebody else changed it meanwhile."""

    code = "conflict"


class TooManyAttempts(DomainError):
    """Throttled. `retry_after`: seconds."""

    code = "too_many_attempts"


class ServiceUnavailable(DomainError):
    """No answer in time. `service`: which. A command may or may not have been done: repeat it with the same id."""

    code = "service_unavailable"


class StoreFull(ServiceUnavailable):
    """The object store has no room, or may not use more. Nothing was kept."""

    code = "store_full"
