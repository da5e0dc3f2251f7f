"""The hand-in set: the forms in ``reports/forms`` as one workbook, or as one per county."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from allocator.analysis.compare import compare_runs
from allocator.errors import Problem, ScenarioError
from allocator.files import file_names
from allocator.i18n import _
from allocator.plan.run_folder import Run
from allocator.reporting.audience import Audience
from allocator.reporting.compared import compared
from allocator.reporting.figures import Figures, figures
from allocator.reporting.layout import FormLayout, load_forms
from allocator.reporting.views.comparison_views import COMPARISON_VIEWS
from allocator.reporting.workbook import Part, write_parts

SUBMITTED: Audience = "上报"
"""Whom forms are for when nobody says otherwise."""


def write_forms(
    run: Run,
    folder: Path,
    language: str = "zh",
    audience: Audience = SUBMITTED,
    *,
    wanted: Sequence[str] = (),
    per_county: bool = False,
    against: Run | None = None,
) -> list[Path]:
    """Write forms of ``run`` to ``folder``; older files of the same names are replaced.

    Parameters
    ----------
    wanted
        Ids of forms; none means all that ``audience`` may see.
    per_county
        One file for each county, with its figures alone, instead of one for the whole city. What compares two runs is
        about the whole city, and has a file of its own then.
    against
        Run that ``run`` is compared with (上稿). Without it there is no form that compares.

    Raises
    ------
    ScenarioError
        When a form is not there, is not for the audience, or compares and there is nothing to compare with.
    AllocatorError
        When one of the files is open in another program.
    """
    forms = _chosen(wanted, audience, compares=against is not None)
    own, comparing = [f for f in forms if not f.compares], [f for f in forms if f.compares]
    whole = figures(run, language, audience)
    parts = _comparison(run, against, whole, comparing) if against and comparing else []
    files: list[tuple[str, list[Part]]] = []
    if per_county and own:
        counties = run.case.scenario.counties
        seen = [figures(run, language, audience, county) for county in counties]
        files = [(_title(f.county, own, f), [Part(f, _for_county(own))]) for f in seen]
        files += [(_title(whole.say("words", "city"), comparing, whole), parts)] if parts else []
    else:
        files = [(_title(whole.say("words", "city"), forms, whole), [Part(whole, own), *parts])]
    names = file_names([name for name, _parts in files])
    return [write_parts(content, folder / f"{name}.xlsx") for name, (_name, content) in zip(names, files, strict=True)]


def _chosen(wanted: Sequence[str], audience: Audience, *, compares: bool) -> list[FormLayout]:
    forms = load_forms()
    known = {form.id: form for form in forms}
    problems = []
    for name in wanted:
        form = known.get(name)
        if form is None:
            cure = _("name one of: {names}").format(names=", ".join(known))
            problems.append(Problem("--form", _("there is no form {found!r}").format(found=name), cure))
        elif not form.tables_for(audience):
            finding = _("the form {name} is not for the audience {audience}").format(name=name, audience=audience)
            cure = _("choose another audience, or add this one to its layout in reports/forms")
            problems.append(Problem("--form", finding, cure))
        elif form.compares and not compares:
            finding = _("the form {name} compares two runs").format(name=name)
            problems.append(Problem("--form", finding, _("name the other run: --against RUN")))
    if problems:
        raise ScenarioError(problems)
    chosen = [form for form in forms if form.tables_for(audience) and (compares or not form.compares)]
    return [form for form in chosen if not wanted or form.id in wanted]


def _for_county(forms: Sequence[FormLayout]) -> list[FormLayout]:
    """Forms without the tables that only make sense for the whole city."""
    return [form.model_copy(update={"tables": tuple(t for t in form.tables if not t.city_only)}) for form in forms]


def _comparison(run: Run, against: Run, whole: Figures, forms: Sequence[FormLayout]) -> list[Part]:
    seen = replace(compared(compare_runs([against, run]), whole.language), audience=whole.audience)
    return [Part(seen, forms, COMPARISON_VIEWS)]


def _title(place: str, forms: Sequence[FormLayout], f: Figures) -> str:
    """Place, what is in the file, and for whom, where that is not the usual reader."""
    everything = [form for form in load_forms() if form.tables_for(f.audience) and not form.compares]
    is_whole = len(forms) > 1 and {form.id for form in everything} <= {form.id for form in forms}
    names = f.say("words", "list_sep").join(form.name.text(f.language) for form in forms)
    what = f.say("words", "all_forms") if is_whole else names
    return "-".join([place, what] + ([f.audience] if f.audience != SUBMITTED else []))
