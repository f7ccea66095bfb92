"""A « PES Aller » of receipts, written: the file by which a town tells Hélios what is to be collected, or no longer.

The structure is that of the public schema of the protocole d'échange standard, version 2 (arrêté of 3 August 2011,
CGCT D1617-23): an envelope, a heading that names the accountant and the budget, one bordereau, its pieces, their
lines, each with its debtor. What this portal writes of it is held to `pes_recette.xsd`. The triplets (type of the
bordereau, of the piece, its nature) are 06-15-01 for a rôle of several claims (ORMC), 01-01-01 for ordinary titles,
02-02-06 for what annuls or reduces a title of the year.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import quoteattr

from billing.treasury.claims import Line, control_letter
from contracts.billing.treasury import ClaimForm, ClaimKind

ENCODING = "iso-8859-1"
_ALLER = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"
_ROLE_NATURE = "588"
_FILES = {ClaimForm.ROLE: "PESORMC", ClaimForm.TITLES: "PESALR2"}
_TRIPLETS = {
    (ClaimKind.CLAIMS, ClaimForm.ROLE): ("06", "15", "01"),
    (ClaimKind.CLAIMS, ClaimForm.TITLES): ("01", "01", "01"),
    (ClaimKind.REDUCTIONS, ClaimForm.TITLES): ("02", "02", "06"),
}


@dataclass(frozen=True)
class Sender:
    """Who tells whom: the accountant's post, the town, its budget."""

    post: str
    siret: str
    collectivity: str
    budget: str
    budget_name: str
    product: str
    till: str = ""


@dataclass(frozen=True)
class Slip:
    """The bordereau. `cents`: the sum of its pieces, without a sign."""

    kind: ClaimKind
    form: ClaimForm
    year: int
    number: int
    on: date
    pieces: int
    cents: int
    subject: str


@dataclass(frozen=True)
class Debtor:
    """A natural person and their address, spelt as `text.postal` does."""

    title: str
    last_name: str
    first_name: str
    others: str
    street: str
    postcode: str
    city: str
    reference: str


@dataclass(frozen=True)
class Origin:
    """The title, or the article of a rôle, that a reducing piece is about."""

    year: int
    slip: int
    number: int


@dataclass(frozen=True)
class Piece:
    """A claim or what lowers one. `debt`: the invoice's number in figures; `period`: how often it was claimed."""

    number: int
    subject: str
    debt: str
    period: int
    debtor: Debtor
    lines: tuple[Line, ...]
    origin: Origin | None = None


def file_name(sender: Sender, form: ClaimForm, on: date, place: int) -> str:
    """`PESALR2_21260281300015_261126_001.xml`: the kind of file, the town, the day, its place in the day."""
    return f"{_FILES[form]}_{sender.siret}_{on:%y%m%d}_{place:03d}.xml"


def written(sender: Sender, name: str, slip: Slip, pieces: Iterable[Piece]) -> Iterator[bytes]:
    """The file, piece after piece."""
    yield "".join(_beginning(sender, name, slip)).encode(ENCODING)
    for piece in pieces:
        yield "".join(_piece(sender, slip, piece)).encode(ENCODING)
    yield b"</Bordereau>\n</PES_RecetteAller>\n</n:PES_Aller>\n"


def _beginning(sender: Sender, name: str, slip: Slip) -> Iterator[str]:
    slip_type = _TRIPLETS[slip.kind, slip.form][0]
    yield f'<?xml version="1.0" encoding="ISO-8859-1"?>\n<n:PES_Aller xmlns:n="{_ALLER}">\n'
    yield f"<Enveloppe><Parametres>{_v('Version', 2)}{_v('TypFic', _FILES[slip.form])}{_v('NomFic', name)}</Parametres>"
    yield f"<Emetteur>{_v('Sigle', 'Espace Citoyens')}{_v('Adresse', sender.budget_name)}</Emetteur></Enveloppe>\n"
    yield f"<EnTetePES>{_v('DteStr', slip.on)}{_v('IdPost', sender.post)}{_v('IdColl', sender.siret)}"
    yield f"{_v('CodCol', sender.collectivity)}{_v('CodBud', sender.budget)}"
    yield f"{_v('LibelleColBud', sender.budget_name)}</EnTetePES>\n"
    yield f"<PES_RecetteAller>\n<EnTeteRecette>{_v('IdVer', 2)}{_v('InfoDematerialisee', 0)}</EnTeteRecette>\n"
    yield f"<Bordereau>\n<BlocBordereau>{_v('Exer', slip.year)}{_v('IdBord', slip.number)}{_v('DteBordEm', slip.on)}"
    yield f"{_v('TypBord', slip_type)}{_v('NbrPce', slip.pieces)}{_v('MtBordHt', _euros(slip.cents))}"
    yield f"{_v('Objet', slip.subject) if slip.form is ClaimForm.ROLE else ''}</BlocBordereau>\n"


def _piece(sender: Sender, slip: Slip, piece: Piece) -> Iterator[str]:
    _, kind, nature = _TRIPLETS[slip.kind, slip.form]
    yield f"<Piece>\n<BlocPiece>{_v('IdPce', piece.number)}{_v('TypPce', kind)}{_v('NatPce', nature)}"
    yield _v("ObjPce", piece.subject)
    if slip.form is ClaimForm.ROLE:
        letter = control_letter(slip.year, piece.period, piece.debt)
        yield f"{_v('NumDette', piece.debt)}{_v('Per', piece.period)}{_v('Cle2', letter)}"
    yield "</BlocPiece>\n"
    for line in piece.lines:
        yield from _line(sender, slip, piece, line)
    yield "</Piece>\n"


def _line(sender: Sender, slip: Slip, piece: Piece, line: Line) -> Iterator[str]:
    account = _ROLE_NATURE if slip.form is ClaimForm.ROLE else line.account
    yield f"<LigneDePiece><BlocLignePiece><InfoLignePiece>{_v('IdLigne', line.number)}"
    yield f"{_v('ObjLignePce', piece.subject)}{_v('CodProdLoc', sender.product)}{_v('Nature', account)}"
    yield f"{_v('Majo', 0)}{_v('TvaIntraCom', 0)}{_v('MtHT', _euros(abs(line.cents)))}</InfoLignePiece>"
    if piece.origin is not None:
        origin = piece.origin
        yield f"<RattachPiece>{_v('NatPceOrig', '01')}{_v('ExerRat', origin.year)}"
        yield f"{_v('IdPceOrig', origin.number)}{_v('IdLigneOrig', line.number)}</RattachPiece>"
    if sender.till:
        yield f"<LiensIdent>{_v('IdRegie', sender.till)}</LiensIdent>"
    yield "</BlocLignePiece>\n"
    yield from _debtor(piece.debtor)
    yield "</LigneDePiece>\n"


def _debtor(who: Debtor) -> Iterator[str]:
    # A natural person (category 01), « particulier » (nature 01), the main debtor (type 01).
    yield f"<Tiers><InfoTiers>{_v('RefTiers', who.reference)}{_v('CatTiers', '01')}{_v('NatJur', '01')}"
    yield f"{_v('TypTiers', '01')}{_v('Civilite', who.title)}{_v('Nom', who.last_name)}"
    yield f"{_v('ComplNom', who.others) if who.others else ''}{_v('Prenom', who.first_name)}</InfoTiers>"
    yield f"<Adresse>{_v('TypAdr', 1)}{_v('Adr2', who.street)}{_v('CP', who.postcode)}{_v('Ville', who.city)}"
    yield f"{_v('CodRes', 0)}</Adresse></Tiers>"


def _v(name: str, value: object) -> str:
    return f"<{name} V={quoteattr(str(value))}/>"


def _euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
