# The two commands: `make run` and `make test`. Both set up everything; only Python 3.11+ and make must be there.
PYTHON ?= python3
UV_VERSION := 0.13.9
UV := .uv/bin/uv
export DO_NOT_TRACK := 1
# No path is named here: make would split it at a space. POVERTY_HOME goes to the program as it is.
BIN := .venv/bin
# What other projects set must not choose our environment, packages or checks; where packages come from may be set.
_SOURCES := PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_CERT PIP_PROXY PIP_TRUSTED_HOST PIP_CACHE_DIR PIP_CONFIG_FILE UV_DEFAULT_INDEX \
  UV_INDEX UV_INDEX_% UV_EXTRA_INDEX_URL UV_CACHE_DIR UV_CONFIG_FILE UV_NATIVE_TLS UV_SYSTEM_CERTS UV_INSECURE_HOST UV_OFFLINE \
  UV_LINK_MODE UV_HTTP_% UV_CONCURRENT_% PYTHONDONTWRITEBYTECODE
unexport $(filter-out $(_SOURCES),$(filter DBT_% PIP_% PYTHON% UV_% CONDA_% VIRTUAL_ENV,$(.VARIABLES)))
# A module stays with one worker; tests/conftest.py decides which and the order. Bytecode is kept: many processes start.
PYTEST = env -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

.PHONY: help run dev test-fast test test-services test-long lint lint-python lint-sql bench bench-smoke spark spark-smoke query-page superset superset-test docs clean setup

run: setup            ## read everything new, build, check, publish
	@$(BIN)/poverty run

help:                 ## this list
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 14

setup: .venv/.installed ## the locked environment in .venv

$(UV):
	@echo "Setting up uv $(UV_VERSION) in .uv"
	@umask 022 && $(PYTHON) -m venv .uv
	@umask 022 && .uv/bin/python -m pip install --quiet --no-user uv==$(UV_VERSION)

.venv/.installed: $(UV) uv.lock pyproject.toml
	@echo "Installing the locked environment in .venv"
	@umask 022 && $(UV) venv --quiet --relocatable --allow-existing .venv
	@umask 022 && $(UV) sync --frozen --quiet --compile-bytecode
	@# Relative, so that a checkout that was moved still finds its own packages.
	@cd .venv/lib/python3*/site-packages && echo ../../../.. > poverty_checkout.pth
	@umask 022 && $(BIN)/python -m base.generate
	@touch $@

dev: setup            ## the Dagster UI on http://127.0.0.1:3000, or POVERTY_UI_PORT
	@$(BIN)/python -m dagster_project.serve

test-fast: setup      ## unit tests, SQL on literal values, parse: under a minute
	@$(PYTEST) -m "not build and not long and not services and not superset"

test: setup           ## all tests but the long ones
	@tools/test_programs.sh
	@$(PYTEST) -m "not long and not services and not superset"

test-services: setup query_page/node_modules/.program.js ## tests that need PostgreSQL or npm
	@tools/test_programs.sh
	@$(BIN)/pytest -m services

test-long: setup      ## all tests, also the whole sample province
	@tools/test_programs.sh
	@$(PYTEST) -m "not superset" --cov=ingestion --cov-report=term:skip-covered

lint: setup           ## format, lint, types, words, definitions, SQL
	@$(BIN)/python -m base.generate
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/typos
	@git ls-files | xargs $(BIN)/python -m tools.avoided_phrases
	@$(MAKE) --no-print-directory --jobs 2 lint-python lint-sql

lint-python:
	@$(BIN)/mypy
	@POVERTY_HOME=data $(BIN)/dg check defs

lint-sql:
	@# Parsed SQL stays to the end: Python's search for what can be freed took a third of the time and freed nothing.
	@POVERTY_HOME=data $(BIN)/python -c "import gc; gc.disable(); from sqlfluff.cli.commands import cli; cli()" \
	  lint --processes 2 dbt/models dbt/tests

docs: setup           ## docs/dbt.html: every model, contract, metric and what it is made of; needs no home and no network
	@$(BIN)/python -m base.generate
	@POVERTY_HOME=data $(BIN)/dbt --quiet docs generate --static --empty-catalog --target lint --project-dir dbt --profiles-dir dbt
	@cp dbt/target/static_index.html docs/dbt.html

bench: setup          ## measurements, as a table and as JSON in bench/results
	@$(BIN)/python -m bench

bench-smoke: setup    ## every measurement once on a few files
	@$(BIN)/python -m bench --smoke

spark/.venv/.installed: $(UV) spark/uv.lock spark/pyproject.toml
	@echo "Installing the locked environment of Spark in spark/.venv"
	@umask 022 && $(UV) sync --project spark --frozen --quiet
	@touch $@

spark: setup spark/.venv/.installed ## all models on Spark too, every table compared: needs Java 17, takes a quarter of an hour
	@$(BIN)/python -m spark.both

spark-smoke: setup spark/.venv/.installed ## all models compiled for Spark, ten of them compared
	@$(BIN)/python -m spark.both --smoke

query_page/node_modules/.program.js: query_page/package-lock.json query_page/main.mjs
	@command -v npm >/dev/null || { echo "The query page is made with npm, which is not here. Debian and Ubuntu have it in the package npm, other systems at https://nodejs.org."; exit 1; }
	@npm ci --prefix query_page --ignore-scripts --no-audit --no-fund --loglevel error
	@cd query_page && node_modules/.bin/esbuild main.mjs --bundle --minify --format=iife --target=es2022 --log-level=error --outfile=node_modules/.program.js

query-page: setup query_page/node_modules/.program.js ## one HTML file that queries the open data in the browser, without a network: needs npm
	@$(BIN)/python -m query_page.build

superset/.venv/.installed: $(UV) superset/uv.lock superset/pyproject.toml
	@echo "Installing the locked environment of Superset in superset/.venv"
	@umask 022 && $(UV) sync --project superset --frozen --quiet
	@touch $@

superset: superset/.venv/.installed ## dashboards of the current release on http://127.0.0.1:8088 (docs/superset.md)
	@superset/.venv/bin/python superset/start.py

superset-test: setup superset/.venv/.installed ## every chart of the dashboards asked through Superset and compared with the marts
	@$(BIN)/pytest -m superset tests/test_superset.py

clean:                ## remove environments and build products; data stays
	@rm -rf .venv spark/.venv superset/.venv query_page/node_modules .uv .test_homes dbt/target dbt/logs .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage htmlcov bench/results docs/dbt.html
