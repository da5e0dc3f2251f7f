"""Readable names of columns and rows."""

from __future__ import annotations

import pandas as pd

from allocator.formulation.index import Index


def readable(keys: pd.DataFrame, index: Index) -> list[str]:
    """Keys joined by commas, row numbers replaced by the ids they stand for."""
    labels = {
        "project": index.projects["project_id"], "item": index.items["item_id"], "estate": index.estates["estate_id"],
        "pool": index.pools.table["pool"], "area": index.case.register.areas["area"],
    }  # fmt: skip
    shown = [
        (keys[c].map(labels[c]) if c in labels and pd.api.types.is_integer_dtype(keys[c]) else keys[c]).astype(str)
        for c in keys.columns
    ]
    return [",".join(row) for row in zip(*shown, strict=True)] if shown else [""] * len(keys)
