# Serai. `make help` lists the targets.
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
LOCK := $(BIN)/uv pip compile --quiet --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --python-version 3.11 --extra install
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help serve ingest accuracy test lint format types browser docs crashes geometry lock screenshots bench bench-lane bench-dashboard soak fuzz audit clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

serve: .venv/installed ## install, take in the shipped facts, open the dashboard on http://127.0.0.1:8501
	@$(BIN)/serai ingest || [ $$? -eq 1 ]
	@$(BIN)/serai dashboard

ingest: .venv/installed ## take in the shipped facts and publish them
	@$(BIN)/serai ingest

test: .venv/installed-dev browser ## everything the tests need, then the tests
	@$(BIN)/pytest

lint: .venv/installed-dev ## style and formatting of the code
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: .venv/installed-dev ## format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: .venv/installed-dev ## types, strictly
	@$(BIN)/mypy

browser: ## a Chromium for the browser tests, where it can be installed
	@command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 \
		|| { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 \
		&& apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null; } \
		|| echo "no Chromium: the browser tests will say so; to run them, as root: apt-get install chromium"

crashes: .venv/installed-dev ## kill every step of the pipeline twenty times and see what is left (a quarter of an hour)
	@$(BIN)/python -W ignore -m tests.crashes

docs: .venv/installed-dev ## make the generated documents and the data package anew
	@$(BIN)/python -m docs.make

geometry: .venv/installed-dev ## build country shapes and border lines anew
	@$(BIN)/python -m ingest.geometry

screenshots: .venv/installed-dev browser ## pictures of every dashboard page, light and dark, in build/screenshots
	@$(BIN)/python -m tests.e2e.screenshots

accuracy: .venv/installed-dev ## how good the daily panel and the methods are: docs/accuracy.md
	@$(BIN)/python -m benchmarks.accuracy
	@$(BIN)/python -m benchmarks.methods

bench: .venv/installed-dev ## time the ingest, --help, the models, and an ingest of nothing new on 10 million rows; take in the US table
	@$(BIN)/python -m benchmarks.ingest
	@$(BIN)/python -m benchmarks.unchanged
	@$(BIN)/python -m benchmarks.counts
	@$(BIN)/serai ingest && $(BIN)/pytest benchmarks/bench_models.py -n 0 -s --timeout 900 --benchmark-columns=min,median,max,rounds --benchmark-sort=name
	@$(MAKE) --no-print-directory bench-lane

bench-lane: .venv/installed-dev ## time a million and four million events through the ingest, beside DuckDB, pandas and dlt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python -c requirements.txt -r pyproject.toml --extra bench
	@$(BIN)/python -m benchmarks.lane

bench-dashboard: .venv/installed-dev browser ## time the pages in Chromium with a million conflict events: alone, eight people at once, 500 views
	@$(BIN)/python -m benchmarks.dashboard

soak: .venv/installed-dev ## ten minutes of serai serve, readers, kills, a full disk and bad answers; SECONDS=… for more
	@$(BIN)/python -m tests.soak.soak $(or $(SECONDS),600)

fuzz: .venv/installed-dev ## 10,000 spoilt inputs over the parsers of all sources, 200 of them through whole ingests (half an hour)
	@$(BIN)/python -m tests.fuzz --count 10000 --whole 200

audit: .venv/installed-dev ## whether a weakness is known of any locked dependency, where the network tells
	@$(BIN)/python -m tests.audit

lock: .venv/installed-dev ## write the locks anew
	@$(LOCK) pyproject.toml -o requirements.txt
	@$(LOCK) --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt

clean: ## remove what was built: environment, warehouse, reports, pictures
	@rm -rf .venv build data/warehouse data/reports data/raw/cache # never the snapshots: nobody can fetch the past again

.venv/bin/python:
	@echo "making .venv"
	@$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python requirements.txt pyproject.toml
	@echo "installing the locked dependencies into .venv (a minute or two, once)"
	@$(BIN)/pip install --quiet --require-hashes -r requirements.txt
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.txt
	@echo "installing what the tests need into .venv"
	@$(BIN)/pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@
