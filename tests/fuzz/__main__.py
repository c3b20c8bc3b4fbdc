"""``make fuzz``: thousands of spoilt inputs over the parsers of all sources, and a table of what came of them.

    python -m tests.fuzz [--count 10000] [--whole 200] [--parse 0] [--seed 1] [--only SOURCE] [--number N]

Each input is made from the seed and its number alone, so that any can be had again: ``--only SOURCE --number N``.
"""

from __future__ import annotations

import argparse
import sys

from tests.fuzz import campaign


def main() -> None:
    """Run the campaign; ends with 1 where there is a finding."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="inputs to parse, judge and load")
    parser.add_argument("--whole", type=int, default=200, help="inputs to take through a whole ingest, published")
    parser.add_argument("--parse", type=int, default=0, help="inputs to parse alone, which is quick")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="a source")
    parser.add_argument("--number", type=int, help="one input alone")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    asked = parser.parse_args()
    plan = campaign.Plan(asked.seed, asked.count, asked.whole, asked.only, asked.number, asked.jobs)
    found = campaign.parse(plan, asked.parse) if asked.parse else campaign.run(plan)
    print(campaign.table(found, asked.seed))  # noqa: T201
    sys.exit(1 if any(one.wrong for one in found) else 0)


if __name__ == "__main__":
    main()
