# `make` proves everything that needs no server; `make help` lists the rest.

PYTHON := .venv/bin/python
FAST_TESTS := tests/unit tests/contract tests/architecture
LOCK := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command 'make lock'

.DEFAULT_GOAL := check
.PHONY: check lint setup setup-test demo test bench test-system format translations lock wheels bundle help

check: lint ## format, lint, strict types, import contracts, unit, contract and architecture tests (default)
	$(PYTHON) -m pytest -q --numprocesses auto --hypothesis-profile quick $(FAST_TESTS)

lint: setup ## the first four of them
	.venv/bin/ruff format --check --quiet .
	.venv/bin/ruff check --quiet .
	.venv/bin/mypy
	.venv/bin/mypy installer/sbom.py installer/setup/self_test.py
	.venv/bin/lint-imports --no-logo

setup: ## make or refresh .venv
	@installer/developer-environment demo

setup-test: ## also MariaDB, PostgreSQL, Chromium and what else the tests start
	@installer/developer-environment test

demo: setup ## a sample Pemda, an agent and a centre, from registration to authorised budget (ONCE=1: end by itself)
	@$(PYTHON) -m tests.demo

test: setup-test lint ## every test but tests/system
	$(PYTHON) -m pytest -q --numprocesses auto $(FAST_TESTS)
	$(PYTHON) -m pytest --ignore=tests/system $(addprefix --ignore=,$(FAST_TESTS))

bench: setup-test ## speed and memory, beside the databases' own clients (BENCH="--only idle --minutes 10": a part)
	@$(PYTHON) -m tests.bench $(BENCH)

test-system: ## the bundle on Debian 11 to 13, the units in guests that boot systemd, power cuts and bad lines in QEMU
	@installer/developer-environment system
	$(PYTHON) -m pytest tests/system

format: setup ## write the code as `make` wants it
	.venv/bin/ruff check --fix --quiet . || true
	.venv/bin/ruff format .

translations: setup ## add new sentences to the Indonesian catalogues, and compile them
	@$(PYTHON) -m tests.translations

lock: setup ## pin every dependency with its hashes (NEWER=--upgrade: at its newest version)
	$(LOCK) $(NEWER) pyproject.toml --output-file requirements/agent.lock
	$(LOCK) $(NEWER) pyproject.toml sikd/pyproject.toml --group pyproject.toml:dev --no-emit-package sinergi \
		--constraint requirements/agent.lock --output-file requirements/dev.lock

wheels: setup ## both distributions, in dist/
	$(PYTHON) -m build --no-isolation --wheel --outdir dist .
	$(PYTHON) -m build --no-isolation --wheel --outdir dist sikd

bundle: ## the offline installer of the agent, in dist/ (SINERGI_RELEASE_KEY=file: signed)
	@installer/developer-environment bundle
	@installer/bundle

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16
