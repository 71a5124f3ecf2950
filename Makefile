# The two commands: `make run` and `make test`. Both set up everything; only Python 3.11+ and make must be there.
PYTHON ?= python3
UV_VERSION := 0.13.9
UV := .uv/bin/uv
POVERTY_HOME ?= $(CURDIR)/data
override POVERTY_HOME := $(abspath $(POVERTY_HOME))
export POVERTY_HOME
export DAGSTER_HOME := $(POVERTY_HOME)/dagster
export DO_NOT_TRACK := 1
RUN := $(UV) run --frozen --no-sync
# A module stays with one worker; tests/conftest.py decides the order.
PYTEST = $(RUN) pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

.PHONY: help run dev test-fast test test-services test-long lint bench clean setup

run: setup            ## read everything new, build, check, publish
	@$(RUN) poverty run

help:                 ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

setup: .venv/.installed ## the locked environment in .venv

$(UV):
	@echo "Setting up uv $(UV_VERSION) in .uv"
	@$(PYTHON) -m venv .uv
	@.uv/bin/python -m pip install --quiet uv==$(UV_VERSION)

.venv/.installed: $(UV) uv.lock pyproject.toml
	@echo "Installing the locked environment in .venv"
	@$(UV) sync --frozen --quiet --compile-bytecode
	@$(RUN) python -m base.generate
	@touch $@

dev: setup            ## the Dagster UI on http://127.0.0.1:3000
	@mkdir -p $(DAGSTER_HOME) && cp -n dagster_project/dagster.yaml $(DAGSTER_HOME)/ || true
	@$(RUN) dagster dev -m dagster_project.definitions

test-fast: setup      ## unit tests, SQL on literal values, parse: under a minute
	@$(PYTEST) -m "not build and not long and not services"

test: setup           ## all tests but the long ones
	@tools/test_programs.sh
	@$(PYTEST) -m "not long and not services" --cov=ingestion --cov-report=term:skip-covered

test-services: setup   ## tests that start a PostgreSQL server
	@tools/test_programs.sh
	@$(RUN) pytest -m services

test-long: setup      ## all tests, also the whole sample province
	@tools/test_programs.sh
	@$(PYTEST)

lint: setup           ## format, lint, types, words, SQL
	@$(RUN) ruff format --check .
	@$(RUN) ruff check .
	@$(RUN) mypy
	@$(RUN) typos
	@git ls-files | xargs $(RUN) python -m tools.avoided_phrases
	@$(RUN) sqlfluff lint --processes 2 dbt/models dbt/tests

bench: setup          ## measurements, as a table and as JSON in bench/results
	@$(RUN) python -m bench

clean:                ## remove environments and build products; data stays
	@rm -rf .venv .uv .test_homes dbt/target dbt/logs .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage htmlcov bench/results
