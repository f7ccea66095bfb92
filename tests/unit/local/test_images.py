"""Each image holds the packages that its own code imports: the machine of the tests has everybody's."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SOURCES = ROOT / "services"
SERVICES = ("accounts", "enrolment", "billing", "documents", "gateway")


def imported_by(service: str) -> set[str]:
    """The top-level names that a service's modules import, and those of the contracts that they use."""
    waiting = [path for path in (SOURCES / service).rglob("*.py") if "node_modules" not in path.parts]
    read: set[Path] = set()
    names: set[str] = set()
    while waiting:
        module = waiting.pop()
        if module in read:
            continue
        read.add(module)
        for name in imports_of(module):
            names.add(name.partition(".")[0])
            if name.startswith("contracts."):
                waiting += [path for path in places_of(name) if path.exists()]
    return names


def imports_of(module: Path) -> set[str]:
    """The dotted names that a module imports, wherever in it; of `from a import b` both `a` and `a.b`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def places_of(name: str) -> tuple[Path, Path]:
    """Where the module or the package of that name would lie."""
    path = SOURCES.joinpath(*name.split("."))
    return path.with_suffix(".py"), path / "__init__.py"


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
    missing = {
        name
        for name in imported_by(service) - ours - sys.stdlib_module_names
        if not {normal(each) for each in from_where.get(name, [])} & installed
    }
    assert not missing
