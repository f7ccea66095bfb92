"""How the stack runs the mail catcher."""

from __future__ import annotations

import sys

from deploy.local.probes import answers, listens
from deploy.local.program import Program
from deploy.local.rundir import RunDir
from deploy.local.surroundings import ROOT, inherit_environment


class MailCatcher:
    """SMTP and a page on loopback; messages in the run directory."""

    name = "mail"

    def __init__(self, run_dir: RunDir) -> None:
        self._folder = run_dir.path("mail", "messages")
        self._run_dir = run_dir
        self.smtp_port = run_dir.port("smtp")
        self.page_port = run_dir.port("mail")
        self.pop3_port = run_dir.port("pop3")

    @property
    def url(self) -> str:
        """The form ESPACE_SMTP_URL takes."""
        return f"smtp://127.0.0.1:{self.smtp_port}"

    bounce_address = "retours+{token}@ville.example"
    """The form ESPACE_BOUNCE_ADDRESS takes."""

    @property
    def bounces_url(self) -> str:
        """The form ESPACE_BOUNCES_URL takes."""
        return f"pop3://retours:{self._password}@127.0.0.1:{self.pop3_port}"

    @property
    def _password(self) -> str:
        return self._run_dir.secret("mail-returns")

    @property
    def page_url(self) -> str:
        return f"http://127.0.0.1:{self.page_port}"

    def prepare(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)

    def programs(self) -> list[Program]:
        return [
            Program(
                name=self.name,
                argv=(sys.executable, "-m", "deploy.local.mail"),
                ready=lambda: (
                    listens(self.smtp_port) and listens(self.pop3_port) and answers(self.page_port, "/ready")
                ),
                env={
                    **inherit_environment(),
                    "ESPACE_MAIL_FOLDER": str(self._folder),
                    "ESPACE_MAIL_SMTP_PORT": str(self.smtp_port),
                    "ESPACE_MAIL_PORT": str(self.page_port),
                    "ESPACE_MAIL_POP3_PORT": str(self.pop3_port),
                    "ESPACE_MAIL_POP3_PASSWORD": self._password,
                },
                cwd=ROOT,
                grace=5,
            )
        ]
