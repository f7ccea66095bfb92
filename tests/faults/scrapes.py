"""What Prometheus and a load balancer see of a process."""

import json
import re
import urllib.error
import urllib.request
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

from tests.providers.system import Town

_TYPE = re.compile(r"^# TYPE (\S+) (\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Scrape:
    """One reading of /metrics. `names`: every name that may be asked for, samples or not yet."""

    names: frozenset[str]
    samples: tuple[tuple[str, dict[str, str], float], ...]

    def value(self, name: str, **labels: str) -> float | None:
        """The sum of the samples that bear these labels; None when there is none."""
        found = [
            value for each, borne, value in self.samples if each == name and labels.items() <= borne.items()
        ]
        return sum(found) if found else None

    def labels(self, name: str) -> set[str]:
        """The names of the labels that samples of a metric bear."""
        return {label for each, borne, _ in self.samples if each == name for label in borne}


def scrape(town: Town, process: str) -> Scrape:
    """Reads a process's metrics."""
    text = fetch(f"{town.metrics_url(process)}/metrics")[1]
    names = set()
    for name, kind in _TYPE.findall(text):
        suffixes = {"histogram": ("_bucket", "_count", "_sum")}.get(kind, ("",))
        names.update(name + suffix for suffix in suffixes)
    samples = tuple(
        (sample.name, dict(sample.labels), sample.value)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    )
    return Scrape(frozenset(names) | {name for name, _, _ in samples}, samples)


def probe(town: Town, process: str, which: str) -> tuple[int, dict[str, str]]:
    """(status, {part: "ok" or why not}) of /health/live or /health/ready."""
    status, text = fetch(f"{town.metrics_url(process)}/health/{which}")
    return status, json.loads(text)


def fetch(url: str) -> tuple[int, str]:
    """Status and body, whatever the status."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read().decode()
