"""A started estate reaches the community minimum."""

from __future__ import annotations

import numpy as np

from allocator.formulation.columns import Columns
from allocator.formulation.costs import done
from allocator.formulation.index import Index
from allocator.formulation.rows import Rows, make_rows, term
from allocator.inputs.schemas.base import in_force


def complete_community(index: Index, columns: Columns) -> tuple[Rows, ...]:
    r"""Require the community minimum of every started estate.

    .. math:: \sum_{k \text{ community}, t} act_{k,t} \ge (minimum - existing_i) \sum_t start_{p(i),t}

    Estates that have enough already get no row. Needed works of a class with ``always_needed`` are required items and
    come with the start by definition. Source: policy ``community`` (不打造完整社区不改造); formulation.md,
    complete_community.
    """
    community = index.case.policy.community
    if community is None or in_force((community,), index.case.scenario.as_of) is None:
        return ()
    missing = community.minimum - index.estates["community_facilities"].astype(np.int64)
    short = index.estates.assign(missing=missing)[missing > 0]
    keys = short[["project", "missing"]].reset_index(names="estate")
    works = done(index, columns)
    works = works[works["item"].map(index.items["community"])]
    works = works.assign(estate=works["item"].map(index.items["estate"]))
    started = keys.merge(columns["start"], on="project")
    started["missing"] = -started["missing"].astype(float)
    terms = [term(works[["estate", "col"]], 1.0), term(started[["estate", "col", "missing"]], "missing")]
    return (make_rows("complete_community", keys[["estate"]], terms, lower=0.0),)
