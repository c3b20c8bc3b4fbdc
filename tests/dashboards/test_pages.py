"""Every page, run as Streamlit runs it, on the shipped facts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboards.app import page_files
from tests.dashboards.conftest import Open
from warehouse.connect import reading

PAGES = [path.stem for path in page_files()]
# What a page must say, beside opening without an error; a page that is not named here must only open.
SAYS = {
    "overview": ["699", "5,397", "Pakistan's formal crossings on", "Durand Line", "OpenStreetMap"],
    "crossings": [
        "reports** in all",
        "What each report asserts",
        "Every crossing, open or closed to exports",
        "Closures of",
    ],
    "disruption": [
        "Afghanistan, all borders",
        "the least and the most it can be",
        "Every border on",
        "closures found in counts",
    ],
    "relations": [
        "gates, incidents, trade and events",
        "Do closures follow incidents?",
        "What this cannot tell",
        "Durand Line",
    ],
    "reopening": ["chance to open", "What the model cannot know", "Skill against Kaplan-Meier"],
    "claims": ["Who asserts and who denies", "Who counts how many", "What is said to be lost"],
    "incidents": ["by year, by publisher", "by month, by publisher", "Who counts what", "What remains of the trend"],
    "trade": [
        "To Kabul on",
        "Closures that cut off or lengthened most ways",
        "What passed a day, before and during",
        "by twelve months",
        "by month",
        "The mirror",
    ],
    "losses": [
        "by month, with and without the closure of",
        "Claims of lost trade as multiples",
        "What the method cannot know",
    ],
    "commitments": [
        "against the target of",
        "In which year it is met",
        "kilometres built against days promised",
        "Slippage of pipelines and railways",
        "Kilometres built",
        "Days promised",
    ],
    "quality": [
        "Freshness",
        "Expectations that failed",
        "Quarantine",
        "loaded otherwise than printed",
        "Methods of analysis",
    ],
    "runs": [
        "What was taken in and when",
        "The run ledger",
        "The log of a run",
        "What is due",
        "Held back, by source",
    ],
    "about": ["Two clocks", "ODbL", "Apache-2.0", "What the data does not know"],
}


def said(app: AppTest) -> str:
    """All that a page says outside its tables and charts."""
    parts = [*app.title, *app.markdown, *app.caption, *app.metric, *app.info]
    labels = [box.label for box in [*app.metric, *app.expander]]
    return "\n".join(str(part.value) for part in parts) + "\n".join(labels)


def asked(published: Path, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
    with reading(published / "warehouse") as reader, reader.cursor() as cursor:
        return cursor.execute(sql, parameters).fetchall()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_and_says_what_it_must(open_page: Open, name: str) -> None:
    app = open_page(name)
    assert not app.exception
    assert app.title[0].value
    assert any("Warehouse version" in text.value for text in app.caption)
    words = said(app)
    for expected in SAYS.get(name, []):
        assert expected in words


@pytest.mark.parametrize("name", PAGES)
def test_every_row_of_facts_leads_to_its_source(open_page: Open, name: str) -> None:
    for table in open_page(name).dataframe:
        columns = set(table.value.columns)
        if "source_name" in columns:
            assert "source_url" in columns
            assert '"source_url": {"label": "page"' in table.proto.columns


@pytest.mark.parametrize("name", PAGES)
def test_every_chart_has_a_title_a_text_for_screen_readers_and_a_source(open_page: Open, name: str) -> None:
    app = open_page(name)
    charts = app.get("vega_lite_chart")
    titles = [text.value.removeprefix("##### ").replace("\\$", "$") for text in app.markdown]
    sources = [text.value for text in app.caption if text.value.startswith("Source: ")]
    assert len(sources) >= len(charts)
    for chart in charts:
        assert chart.proto.alt in titles


@pytest.mark.parametrize("name", PAGES)
def test_every_figure_has_its_rows_beside_it(open_page: Open, name: str) -> None:
    app = open_page(name)
    assert [one.proto.popover.label for one in app.get("popover")].count("Rows") >= len(app.metric)


def test_the_overview_counts_as_the_warehouse_does(open_page: Open, published: Path) -> None:
    app = open_page("overview")
    closed, formal = asked(
        published,
        """
        SELECT count(*) FILTER (status = 'closed'), count(*)
        FROM crossing_days INNER JOIN crossings USING (crossing_id)
        WHERE
            flow = 'exports' AND category = 'formal_trade' AND day = current_date
            AND 'AFG' IN (country_a, country_b)
        """,
    )[0]
    figures = {box.label: box.value for box in app.metric}
    assert figures["Afghanistan's formal crossings closed to exports"] == f"{closed} of {formal}"
    assert figures["Uzbek-Afghan trade against $5 billion"] == "$1.7 bn = 34 %"
    assert figures["Incidents in Pakistan in 2025, by publisher"] == "699 to 5,397"
    assert int(figures["Days since the newest crossing report"]) > 0
    for publisher in ("PIPS 699", "GTI-IEP 1,045", "PICSS 1,063", "ISPR 5,397"):
        assert publisher in said(app)


def test_the_map_leaves_no_crossing_out(open_page: Open, published: Path) -> None:
    app = open_page("overview")
    unplaced = asked(published, "SELECT name FROM crossings WHERE lat IS NULL OR lon IS NULL")
    words = said(app)
    assert unplaced
    for (name,) in unplaced:
        assert name in words
    assert len(app.get("deck_gl_json_chart")) == 1


def test_a_crossing_shows_as_many_reports_as_there_are(open_page: Open, published: Path) -> None:
    app = open_page("crossings", crossing="chaman")
    (count,) = asked(published, "SELECT count(*) FROM crossing_reports WHERE crossing_id = 'chaman'")[0]
    assert app.selectbox(key="choose_crossing").value == "chaman"
    assert f"**{count} reports** in all" in said(app)
    assert any(len(table.value) == count for table in app.dataframe)


def test_the_period_of_the_time_line_can_be_chosen(open_page: Open) -> None:
    app = open_page("crossings", crossing="torkham")
    before = next(text.value for text in app.markdown if "in all" in text.value)
    app.date_input(key="from").set_value(dt.date(2020, 1, 1)).run()
    after = next(text.value for text in app.markdown if "in all" in text.value)
    assert not app.exception
    assert before != after
    assert "1 January 2020" in after


def test_every_crossing_opens_also_those_that_no_report_speaks_of(open_page: Open, published: Path) -> None:
    app = open_page("crossings")
    for (crossing,) in asked(published, "SELECT crossing_id FROM crossings"):
        app.selectbox(key="choose_crossing").set_value(crossing).run()
        assert not app.exception, crossing
        assert app.query_params["crossing"] == crossing


def test_unknown_is_said_to_be_unknown(open_page: Open) -> None:
    app = open_page("crossings", crossing="broghil")
    assert app.metric[0].value == "○ unknown"
    assert "unknown is neither open nor closed" in said(app)


def test_an_address_that_names_nothing_falls_back(open_page: Open) -> None:
    app = open_page("crossings", crossing="atlantis")
    assert not app.exception
    assert app.selectbox(key="choose_crossing").value == "torkham"
    assert app.query_params["crossing"] == "torkham"


def test_every_place_and_every_metric_that_is_counted_opens(open_page: Open, published: Path) -> None:
    app = open_page("incidents")
    for (metric,) in asked(published, "SELECT DISTINCT metric FROM incident_counts WHERE geography = 'PAK'"):
        app.selectbox[1].set_value(metric).run()
        assert not app.exception, metric
    for (place,) in asked(published, "SELECT DISTINCT geography FROM incident_counts"):
        app.selectbox[0].set_value(place).run()
        assert not app.exception, place
        assert app.query_params["place"] == place


def test_every_country_that_counts_trade_opens(open_page: Open, published: Path) -> None:
    app = open_page("trade")
    counted = "FROM trade_flows WHERE commodity = 'total' AND unit = 'USD_million'"
    for (reporter,) in asked(published, f"SELECT DISTINCT reporter {counted}"):
        app.selectbox(key="choose_reporter").set_value(reporter).run()
        assert not app.exception, reporter
        assert app.query_params["reporter"] == reporter
    for chosen in (("AFG", "PAK", "total"), ("UZB", "AFG", "export"), ("AFG", "WLD", "import")):
        names = [f"choose_{name}" for name in ("reporter", "partner", "flow")]
        for name, code in zip(names, chosen, strict=True):
            app.selectbox(key=name).set_value(code).run()
        assert not app.exception, chosen
        assert tuple(app.selectbox(key=name).value for name in names) == chosen


def test_balance_of_payments_and_customs_stay_two_series(open_page: Open) -> None:
    app = open_page("trade", reporter="PAK", partner="AFG", flow="export")
    years = next(table.value for table in app.dataframe if "months_sum" in table.value.columns)
    bases = set(years[years["start_year"] == 2024]["basis"])
    assert {"balance of payments (central bank)", "customs"} <= bases


def test_every_trade_target_opens(open_page: Open) -> None:
    app = open_page("commitments")
    for code in list(app.selectbox[0].options):
        app.selectbox[0].select(code).run()
        assert not app.exception, code


def test_the_quality_page_links_the_validation_reports(open_page: Open, published: Path) -> None:
    app = open_page("quality")
    links = [
        link for table in app.dataframe if "report_url" in table.value.columns for link in table.value["report_url"]
    ]
    assert links
    for link in links:
        assert (published / link.removeprefix("/")).is_file()


def test_the_quality_page_says_why_a_method_has_no_result(open_page: Open, published: Path) -> None:
    told = asked(
        published,
        "SELECT method, replace(outcome, '_', ' '), coalesce(reason, '') FROM analysis.methods ORDER BY ALL",
    )
    assert ("count_changes", "too little", "no entries are counted: serai ingest bts") in told
    [shown] = [table.value for table in open_page("quality").dataframe if "reference" in table.value.columns]
    assert list(zip(shown["method"], shown["outcome"], shown["reason"].fillna(""), strict=True)) == told


def test_every_line_opens_also_those_of_which_nothing_is_known_to_be_built(open_page: Open, published: Path) -> None:
    names = asked(published, "SELECT DISTINCT commitment_id FROM construction_pace WHERE promised = 'completion'")
    assert names
    app = open_page("commitments")
    for (name,) in names:
        next(box for box in app.selectbox if box.label == "Pipeline or railway").set_value(name).run()
        assert not app.exception, name
        assert "kilometres built against days promised" in said(app)
    assert "How much is built of what was promised is not known." in said(
        open_page("commitments", line="trans_afghan_rail")
    )
