"""One-time codes: RFC 6238's own values, the window, none twice; the seal around their secrets."""

import base64
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.staff import recovery_codes, totp
from accounts.staff.authenticator_seal import AuthenticatorSeal

RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()
ACCOUNT, OTHER = UUID(int=1), UUID(int=2)
MOMENTS = st.integers(1_600_000_000, 2_800_000_000).map(lambda at: datetime.fromtimestamp(at, UTC))


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_the_codes_are_those_of_the_rfc(seconds: int, code: str) -> None:
    """RFC 6238, appendix B, cut to six digits."""
    at = datetime.fromtimestamp(seconds, UTC)
    assert (totp.code_at(RFC_SECRET, at), totp.find_counter(RFC_SECRET, code, at, 0)) == (
        code,
        seconds // 30,
    )


@given(at=MOMENTS, off=st.integers(-300, 300))
def test_a_telephone_may_be_one_step_off(at: datetime, off: int) -> None:
    step, shown = int(at.timestamp()) // 30, int((at + timedelta(seconds=off)).timestamp()) // 30
    code = totp.code_at(RFC_SECRET, at + timedelta(seconds=off))
    found = totp.find_counter(RFC_SECRET, code, at, 0)
    if abs(shown - step) <= 1:
        assert found == shown
    else:
        assert found is None or totp.code_at(RFC_SECRET, datetime.fromtimestamp(found * 30, UTC)) == code


@given(at=MOMENTS)
def test_a_step_that_served_and_those_before_are_over(at: datetime) -> None:
    step = int(at.timestamp()) // 30
    code = totp.code_at(RFC_SECRET, at)
    found = totp.find_counter(RFC_SECRET, code, at, step)
    assert found is None or found > step


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "\u0661\u0662"])
def test_what_is_no_code_is_refused(typed: str) -> None:
    assert totp.find_counter(RFC_SECRET, typed, datetime(2026, 11, 23, tzinfo=UTC), 0) is None


@given(secret=st.text(max_size=60))
def test_what_was_sealed_for_an_account_opens_for_that_account(secret: str) -> None:
    seal = AuthenticatorSeal("today's, yesterday's")
    sealed = seal.close(ACCOUNT, secret)
    assert seal.open(ACCOUNT, sealed) == secret
    with pytest.raises(LookupError):
        seal.open(OTHER, sealed)
    with pytest.raises(LookupError):
        AuthenticatorSeal("another").open(ACCOUNT, sealed)


@pytest.mark.parametrize("typed", ["", "123456", "7K3M-9DXV-2HTC", "7K3M-9DXV-2HTC-4RW!", "é" * 16])
def test_what_is_no_recovery_code_is_told_from_one(typed: str) -> None:
    assert recovery_codes.read(typed) is None


def test_a_recovery_code_is_read_as_forgivingly_as_a_key() -> None:
    assert recovery_codes.read("7k3m 9dxv–2htc_OrwI") == "7K3M9DXV2HTC0RW1"
