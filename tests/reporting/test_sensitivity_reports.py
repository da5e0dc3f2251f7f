"""Workbook and page of a sensitivity: their figures are those of the runs, and what is within the gaps is grey."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from allocator.analysis.sensitivity import Sensitivity, gathered
from allocator.analysis.sensitivity_frames import Solved
from allocator.analysis.variants import NamedVariant
from allocator.plan.run_folder import Run
from allocator.reporting.sensitivity_charts import WITHIN, ladder, tornados
from allocator.reporting.sensitivity_reports import PAGE, WORKBOOK, failed, findings, write_sensitivity
from allocator.reporting.varied import varied


def with_points(run: Run, factor: float) -> Run:
    """``run`` as if its points were ``factor`` times as many, proved to within a thousandth."""
    manifest: dict[str, Any] = dict(run.manifest)
    goals = [dict(goal) for goal in manifest["goals"]]
    for goal in goals:
        if goal["id"] == "points":
            goal["value"] *= factor
            goal["bound"] = goal["value"] * 1.001
    return replace(run, manifest={**manifest, "goals": goals})


@pytest.fixture(scope="module")
def found(run: Run) -> Sensitivity:
    """Less of a source, which matters; dearer works, which may not; gates that fail; a ladder of two rungs."""

    def solved(name: str, dimension: str, level: str, factor: float | None, subject: str = "") -> Solved:
        variant = NamedVariant(name, dimension, subject, Decimal(level))
        if factor is None:
            return Solved(variant, "failed", "<script>alert(1)</script>", 1.0, None)
        return Solved(variant, "done", "", 1.0, with_points(run, factor))

    return gathered(
        run,
        [
            solved("limits-central-0.8", "limits", "0.8", 0.7, "central"),
            solved("price_index-1.1", "price_index", "1.1", 0.998),
            solved("gates_slip-1", "gates_slip", "1", None), solved("ladder-1.2", "ladder", "1.2", 1.5),
        ],
    )  # fmt: skip


def cells(path: Path, sheet: str) -> list[list[Any]]:
    """Values of a sheet."""
    return [[cell.value for cell in row] for row in openpyxl.load_workbook(path)[sheet].iter_rows()]


def test_the_workbook_has_the_figures_of_the_runs(found: Sensitivity, tmp_path: Path) -> None:
    """Points of each variant, and grey rows where the gaps may explain the difference; nothing is a formula."""
    write_sensitivity(found, tmp_path)
    book = openpyxl.load_workbook(tmp_path / WORKBOOK["zh"])
    sheet = book["变体总表"]
    by_name = {str(row[1].value): row for row in sheet.iter_rows() if row[1].value}
    effects = found.frames["effects"]
    points = effects[effects["measure"] == "points"].set_index("id")["value"]
    assert by_name["中央补助资金 −20%"][4].value == pytest.approx(points["limits-central-0.8"])
    grey = [name for name, row in by_name.items() if row[4].font.color and row[4].font.color.rgb == "FF8A8F98"]
    assert grey == ["造价 +10%"]
    assert "求解失败" in str(by_name["前置条件推迟 1 年"][2].value)
    assert [cell.coordinate for page in book for row in page.iter_rows() for cell in row if cell.data_type == "f"] == []


def test_the_page_says_what_matters_and_escapes_the_rest(found: Sensitivity, tmp_path: Path, language: str) -> None:
    """The greatest effect, what more money wins, the failed variant with its reason, the charts; no markup of data."""
    write_sensitivity(found, tmp_path, language)
    text = (tmp_path / PAGE).read_text(encoding="utf-8")
    seen = varied(found, language)
    for sentence in (*findings(seen), *failed(seen)):
        assert sentence.replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#39;") in text
    assert len(findings(seen)) == 2
    assert "<script>alert" not in text
    assert text.count("<svg") == len(tornados(seen)) + 1


def test_a_bar_is_as_long_as_its_effect_and_grey_within_the_gaps(found: Sensitivity) -> None:
    """Of the base's points three tenths are lost with the source, two thousandths with the price."""
    points = tornados(varied(found, "zh"))[0]
    source, price = points.bars
    assert source.width / price.width == pytest.approx(0.3 / 0.002)
    assert (price.colour, source.colour == WITHIN) == (WITHIN, False)
    assert source.x + source.width == pytest.approx(points.axis)


def test_the_ladder_climbs_with_the_points(found: Sensitivity) -> None:
    """Two rungs, the higher one further up, each with its bound above it."""
    chart = ladder(varied(found, "zh"))
    assert chart is not None
    (low, high), bounds = chart.dots, chart.bounds
    assert (low.x < high.x, low.y > high.y) == (True, True)
    assert all(bound.y <= dot.y for bound, dot in zip(bounds, chart.dots, strict=True))
