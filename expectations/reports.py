"""Great Expectations' data docs on disk: one HTML page a run and source, and an index over all.

The pages are rendered one by one rather than by a site builder, which reads every earlier result again.
"""

from __future__ import annotations

import functools
import html
import re
from pathlib import Path
from typing import Any

from great_expectations.core.expectation_validation_result import (
    ExpectationSuiteValidationResult,
    ExpectationValidationResult,
)
from great_expectations.core.run_identifier import RunIdentifier
from great_expectations.render.renderer import ValidationResultsPageRenderer
from great_expectations.render.view import DefaultJinjaPageView

# The pages ask other hosts for styles, scripts and a logo: a report must open offline and tell nobody that it did.
ELSEWHERE = re.compile(
    r"<script[^>]*src=.https?:[^>]*>\s*</script>|<link[^>]*href=.https?:[^>]*>|<img[^>]*src=.https?:[^>]*>"
)
STYLE = Path(__file__).with_name("reports.css")


def write(folder: Path, run_id: str, source: str, results: list[ExpectationValidationResult]) -> str:
    """Write the page of one batch and return its path relative to the folder."""
    page = folder / source / f"{run_id}.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    document = ValidationResultsPageRenderer().render(_suite(run_id, source, results))
    page.write_text(_own(_view().render(document)), encoding="utf-8")
    return str(page.relative_to(folder))


@functools.cache
def _view() -> Any:
    """One for all pages: each would compile the templates again."""
    return DefaultJinjaPageView()


def _suite(run_id: str, source: str, results: list[ExpectationValidationResult]) -> ExpectationSuiteValidationResult:
    held = sum(bool(result.success) for result in results)
    return ExpectationSuiteValidationResult(
        results=results,
        success=held == len(results),
        suite_name=f"{source} {run_id}",
        statistics={
            "evaluated_expectations": len(results),
            "successful_expectations": held,
            "unsuccessful_expectations": len(results) - held,
            "success_percent": 100 * held / len(results),
        },
        # Great Expectations reads the name as a time, if it can: digits behind the hour pass for a zone, and an
        # impossible one raises. With a word before it the name is no time to anybody.
        meta={"run_id": RunIdentifier(run_name=f"run {run_id}")},
    )


def write_index(folder: Path) -> Path:
    """Write index.html over all pages, newest first in each source, and return its path."""
    sources = sorted(path for path in folder.iterdir() if path.is_dir())
    lists = "".join(_list(folder, source) for source in sources)
    title = "Serai: validation reports"
    index = folder / "index.html"
    index.write_text(
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{title}</title>{_style()}</head>"
        f"<body><h1>{title}</h1><p>Every batch that was judged, newest first.</p>{lists}</body></html>",
        encoding="utf-8",
    )
    return index


def _list(folder: Path, source: Path) -> str:
    pages = sorted(source.glob("*.html"), reverse=True)
    links = "".join(f"<li><a href='{page.relative_to(folder)}'>{html.escape(page.stem)}</a></li>" for page in pages)
    return f"<h2>{html.escape(source.name)}</h2><ul>{links}</ul>"


def _own(page: str) -> str:
    return ELSEWHERE.sub("", page).replace("</head>", f"{_style()}</head>", 1)


def _style() -> str:
    return f"<style>{STYLE.read_text(encoding='utf-8')}</style>"
