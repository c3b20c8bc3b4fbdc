"""The page of a batch is written whatever the id of its run happens to be."""

from __future__ import annotations

from pathlib import Path

import pytest
from great_expectations.core import ExpectationValidationResult
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

from expectations import reports


# The first reads as a time in a zone 99 hours away, the others as zones that there are, or as none.
@pytest.mark.parametrize("run_id", ["20261129T163857-9987ad", "20261129T163857-0500ad", "20261129T163857-c0ffee"])
def test_a_page_is_written_whatever_the_id_of_its_run_reads_like(tmp_path: Path, run_id: str) -> None:
    asked = ExpectationConfiguration(type="expect_column_to_exist", kwargs={"column": "value"})
    passed = ExpectationValidationResult(success=True, expectation_config=asked, result={})
    page = tmp_path / reports.write(tmp_path, run_id, "claims", [passed])
    assert run_id in page.read_text(encoding="utf-8")
