"""Each image holds the packages that its own code imports: the machine of the tests has everybody's."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SERVICES = ("accounts", "enrolment", "billing", "documents", "gateway")


def imported_by(folder: Path) -> set[str]:
    """The top-level names that the modules below `folder` import, wherever in them."""
    names: set[str] = set()
    for module in folder.rglob("*.py"):
        if "node_modules" in module.parts:
            continue
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Import):
                names.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.partition(".")[0])
    return names


def installed_in(service: str) -> set[str]:
    """The distributions that the image of a service installs, by their normal names."""
    lines = (ROOT / "requirements" / f"{service}.txt").read_text().splitlines()
    return {normal(line.partition("==")[0]) for line in lines if re.match(r"[A-Za-z0-9].*==", line)}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_has_every_package_that_its_code_imports(service: str) -> None:
    from_where = packages_distributions()
    ours = {service, "contracts", "chassis"}
    installed = installed_in(service)
    imported = imported_by(ROOT / "services" / service) | imported_by(ROOT / "services" / "contracts")
    missing = {
        name
        for name in imported - ours - sys.stdlib_module_names
        if not {normal(each) for each in from_where.get(name, [])} & installed
    }
    assert not missing
