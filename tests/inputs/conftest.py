"""Messages in English, so that tests can state them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from allocator.errors import ScenarioError
from allocator.i18n import use_language
from allocator.inputs.load import load
from tests.worlds import write_world


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """English messages during a test, Chinese ones after it."""
    use_language("en")
    yield
    use_language("zh")


@pytest.fixture
def refusal(tmp_path: Path) -> Callable[..., str]:
    """Text of the error that a world with the given files is refused with."""

    def text(**files: object) -> str:
        with pytest.raises(ScenarioError) as caught:
            load(write_world(tmp_path, **files))  # type: ignore[arg-type]
        return str(caught.value)

    return text
