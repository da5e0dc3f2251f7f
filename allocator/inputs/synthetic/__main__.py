"""``python -m allocator.inputs.synthetic EXTENT.yaml REGISTER.xlsx`` makes a calibrated register again."""

from __future__ import annotations

import argparse
from pathlib import Path

from allocator.inputs.schemas.scenario import Money
from allocator.inputs.synthetic import calibrated_register
from allocator.inputs.write_register import write_xlsx


def main() -> None:
    """Read the two paths from the command line and write the workbook."""
    parser = argparse.ArgumentParser(prog="python -m allocator.inputs.synthetic", description=__doc__)
    parser.add_argument("extent", type=Path, help="YAML file that states size, totals and seed")
    parser.add_argument("register", type=Path, help="workbook to write")
    given = parser.parse_args()
    write_xlsx(calibrated_register(given.extent), given.register, Money())


if __name__ == "__main__":
    main()
