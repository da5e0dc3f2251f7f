"""How a run stands: which draft it is, what it follows, who approved it; for heads, signature lines and properties."""

from __future__ import annotations

from collections.abc import Mapping

from allocator.inputs.schemas.draft import Draft
from allocator.plan.run_folder import Run
from allocator.plan.seal import SHORT, Approval, Seal, read_seal
from allocator.reporting.audience import PUBLIC
from allocator.reporting.speaker import TO_SIGN, Speaker


def approval_of(run: Run) -> tuple[Approval | None, str]:
    """Approval of a run and its short hash, from its seal; before it is sealed, from the manifest and without hash.

    Raises
    ------
    ScenarioError
        When the seal is damaged.
    """
    seal: Seal | None = read_seal(run.path)
    if seal:
        return seal.approval, seal.short
    told = run.manifest.get("approval")
    return (Approval(**told), "") if isinstance(told, Mapping) else (None, "")


def standing_text(f: Speaker, run: Run) -> str:
    """Version, parent, approval and hash in one line; "" for a run that is neither a draft nor approved.

    A priced list says that it is one, and no proposal, to everybody.

    The public is told version, document, date and hash, but no parent and no names.
    """
    draft: Draft | None = run.case.scenario.draft
    approval, short = approval_of(run)
    is_public = f.audience == PUBLIC
    parts = [f.say("evaluate", "mark", **_counts(listed))] if (listed := run.manifest.get("evaluation")) else []
    version = (approval.version if approval else "") or (draft.version if draft else "")
    if version:
        parts.append(f.say("versions", version))
    if draft and draft.document and not (approval and approval.document == draft.document):
        parts.append(draft.document)
    if draft and draft.parent and not is_public:
        parts.append(f.say("words", "follows", run=draft.parent.run, hash=draft.parent.hash[:SHORT]))
    if approval:
        key = "approved_in_public" if is_public else "approved"
        parts.append(f.say("words", key, by=approval.approved_by, document=approval.document, date=approval.date))
    if short:
        parts.append(f.say("words", "seal", hash=short))
    return " · ".join(parts)


def _counts(listed: object) -> dict[str, object]:
    """Name, broken rules and excused projects of a priced list, as its manifest tells them."""
    told = listed if isinstance(listed, Mapping) else {}
    return {"list": told.get("list", ""), **{key: len(told.get(key) or ()) for key in ("breaches", "excused")}}


def signature_text(f: Speaker, run: Run) -> str:
    """The signature line, with the names the draft gives; blanks to sign where it gives none, and for the public."""
    draft = run.case.scenario.draft
    named = draft if draft and f.audience != PUBLIC else None
    approval, _short = approval_of(run)
    head = named.approved_by if named else ""
    if approval and f.audience != PUBLIC and not head:
        head = approval.approved_by
    names = {
        "head": head, "reviewer": named.reviewed_by if named else "", "writer": named.prepared_by if named else "",
    }  # fmt: skip
    return f.say("words", "signature", **{key: name or TO_SIGN for key, name in names.items()})
