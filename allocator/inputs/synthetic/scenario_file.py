"""The scenario file of a synthetic city."""

from __future__ import annotations

import json

from allocator.inputs.synthetic.recipe import Extent, Recipe

TEMPLATE = """\
# 演示数据:由程序按固定种子生成,不代表任何真实小区、单位或个人。
# Synthetic data, made by the program from a fixed seed; no real estate, body or person.
id: {id}
label: {{zh: {zh}, en: {en}}}
synthetic: true
description: {description}
filled_in_by: {filled_in_by}
policy_model: {policy_model}
register: {register}
counties: {counties}
horizon: {{first: {first}, last: {last}, payments_until: {until}}}
as_of: {as_of}
spend_profile: [{profile}]
"""


def scenario_text(extent: Extent, recipe: Recipe, register: str) -> str:
    """YAML text of the scenario; ``register`` is the file or folder beside it."""
    years = recipe.scenario
    last = years.first + years.start_years - 1
    quoted = {
        "id": extent.id,
        "zh": extent.zh,
        "en": extent.en,
        "description": f"演示数据,种子 {extent.seed}",
        "filled_in_by": "演示数据",
        "counties": [county.id for county in extent.counties],
    }
    return TEMPLATE.format(
        **{key: json.dumps(value, ensure_ascii=False) for key, value in quoted.items()},
        policy_model=recipe.policy_model,
        register=register,
        first=years.first,
        last=last,
        until=last + len(years.spend_profile) - 1,
        as_of=years.as_of.isoformat(),
        profile=", ".join(str(share) for share in years.spend_profile),
    )
