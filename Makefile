# Everything a person types to run, try, test and check Outlay. "make help" lists it.

PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
# Ready-made packages only. Set it to nothing to build the missing ones with a compiler.
ONLY_BINARY ?= --only-binary :all:
# Further arguments, as in: make test ARGS="tests/unit -x", make messages ARGS=pt
ARGS ?=
# One test process for each processor this process may use.
JOBS ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes $(ONLY_BINARY)
ASSETS := static/dist/manifest.json
ASSET_SOURCES := package.json package-lock.json .npmrc static/build.mjs tools/build_assets.py \
	$(shell find static/src -type f 2>/dev/null)
CODE := $(wildcard app bench config migrations tests tools run.py)
LOCK := $(BIN)/uv pip compile --quiet --universal --no-strip-extras --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links --python-version 3.11 $(UPGRADE)

export FLASK_APP := app
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run demo test check audit format messages bench lock setup setup-dev assets clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

run: setup assets ## start Outlay on this machine, until Ctrl-C
	@exec $(BIN)/python run.py

demo: setup assets ## fill a demo account with three believable years
	@$(BIN)/python -m flask db upgrade
	@$(BIN)/python -m flask demo

test: setup-dev assets ## run all tests, on SQLite and on PostgreSQL
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup $(ARGS)

check: setup-dev assets ## formatting, lint, types, import contracts, models equal migrations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports --no-logo
	$(BIN)/python tools/check_migrations.py

audit: setup-dev assets ## known holes in the locked packages, and newer releases; asks over the network
	@$(BIN)/python -m tools.audit

format: setup-dev ## format the code and apply what lint can fix
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

messages: setup-dev ## put new words of mails into the catalogues; ARGS=pt adds Portuguese
	@$(BIN)/python -m tools.messages $(ARGS)

bench: setup-dev assets ## measure against a bare Flask program; writes bench/results/
	@$(BIN)/python -m bench

lock: setup-dev ## renew requirements*.txt; UPGRADE=--upgrade takes the newest versions
	$(LOCK) requirements.in --output-file requirements.txt
	$(LOCK) requirements-dev.in --output-file requirements-dev.txt
	$(LOCK) requirements-node.in --output-file requirements-node.txt

clean: ## remove what was installed and built; data stays
	rm -rf $(VENV) node_modules static/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		.import_linter_cache .coverage htmlcov

setup: $(VENV)/.requirements
setup-dev: $(VENV)/.requirements-dev
assets: $(ASSETS)

# Pinned by content: a stamp in the environment says which locked files it was made from.
$(VENV)/.python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "Outlay needs Python 3.11 or newer: install it (Debian and Ubuntu: apt install python3 python3-venv;" \
			"macOS: brew install python) and try again." >&2; exit 1; fi
	@if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "This Python cannot make environments: install its venv module" \
			"(Debian and Ubuntu: apt install python3-venv) and try again." >&2; exit 1; fi
	@echo "Making the environment $(VENV) ..."
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.requirements: requirements.txt $(VENV)/.python
	@echo "Installing the locked packages; the first time takes about a minute ..."
	@$(PIP) -r requirements.txt || { $(cannot_install); }
	@touch $@

$(VENV)/.requirements-dev: requirements-dev.txt $(VENV)/.requirements
	@echo "Installing what tests and checks need ..."
	@$(PIP) -r requirements-dev.txt || { $(cannot_install); }
	@touch $@

define cannot_install
echo "The packages could not be installed; the reason is above. Without a network, connect and try again." \
	"There are ready-made packages for Linux with glibc and for macOS, on x86-64 and ARM64. Elsewhere install" \
	"a C compiler and Python's headers (Debian and Ubuntu: apt install build-essential python3-dev libffi-dev)" \
	"and run: make $(MAKECMDGOALS) ONLY_BINARY= - or use the Dockerfile." >&2; exit 1
endef

$(ASSETS): $(ASSET_SOURCES) | $(VENV)/.requirements
	@echo "Building the front end ..."
	@$(BIN)/python tools/build_assets.py
	@touch $@
