"""What differs between one installation and the next, read from the environment (`ESPACE_…`)."""

from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every setting of every process. A process reads only its own; asking for one that is not set says which."""

    model_config = SettingsConfigDict(env_prefix="ESPACE_", frozen=True, extra="ignore")

    amqp_url: str = ""
    database_url: str = ""
    s3_url: str = ""
    smtp_url: str = ""
    mail_from: str = "Espace Citoyens <ne-pas-repondre@localhost>"
    sms_address: str = ""
    """The mail address that becomes a text message: `{number}@sms.example`; empty, and none are sent."""
    bounce_address: str = ""
    """Whom undelivered mail comes back to, `retours+{token}@ville.fr`; empty: the sender."""
    bounces_url: SecretStr = SecretStr("")
    """The mailbox where it lands, pop3s://user:password@host; empty: nobody looks."""
    public_url: str = "http://127.0.0.1:8600"
    stripe_url: str = "https://api.stripe.com"
    stripe_key: SecretStr = SecretStr("")
    stripe_webhook_secret: SecretStr = SecretStr("")
    payfip_clients: str = ""
    """Funds paid through PayFiP, each with its client number (NUMCLI): `ENF=012345 CAN=012346`; others go to Stripe."""
    payfip_url: str = "https://www.payfip.gouv.fr/tpa/services/securite"
    payfip_page_url: str = "https://www.payfip.gouv.fr/tpa/paiementws.web"
    payfip_mode: str = "T"
    """T: trials, no money; X: the one payment that activates a contract; W: in service."""
    payfip_mail: str = ""
    """The fund's own address, given to PayFiP where the payer's is not known."""
    sepa_creditors: str = ""
    """Funds that collect by direct debit, `ENF=ICS,IBAN,BIC` each; a fourth part is the notice in days (usually 14)."""
    debits_key: SecretStr = SecretStr("")
    """Seals the account numbers of mandates, and the banks' files."""
    secret_key: SecretStr = SecretStr("")
    activation_pepper: SecretStr = SecretStr("")
    second_factor_key: SecretStr = SecretStr("")
    requests_key: SecretStr = SecretStr("")
    health_key: SecretStr = SecretStr("")
    clamd_url: str = ""
    api_particulier_url: str = ""
    api_particulier_token: SecretStr = SecretStr("")
    api_particulier_recipient: str = ""
    clock_file: Path | None = None
    metrics_port: int = 0
    metrics_address: str = "127.0.0.1"
    rpc_timeout: float = 5.0
    fact_delays: tuple[int, ...] = (2, 15, 60, 300)
    fact_tries: int = 8
    max_workers: int = 10
    log_format: str = "console"

    def need(self, name: str) -> str:
        """The setting as text. Raises LookupError naming the variable when it is empty."""
        value: Any = getattr(self, name)
        text = value.get_secret_value() if isinstance(value, SecretStr) else str(value or "")
        if not text:
            raise LookupError(f"ESPACE_{name.upper()} is not set")
        return text
