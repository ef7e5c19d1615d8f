# Everything a person types. Each target sets up what it needs; nothing is installed outside .venv.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help install run test check fix contracts bench

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## *' '{printf "  make %-10s %s\n", $$1, $$2}'

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Banjian needs Python 3.11 or newer; say which with: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.run: .venv/bin/python pyproject.toml requirements.txt
	$(PIP) install --quiet --editable '.[embedded]'
	@touch $@

.venv/.dev: .venv/.run
	$(PIP) install --quiet --editable '.[embedded,dev]'
	@touch $@

install: .venv/.dev  ## set up .venv with all that the other targets need

run: .venv/.run  ## start the service on http://127.0.0.1:8000, with examples and the guided case
	$(BIN)/banjian serve $(ARGS)

test: .venv/.dev  ## set up and run every test
	$(BIN)/python -m pytest $(ARGS)

check: .venv/.dev  ## ruff, mypy, import-linter; the published contracts are current
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/banjian contracts --check

fix: .venv/.dev  ## format, and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

contracts: .venv/.dev  ## write events/ and openapi.json anew from the code
	$(BIN)/banjian contracts

bench: .venv/.dev  ## run every benchmark
	$(BIN)/python -m benchmarks all
