"""Finds the pages: every module of a package that has a `blueprint` is served under the package's prefix."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

from flask import Blueprint, Flask
from flask_wtf.csrf import CSRFProtect
from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader

from contracts.caller import Kind
from gateway import access
from gateway.navigation import Menus

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Package:
    """A part of the site: where it is served, and to whom."""

    name: str
    prefix: str
    kind: Kind | None = None
    csrf: bool = True


PACKAGES = (
    Package("public", ""),
    Package("citizen", "/mon-espace", Kind.CITIZEN),
    Package("staff", "/agents", Kind.AGENT),
    Package("api", "/api"),
    Package("webhooks", "/webhooks", csrf=False),
)


def register(app: Flask, menus: Menus, csrf: CSRFProtect) -> None:
    """Puts every package on the application."""
    for package in PACKAGES:
        parent = Blueprint(package.name, f"gateway.{package.name}", url_prefix=package.prefix or None)
        if package.kind is not None:
            parent.before_request(access.guard(package.kind))
        for module in modules_of(package.name):
            blueprint: Blueprint | None = getattr(module, "blueprint", None)
            if blueprint is not None:
                parent.register_blueprint(blueprint)
            menus.add(package.name, list(getattr(module, "navigation", [])))
        app.register_blueprint(parent)
        if not package.csrf:
            _exempt(app, csrf, package.name)
    for view in app.view_functions.values():
        if getattr(view, "reads_its_body", False) or getattr(view, "carries_its_own_token", False):
            csrf.exempt(view)


def modules_of(package: str) -> list[ModuleType]:
    """The modules of a package, imported, in the order of their names."""
    names = sorted(found.name for found in iter_modules([str(_HERE / package)]))
    return [import_module(f"gateway.{package}.{name}") for name in names]


def template_loader() -> BaseLoader:
    """`citizen/page.html` is `citizen/templates/page.html`; what all share is in `templates/`."""
    own = {package.name: FileSystemLoader(_HERE / package.name / "templates") for package in PACKAGES}
    library = PackageLoader("govuk_frontend_jinja")
    return ChoiceLoader(
        [FileSystemLoader(_HERE / "templates"), PrefixLoader({**own, "govuk_frontend_jinja": library})]
    )


def _exempt(app: Flask, csrf: CSRFProtect, package: str) -> None:
    """A provider's callback carries a signature instead of our token."""
    for endpoint, view in app.view_functions.items():
        if endpoint.startswith(f"{package}."):
            csrf.exempt(view)
