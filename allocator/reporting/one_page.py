"""What the one-page sheet has besides tables: status, key figures, risks."""

from __future__ import annotations

from allocator.reporting.figures import Figures
from allocator.reporting.sheets import SheetWriter
from allocator.reporting.views.summary import key_figures, risks


def headline(writer: SheetWriter, f: Figures) -> None:
    """Status line and a row of boxes with the key figures."""
    writer.across(" · ".join((f.status_text(), f.gap_text(), f.audit_text())), "status", height=22)
    figures = key_figures(f)
    columns = len(writer.widths)
    share, extra = divmod(columns, len(figures))
    starts = [position * share + min(position, extra) for position in range(len(figures) + 1)]
    writer.sheet.set_row(writer.line, 16)
    for figure, start, end in zip(figures, starts, starts[1:], strict=False):
        unit = f"({figure.unit})" if figure.unit else ""
        writer.span(start, end - start, figure.name + unit, "figure_name")
    writer.line += 1
    writer.sheet.set_row(writer.line, 24)
    for figure, start, end in zip(figures, starts, starts[1:], strict=False):
        writer.span(start, end - start, figure.value, "figure_alarm" if figure.is_alarming else "figure")
    writer.line += 1


def risk_lines(writer: SheetWriter, f: Figures) -> None:
    """Risks and notes, numbered."""
    writer.gap()
    writer.sheet.set_row(writer.line, 22)
    writer.span(0, len(writer.widths), f.say("one_page", "risks"), "heading")
    writer.line += 1
    for number, sentence in enumerate(risks(f) or [f.say("words", "none")], start=1):
        writer.across(f"{number}. {sentence}", "line")
