"""Style sheet, script, typeface: built with a fingerprint in their names, so that browsers may keep them for ever."""

import json
from pathlib import Path

from flask import Flask, Response, request

_BUILD = Path(__file__).parent / "static" / "build"
_FOR_EVER = "public, max-age=31536000, immutable"


class Assets:
    """Names of built files, from the manifest that the build leaves."""

    def __init__(self, build: Path = _BUILD) -> None:
        self._manifest = build / "manifest.json"
        self._names: dict[str, str] = {}
        self._stamp = 0

    def url(self, name: str) -> str:
        """`site.css` → `/static/build/site-3f2a91c0.css`. Before the first build, the plain name."""
        self._read()
        return "/static/build/" + self._names.get(name, name)

    @property
    def built(self) -> bool:
        """Whether `npm run build` has run."""
        return self._manifest.is_file()

    def _read(self) -> None:
        stamp = self._manifest.stat().st_mtime_ns if self.built else 0
        if stamp != self._stamp:
            self._names = json.loads(self._manifest.read_text()) if stamp else {}
            self._stamp = stamp


def init_app(app: Flask) -> Assets:
    """Gives templates `asset_url` and lets browsers keep what is fingerprinted."""
    assets = Assets()
    app.jinja_env.globals["asset_url"] = assets.url

    @app.after_request
    def keep(response: Response) -> Response:
        if request.path.startswith("/static/build/") and response.status_code == 200:
            response.headers["Cache-Control"] = _FOR_EVER
        return response

    return assets
