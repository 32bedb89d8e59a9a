# One page of verbs; `make` alone lists them. CI runs the same ones.
VENV ?= .venv
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := $(VENV)/bin
DATA ?= data
ARGS ?=
KUMA := uptime-kuma@2.0.0-dev.0
NPM_STAMP := tests/e2e/node_modules/.package-lock.json
# Tests sync to disk thousands of times; in memory, where there is room, they do it sooner.
SCRATCH = $(shell test "$$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 {print $$4}')" -gt 4000000 \
	2>/dev/null && mkdir -p /dev/shm/tocsin-tests 2>/dev/null && echo TMPDIR=/dev/shm/tocsin-tests)
PYTEST = env $(SCRATCH) $(BIN)/python -m pytest
# Tests wait about as long as they compute. Each worker starts a PostgreSQL of its own.
JOBS ?= $(shell expr $$(nproc) + 1)
LIVES ?= 500
SEED ?= 0

.DEFAULT_GOAL := help
.PHONY: help serve console demo test quick check deps bench sim kill docs fmt pictures revision openapi clean browser

help: ## list these verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

serve: $(VENV)/.runtime ## set everything up and run Tocsin on embedded SQLite in ./data
	@$(BIN)/python scripts/console.py || echo "Starting without a new console."
	$(BIN)/tocsin serve --data-dir $(DATA) $(ARGS)

console: $(VENV)/bin/python ## build the console where its sources changed
	@$(BIN)/python scripts/console.py

demo: $(VENV)/.runtime ## show a company that lives in a throw-away folder
	@$(BIN)/python scripts/console.py || echo "Starting without a new console."
	$(BIN)/tocsin demo $(ARGS)

test: check browser ## set everything up and run every check and every test
	@$(BIN)/python scripts/console.py || true
	$(PYTEST) -rs -n $(JOBS) --dist loadfile $(ARGS)

quick: $(VENV)/.dev ## the tests that need no browser and few rounds
	$(PYTEST) -n $(JOBS) --dist loadfile -m "not slow" $(ARGS)

check: $(VENV)/.dev ## lint, format, types and layers, without running anything
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy tocsin
	PYTHONPATH=. $(BIN)/lint-imports
	@$(BIN)/python scripts/console.py check

deps: ## install the Debian packages the tests use, where this user may
	@sh scripts/deps.sh

bench: $(VENV)/.dev ## measure, and print each figure beside its bound
	$(BIN)/python -m bench $(ARGS)

sim: $(VENV)/.dev ## many simulated lives on a virtual clock, with faults
	env $(SCRATCH) JOBS=$(JOBS) $(BIN)/python -m tests.simulation $(LIVES) $(SEED)

kill: $(VENV)/.dev ## 200 rounds of killing a loaded server, and counting what survived
	TOCSIN_KILL_ROUNDS=200 $(PYTEST) -m slow -s tests/durability/test_kill.py \
		tests/durability/test_kill_pages.py $(ARGS)

docs: $(VENV)/.dev ## write the generated parts of docs/ anew
	$(BIN)/python -m scripts.docs

fmt: $(VENV)/.dev ## format and fix what a tool can fix
	$(BIN)/ruff check --fix-only -q .
	$(BIN)/ruff format .

pictures: $(VENV)/.dev ## photograph the console's screens anew, for the tests and the README
	TOCSIN_RENEW_PICTURES=1 $(PYTEST) tests/console/test_pictures.py

revision: $(VENV)/.dev ## write the migration that the tables ask for
	$(BIN)/python -m scripts.revise 0001 "the first schema"

openapi: $(VENV)/.dev ## write openapi.json from the operation table
	$(BIN)/python -m scripts.snapshot

clean: ## remove what was built and installed here; data stays
	rm -rf $(VENV) build dist *.egg-info tests/e2e/node_modules console/node_modules \
		tocsin/console_assets .mypy_cache .ruff_cache \
		.pytest_cache .import_linter_cache .hypothesis

# The stamps make repeated calls cheap: pip runs again only when pyproject.toml changed.
$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Tocsin needs Python 3.11 or newer: none found on PATH"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || sh scripts/deps.sh python3-venv
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/.runtime

# The SDKs that the browser tests load, and Uptime Kuma's providers without the hundreds of packages
# of its server; without npm those tests name what they miss.
browser:
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory $(NPM_STAMP); \
	else echo "npm is missing: the browser tests will be skipped (make deps)"; fi

$(NPM_STAMP): tests/e2e/package-lock.json
	npm ci --prefix tests/e2e --no-audit --no-fund --ignore-scripts
	cd tests/e2e/node_modules && npm pack --silent --ignore-scripts $(KUMA) && \
		sha256sum -c ../uptime-kuma.sha256 && mkdir uptime-kuma && \
		tar -xzf uptime-kuma-*.tgz -C uptime-kuma --strip-components 1 && rm uptime-kuma-*.tgz
	@touch $@
