"""Golden rows of the family that a test file is named after."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import goldens
from tests.solved import ALL, formulated


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Compare the rows of a hand-worked case with its section of the family's golden file.

    The test file lists its cases in ``CASES``; sections of other cases leave the file with ``--update-golden``.
    """
    family = Path(request.node.path).stem.removeprefix("test_")

    def check(name: str) -> None:
        found, kept = [ALL[name].why, *goldens.rows_of(formulated(name), family)], goldens.sections(family)
        if request.config.getoption("--update-golden"):
            content = {**kept, name: found}
            goldens.write(family, {case: content[case] for case in request.module.CASES if case in content})
        else:
            assert found == kept.get(name), "rows changed: look, then --update-golden"

    return check
