"""Accounts answers: see `contracts.accounts` for what each question and command means, `entries` for who takes it."""

from accounts.entries.accesses import AccessDesk
from accounts.entries.agents import AgentDesk
from accounts.entries.certification import CertificationDesk
from accounts.entries.changes import ChangeDesk
from accounts.entries.consents import ConsentDesk
from accounts.entries.custody import CustodyDesk
from accounts.entries.families import FamilyDesk
from accounts.entries.federation import FederationDesk
from accounts.entries.health import HealthDesk
from accounts.entries.identity import IdentityDesk
from accounts.entries.imports import ImportDesk
from accounts.entries.keys import KeyDesk
from accounts.entries.mail import MailDesk
from accounts.entries.notices import NoticeDesk
from accounts.entries.own_account import OwnAccountDesk
from accounts.entries.own_data import OwnDataDesk
from accounts.entries.passkeys import PasskeyDesk
from accounts.entries.quotients import QuotientDesk
from accounts.entries.request_notices import RequestNoticeDesk
from accounts.entries.upkeep import Upkeep
from chassis.parking import ParkingDesk


class AccountsService(
    ImportDesk,
    KeyDesk,
    FamilyDesk,
    ChangeDesk,
    ConsentDesk,
    CertificationDesk,
    HealthDesk,
    IdentityDesk,
    AgentDesk,
    AccessDesk,
    MailDesk,
    NoticeDesk,
    RequestNoticeDesk,
    CustodyDesk,
    PasskeyDesk,
    FederationDesk,
    QuotientDesk,
    OwnAccountDesk,
    OwnDataDesk,
    Upkeep,
    ParkingDesk,
):
    """The service, whole: one class per matter."""

    name = "accounts"
