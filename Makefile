# Everything a person types. Each target sets up what it needs; nothing is installed outside .venv.
PYTHON ?= python3
BIN := .venv/bin
# Each file that is installed is one that the locks name, and nothing that they do not name.
LOCKED := -m pip --disable-pip-version-check install --quiet --require-hashes -r
# The project itself, built by the setuptools of the lock.
OURS := -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation --editable .

.DEFAULT_GOAL := help
.PHONY: help install run test long test-aws check check-infra fix contracts locks bench fuzz package deploy
STAGE ?= dev

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## *' '{printf "  make %-10s %s\n", $$1, $$2}'

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Banjian needs Python 3.11 or newer; say which with: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.run: .venv/bin/python pyproject.toml .ci/embedded.lock
	$(BIN)/python $(LOCKED) .ci/embedded.lock
	$(BIN)/python $(OURS)
	@touch $@

.venv/.dev: .venv/.run .ci/dev.lock
	$(BIN)/python $(LOCKED) .ci/dev.lock
	@touch $@

# An environment of its own: it asks for a boto3 of long ago.
.venv/checkov/bin/checkov: .venv/bin/python .ci/checkov.lock
	$(BIN)/python -m venv .venv/checkov
	.venv/checkov/bin/python $(LOCKED) .ci/checkov.lock
	@touch $@

.venv/uv/bin/uv: .venv/bin/python .ci/uv.lock
	$(BIN)/python -m venv .venv/uv
	.venv/uv/bin/python $(LOCKED) .ci/uv.lock
	@touch $@

install: .venv/.dev  ## set up .venv with all that the other targets need

run: .venv/.run  ## start the service on http://127.0.0.1:8000, with examples and the guided case
	$(BIN)/banjian serve --demo $(ARGS)

test: .venv/.dev  ## set up and run every test
	$(BIN)/python -m pytest $(ARGS)

long: .venv/.dev  ## the tests that try a twentieth in make test, with all of their count (an hour)
	BANJIAN_LONG=1 $(BIN)/python -m pytest -m large $(ARGS)

test-aws: .venv/.dev  ## deploy the real package to an emulator of AWS, and run cases through it
	$(BIN)/python -m pytest tests/aws tests/infra $(ARGS)

check: .venv/.dev  ## ruff, mypy, import-linter; the published contracts are current
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/banjian contracts --check

check-infra: package .venv/checkov/bin/checkov  ## cfn-lint and checkov on what is deployed
	$(BIN)/python -m infra.translate build/$(STAGE)
	$(BIN)/cfn-lint --regions us-east-1 cn-north-1 --template build/$(STAGE)/sam.json
	for one in sam cloudformation; do \
	  .venv/checkov/bin/checkov --config-file infra/checkov.yaml --file build/$(STAGE)/$$one.json \
	    --quiet --compact || exit 1; done

fix: .venv/.dev  ## format, and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

contracts: .venv/.dev  ## write events/ and the OpenAPI document anew from the code
	$(BIN)/banjian contracts

locks: .venv/.dev .venv/uv/bin/uv  ## fit the locks to the ranges in pyproject.toml (ARGS=--upgrade: the newest)
	$(BIN)/python -m infra.locking .venv/uv/bin/uv $(ARGS)

fuzz: .venv/.dev  ## send the service what nobody should, for much longer than make test does
	FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-50} FUZZ_SEED=$${SEED:-$$(date +%s)} \
	  $(BIN)/python -m pytest tests/system/test_schemathesis.py $(ARGS)

bench: .venv/.dev  ## run every benchmark
	$(BIN)/python -m benchmarks all

package: .venv/.dev  ## build/STAGE: the package and its template (STAGE=dev|prod, API_KEYS=required)
	$(BIN)/python -m infra.package $(STAGE) $(if $(filter required,$(API_KEYS)),--api-keys)

# A release that was deployed before is taken as it lies in the bucket: nothing is made for it.
deploy: $(if $(findstring --release,$(ARGS)),.venv/.dev,package)  ## bring it to AWS: make deploy STAGE=prod ARGS="Issuer=... Audience=... Jwks=..."
	$(BIN)/python -m infra.deploy $(STAGE) $(ARGS)
