"""The proofs of the changes made, as the family reads them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from contracts.caller import Caller
from contracts.enrolment.bookings import BookingProofs, ProofsView, ProofView
from enrolment.household.families import families_of
from enrolment.models import Proof


def list_proofs(session: Session, ask: BookingProofs, caller: Caller) -> ProofsView:
    """The changes of the caller's own families' bookings, and those they made for the child's other home. Newest first.

    What another household did for itself is not among them.
    """
    account_id = caller.citizen()
    own = families_of(session, account_id)
    wanted = select(Proof).where(Proof.family_id.in_(own) | (Proof.account_id == account_id))
    if ask.child_id is not None:
        wanted = wanted.where(Proof.child_id == ask.child_id)
    if ask.before is not None:
        wanted = wanted.where(Proof.proof_number < ask.before)
    found = session.scalars(wanted.order_by(Proof.proof_number.desc()).limit(ask.limit + 1)).all()
    shown = found[: ask.limit]
    return ProofsView(
        proofs=[view_proof(proof) for proof in shown],
        older=shown[-1].proof_number if len(found) > ask.limit else None,
    )


def view_proof(proof: Proof) -> ProofView:
    """A proof, as it is read."""
    return ProofView(
        proof_id=proof.proof_id,
        at=proof.at,
        by=proof.by_name,
        child_name=proof.child_name,
        activity_name=proof.activity_name,
        place_name=proof.place_name,
        day=proof.day,
        slot=proof.slot,
        made=proof.made,
        rule_sentence=proof.rule_sentence,
        closes_at=proof.closes_at,
    )
