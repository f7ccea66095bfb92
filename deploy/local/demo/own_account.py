"""Something to try in « Mon compte »: a telephone being confirmed, its code and its link lying in the mail catcher."""

from uuid import NAMESPACE_URL, uuid5

from contracts.accounts.own_account import AskPhoneChange, MyAccount
from contracts.caller import Caller
from deploy.local.demo.accounts import PASSWORD, Services

NUMBER = "06 39 98 12 34"  # of those kept for fiction


def load(services: Services, parent: Caller) -> None:
    """Once: what waits for its confirmation, or was confirmed since, is left alone."""
    account = services.ask(MyAccount(), parent)
    if account.pending or account.phone:
        return
    command_id = uuid5(NAMESPACE_URL, f"demonstration:phone:{parent.account_id}")
    services.ask(AskPhoneChange(command_id=command_id, password=PASSWORD, phone=NUMBER), parent)
