# A machine with Python 3.11 or newer and make is enough: everything else is installed into .venv,
# at the versions and hashes of the two lock files. Only wheels are taken, because building a source distribution
# fetches build tools that no hash pins; where a wheel is missing (cryptography on Intel Macs), say ONLY_BINARY=.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
ONLY_BINARY ?= --only-binary :all:
# Many tests wait for a child process or a terminal: one worker more than there are processors keeps those busy.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(min(os.cpu_count() or 1, 4) + 1)')
FROM_LOCK := $(PIP_INSTALL) $(ONLY_BINARY) --require-hashes -r
COMPILE := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --quiet \
	--no-emit-index-url --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-crash test-permissions check format docs bench bench-audit bench-detect differential lock clean

help: ## what can be made
	@sed -n 's/^\([a-z-]*\):.* ## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'

demo: $(VENV)/.runtime ## the whole story on an emulated AWS Organization; needs no AWS account
	@$(BIN)/rootwarden demo

test: $(VENV)/.development ## all tests; ARGS="-k name" chooses among them
	@$(BIN)/python -m pytest -n $(WORKERS) --maxschedchunk 8 $(ARGS)

test-crash: $(VENV)/.development ## end a removal at every boundary and finish it, some minutes
	@CRASH_EVERY=1 $(BIN)/python -m pytest -n $(WORKERS) -rP tests/crash $(ARGS)

test-permissions: $(VENV)/.development ## every command under its policy less each action, some minutes
	@PERMISSIONS_EVERY=1 $(BIN)/python -m pytest -n $(WORKERS) tests/cli -k privilege $(ARGS)

check: $(VENV)/.development ## lint, format, types, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/.development ## format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

docs: $(VENV)/.development ## write the generated parts of docs/
	@$(BIN)/python scripts/docs.py

bench: $(VENV)/.development ## run benchmarks/bench_*.py
	@for file in benchmarks/bench_*.py; do \
		[ -e "$$file" ] || { echo "there are no benchmarks yet"; break; }; \
		echo "$$file"; $(BIN)/python "$$file" || exit 1; \
	done

bench-audit: $(VENV)/.development ## bulk commands at scale against their bars, ~12 minutes; ARGS="--case plain" or --quick
	@PYTHONPATH=benchmarks $(BIN)/python -m bench_audit $(ARGS)

bench-detect: $(VENV)/.development ## detection on one core against its bar, memory on 10 GB, some minutes; ARGS="--gigabytes 0"
	@PYTHONPATH=benchmarks $(BIN)/python -m bench_detect $(ARGS)

differential: $(VENV)/.development ## compare the policy engine with another one (needs Node); ARGS="--cases 20000 --seed 7"
	@PYTHONPATH=scripts $(BIN)/python -m differential $(ARGS)

lock: $(VENV)/.development ## resolve the lock files anew; ARGS=--upgrade takes newer versions
	@$(COMPILE) --extra emulator --group dev --output-file requirements-dev.lock $(ARGS)
	@$(COMPILE) --extra emulator --group build --constraint requirements-dev.lock \
		--output-file requirements.lock $(ARGS)

clean: ## remove the environment and everything built
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage
	find src tests -type d -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "rootwarden needs Python 3.11 or newer, and \"$(PYTHON)\" is not: choose another with make PYTHON=python3.12" >&2; \
		exit 2; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "installing into $(VENV) (once)" >&2
	@$(FROM_LOCK) requirements.lock
	@$(PIP_INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.development: requirements-dev.lock $(VENV)/.runtime
	@$(FROM_LOCK) requirements-dev.lock
	@touch $@
