"""What a document may be called: a name shows as it is written, is no path, and ends as what the file is.

Marks that turn the direction of writing make « facture », mark, « gpj.exe » look like a picture; invisible ones make
two names look the same. They are taken out; accents, apostrophes, other scripts stay.
"""

import re

from gateway.forms.fields import tidy
from gateway.vault.media import Media

LONGEST_NAME = 120
_FORBIDDEN = re.compile(r"[/\\:*?\"<>|]+")  # in file names, by one system or another
_SPACES = re.compile(r"\s+")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_KNOWN_ENDS = re.compile(r"(\.(jpe?g|png|heic|heif|pdf))+$", re.IGNORECASE)


def clean_name(name: str) -> str:
    """The name on one line, without control characters, direction marks and invisible ones, cut where too long."""
    return tidy(_SPACES.sub(" ", tidy(name))[:LONGEST_NAME])


def bare_name(path: str) -> str:
    """The name of a file as a browser sends it. Some send a whole path; only its end is a name."""
    return clean_name(path.replace("\\", "/").rpartition("/")[2])


def fitting(name: str, media: Media) -> str:
    """A file's own name, ending as what the file is where it ended as something else we know."""
    bare = _KNOWN_ENDS.sub("", name)
    return file_name(bare, media) if bare != name and bare else name


def file_name(name: str, media: Media) -> str:
    """What the downloaded file is called: the document's name, ending as what it is, whatever it ended as."""
    safe = _SPACES.sub(" ", _FORBIDDEN.sub(" ", clean_name(name))).strip(" .")
    known = {".jpg", ".jpeg"} if media is Media.JPEG else {media.extension}
    if not any(safe.lower().endswith(each) for each in known):
        safe = _KNOWN_ENDS.sub("", safe).strip(" .")
        safe = (safe or "document") + media.extension
    return f"_{safe}" if _RESERVED.match(safe) else safe
