# make          lists the targets
# make check    installs what is missing and runs every check
#
# Needs make and any Python from 3.11 that can make virtual environments. To choose one:
#   make setup PYTHON=/path/to/python3.12 VENV=/path/to/environment

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

# A name on the path may be an old Python, or a shim with nothing behind it: each is tried.
SUITABLE := import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))
CANDIDATES := python3.11 python3.12 python3.13 python3.14 python3 python
PYTHON ?= $(shell for name in $(CANDIDATES); do "$$name" -c '$(SUITABLE)' 2>/dev/null && { echo "$$name"; break; }; done)

define CHECK_PYTHON
@"$(PYTHON)" -c '$(SUITABLE)' 2>/dev/null || { \
echo "Python 3.11 or later, with its venv module, is needed: $(if $(PYTHON),'$(PYTHON)' is not one.,none of $(CANDIDATES) is one.)"; \
echo "Install one (on Debian or Ubuntu: apt-get install python3 python3-venv), or name it:"; \
echo "  make $(firstword $(MAKECMDGOALS) setup) PYTHON=/path/to/python3.11"; exit 1; } >&2
endef

# pip reads dependency groups from 25.1; the pip that comes with Python 3.11 is older.
PIP := $(BIN)/python -m pip --disable-pip-version-check

PEERS_VENV ?= .venv-peers
PEERS_INSTALLED := $(PEERS_VENV)/.installed

.PHONY: help setup run test lint types check format bench bench-peers constraints suitable-python

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1:/p' $(MAKEFILE_LIST) | awk -F: '{ printf "  make %-12s %s\n", $$1, $$2 }'

setup: $(INSTALLED) ## install the package and what its checks need into .venv

run: $(INSTALLED) ## run the two Tendring scenarios
	$(BIN)/costmodel run tendring_report
	$(BIN)/costmodel run tendring

test: $(INSTALLED) ## run the tests; PYTEST_ARGS="-k library" picks some
	$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(INSTALLED) ## check style and formatting
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(INSTALLED) ## check the types
	$(BIN)/mypy

check: lint types test ## lint, types and test

format: $(INSTALLED) ## put the code in the agreed format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(INSTALLED) ## measure sweeps against plain numpy, the machine and other tools; writes benchmarks/results.md
	$(BIN)/python -m benchmarks.bench --peers $(PEERS_VENV)/bin/python $(BENCH_ARGS)

bench-peers: $(PEERS_INSTALLED) ## install the other tools into .venv-peers and measure them
	$(PEERS_VENV)/bin/python -m benchmarks.peers

constraints: ## pin the newest versions that work together in constraints.txt
	$(CHECK_PYTHON)
	@set -eu; fresh=$$(mktemp -d); trap 'rm -rf "$$fresh"' EXIT; \
	"$(PYTHON)" -m venv "$$fresh"; \
	pip="$$fresh/bin/python -m pip --disable-pip-version-check"; \
	$$pip install --quiet --upgrade 'pip>=25.1'; \
	$$pip install --quiet --group dev; \
	$$pip install --quiet --no-build-isolation --editable .; \
	{ sed -n '/^#/p' constraints.txt; $$pip freeze --exclude-editable --exclude setuptools; } > "$$fresh/pinned"; \
	cp "$$fresh/pinned" constraints.txt
	@echo "constraints.txt is renewed. Read the difference, then: make check"

suitable-python:
	$(CHECK_PYTHON)

# Installed again only when what is asked for has changed.
$(INSTALLED): pyproject.toml constraints.txt
	$(CHECK_PYTHON)
	"$(PYTHON)" -m venv $(VENV)
	$(PIP) install --quiet --upgrade 'pip>=25.1'
	$(PIP) install --quiet --constraint constraints.txt --group dev
	$(PIP) install --quiet --constraint constraints.txt --no-build-isolation --editable .
	@touch $@

$(PEERS_INSTALLED): benchmarks/peers-constraints.txt
	$(CHECK_PYTHON)
	"$(PYTHON)" -m venv $(PEERS_VENV)
	$(PEERS_VENV)/bin/python -m pip --disable-pip-version-check install --quiet --constraint benchmarks/peers-constraints.txt openturns SALib ema_workbench threadpoolctl
	@touch $@
