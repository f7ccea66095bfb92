"""What is read of a message that was given up on, whatever it is, and what its failure says."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError

from chassis.parked_message import SENDER, Failure, headers_after, read, tries_in
from chassis.topology import DELIVERY_LIMIT
from contracts.envelope import Envelope
from contracts.events.offer import PlaceUpdated
from contracts.parked import ParkedFailure

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=30)
EVENT_ID = uuid4()


def a_body(**changed: object) -> bytes:
    values = {
        "id": EVENT_ID,
        "source": "/espace/enrolment",
        "type": PlaceUpdated.event_type(),
        "subject": "ecole",
        "time": NOW,
        "dataschema": "/api/schemas/place.updated.v1.json",
        "aggregateversion": 3,
        "data": {"place_code": "ecole", "place_name": "École"},
        **changed,
    }
    return Envelope(**values).model_dump_json().encode()  # type: ignore[arg-type]


def test_the_first_and_the_last_try_are_kept_and_each_parking_is_another() -> None:
    failure = Failure.of(RuntimeError("pas encore"), "keep_place")
    waiting = headers_after({}, failure, 1, NOW, parks=False)
    parked = [headers_after(waiting, failure, 8, LATER, parks=True) for _ in range(2)]

    found, other = (read("billing.events", a_body(), headers, None, LATER) for headers in parked)

    assert (found.first_failed_at, found.last_failed_at, found.tries) == (NOW, LATER, 8)
    assert (found.failure, found.words, found.handler) == ("RuntimeError", "pas encore", "keep_place")
    assert (found.event_id, found.mark, found.version) == (EVENT_ID, str(EVENT_ID), 3)
    assert (found.mark, other.mark) == (other.mark, found.mark)
    assert found.parking != other.parking


def test_one_that_its_process_died_over_says_so_whatever_it_failed_of_before() -> None:
    death = {"reason": "delivery_limit", "queue": "billing.events", "count": 1, "time": NOW}
    before = headers_after({}, Failure.of(RuntimeError("avant")), 1, NOW, parks=False)

    found = read("billing.events", a_body(), {**before, "x-death": [death]}, None, LATER)

    assert (found.failure, found.words, found.tries) == (ParkedFailure.DIED, "", 1 + DELIVERY_LIMIT)
    assert found.parking == read("billing.events", a_body(), {"x-death": [death]}, None, LATER).parking


@pytest.mark.parametrize(
    ("reason", "failure"),
    [
        ("unreadable: 3 validation errors for Envelope", ParkedFailure.UNREADABLE),
        ("no user_id: nobody knows whose order it is", ParkedFailure.NO_SENDER),
        ("NotFound({})", "NotFound"),
        ("", ParkedFailure.UNKNOWN),
    ],
)
def test_what_an_earlier_release_parked_is_read(reason: str, failure: str) -> None:
    found = read("billing.events", a_body(), {"x-espace-tries": 8, "x-espace-reason": reason}, None, NOW)

    assert (found.failure, found.words, found.tries) == (failure, reason, 8)
    assert found.first_failed_at == NOW


@given(body=st.binary(max_size=200), sender=st.none() | st.text(max_size=20))
def test_anything_can_be_kept(body: bytes, sender: str | None) -> None:
    found = read("billing.events", body, {}, sender, NOW)

    assert "\0" not in found.body
    assert found.is_text == (b"\0" not in body and _decodes(body))
    assert not found.is_text or found.body.encode() == body
    assert found.type == ""
    assert found.mark == read("billing.events", body, {SENDER: "x"}, sender, NOW).mark


@pytest.mark.parametrize("tries", ["abc", -1, 2**40, None, [1]])
@pytest.mark.parametrize("death", ["abc", [], ["abc"], [{"reason": 1}], 7])
def test_headers_of_a_stranger_stop_nothing(tries: object, death: object) -> None:
    headers = {"x-espace-tries": tries, "x-death": death, "x-espace-first": 3, "x-espace-reason": 4}

    assert read("enrolment.orders", a_body(), headers, "voirie", NOW).tries == 0
    assert tries_in(headers) == 0


def test_what_a_stranger_writes_fits_the_columns() -> None:
    body = a_body(type="t" * 900, subject="s" * 900, correlationid="c" * 900, aggregateversion=2**40)

    found = read("enrolment.orders", body, {}, "voirie", NOW)

    assert (len(found.type), len(found.subject), len(found.correlation_id)) == (200, 200, 100)
    assert (found.version, found.sender) == (None, "voirie")


def test_the_words_of_a_failure_do_not_repeat_what_was_given() -> None:
    with pytest.raises(ValidationError) as refused:
        PlaceUpdated.model_validate({"place_code": {"nom": "Martin"}})
    unique = IntegrityError(
        "INSERT …", {"email": "martin@exemple.test"}, Exception("duplicate key\nDETAIL: Key (email)=(martin)")
    )

    assert "Martin" not in str(refused.value), "errors are logged"
    assert "place_code" in Failure.of(refused.value).words
    assert "Martin" not in Failure.of(refused.value).words
    assert Failure.of(unique) == Failure("IntegrityError", "duplicate key")
    assert len(Failure.of(RuntimeError("x" * 5000)).words) == 500


def _decodes(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
