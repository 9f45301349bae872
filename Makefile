# Folkmoot: `make run` shows it, `make test` checks it. GNU make, Python 3.11 or newer; npm is optional.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin
NPM    := $(shell command -v npm)

# What people may set: make run PORT=9000, make test WORKERS=4 TESTS=tests/sessions, make test ALL=1
PORT    ?= 8000
# Twice the cores: much of a test is waiting for a database or a browser.
WORKERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); [ "$$n" -gt 3 ] && echo 8 || echo "$$((2 * n))")
TESTS   ?=
ALL     ?=

FOLKMOOT_DATABASE_URL ?= sqlite:///var/folkmoot.db
FOLKMOOT_PUBLIC_URL   ?= http://localhost:$(PORT)

# One proof is one file, tests/prove/test_NAME.py, run by `make prove-NAME`.
PROOFS := $(patsubst tests/prove/test_%.py,prove-%,$(wildcard tests/prove/test_*.py)) prove-both

RUNTIME := $(VENV)/.runtime-installed
DEV     := $(VENV)/.dev-installed
NODE    := node_modules/.installed

export PATH := $(CURDIR)/$(BIN):$(PATH)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run test lint format chromium prove lock messages permissions clean

help:
	@echo "make run       run Folkmoot with demo data on http://localhost:$(PORT)"
	@echo "make test      every check and test, a sample of them on PostgreSQL too;  ALL=1: all of them there"
	@echo "make lint      the checks alone;  make format  tidies the code"
	@echo "make prove     the longer proofs: $(or $(PROOFS),none yet)"
	@echo "make setup     what running needs, into .venv and node_modules"
	@echo "make lock      newest versions into the lock files"
	@echo "make messages  texts of the interface into the catalogues"
	@echo "make permissions  the tables of who may do what, written anew"
	@echo "make clean     away with everything made here but your data in var/"

# --- Setting up -----------------------------------------------------------------------------------

setup: $(RUNTIME) $(NODE)

$(VENV)/pyvenv.cfg:
	@[ -n "$(PYTHON)" ] && "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Folkmoot needs Python 3.11 or newer. Install it, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "This Python cannot make virtual environments. On Debian: apt-get install python3-venv" >&2; exit 1; }
	"$(PYTHON)" -m venv $(VENV)

$(RUNTIME): requirements.txt pyproject.toml | $(VENV)/pyvenv.cfg
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): requirements-dev.txt $(RUNTIME)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

# npm comes from this machine, else from PyPI into the virtual environment.
$(NODE): package.json package-lock.json | $(VENV)/pyvenv.cfg
ifeq ($(NPM),)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-node.txt
	$(BIN)/npm ci --no-progress --loglevel=error
else
	"$(NPM)" ci --no-progress --loglevel=error
endif
	@touch $@

# --- Running --------------------------------------------------------------------------------------

run: export FOLKMOOT_DEMO ?= 1
run: export FOLKMOOT_DATABASE_URL := $(FOLKMOOT_DATABASE_URL)
run: export FOLKMOOT_PUBLIC_URL := $(FOLKMOOT_PUBLIC_URL)
run: export FOLKMOOT_MAIL_URL ?= file:var/letters
run: export PORT := $(PORT)
run: setup
	@mkdir -p var
	$(BIN)/folkmoot migrate
	exec $(BIN)/folkmoot serve

# --- Checking -------------------------------------------------------------------------------------

test: lint chromium
	FOLKMOOT_TEST_ALL=$(ALL) $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(TESTS)

lint: $(DEV) $(NODE)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet . || { echo "Some files are not formatted. Run: make format" >&2; exit 1; }
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet frontend/templates
	if ls frontend/static/js/*.js >/dev/null 2>&1; then node_modules/.bin/tsc -p tsconfig.json; fi

format: $(DEV)
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format .

# The browser tests take Chromium from this machine, else Playwright's own.
chromium: $(DEV)
	@for name in chromium-headless-shell chromium chromium-browser google-chrome; do command -v $$name >/dev/null && exit 0; done; \
	has_own() { $(BIN)/python -c 'import os, sys; from playwright.sync_api import sync_playwright as start; \
	p = start().start(); found = os.path.exists(p.chromium.executable_path); p.stop(); sys.exit(not found)'; }; \
	has_own && exit 0; \
	echo "No Chromium here; installing one for the browser tests."; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && { apt-get install -y -qq chromium-headless-shell || apt-get install -y -qq chromium; } >/dev/null 2>&1; then exit 0; fi; \
	if $(BIN)/playwright install chromium && has_own; then exit 0; fi; \
	echo "Browser tests need Chromium. Install it (Debian: apt-get install chromium-headless-shell), then run this again." >&2

prove: $(PROOFS)

# What `make test` leaves out: every test on PostgreSQL, every route as everybody, every page in all four looks, every
# letter in all languages.
prove-both: $(DEV) $(NODE) chromium
	FOLKMOOT_TEST_ALL=1 $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -q -k "postgres or accessibility or writing or keeps_the_focus or table_says"

prove-%: tests/prove/test_%.py $(DEV) $(NODE)
	$(BIN)/python -m pytest -m prove -s --timeout 1800 $<

# --- Looking after --------------------------------------------------------------------------------

COMPILE := CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --upgrade --generate-hashes --strip-extras --allow-unsafe \
           --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options

lock: $(DEV)
	$(COMPILE) --output-file requirements.txt requirements.in
	$(COMPILE) --output-file requirements-dev.txt requirements-dev.in
	$(COMPILE) --output-file requirements-node.txt requirements-node.in
	$(or $(NPM),$(BIN)/npm) update --package-lock-only --no-progress --loglevel=error

LOCALES  := events/core/locales
KEYWORDS := --no-default-keywords -k _ -k gettext -k ngettext:1,2 -k N_:1,2

permissions: $(DEV)
	$(BIN)/python -m tests.permissions

messages: $(DEV)
	$(BIN)/pybabel --quiet extract -F pyproject.toml $(KEYWORDS) --no-wrap --sort-by-file --omit-header -c Translators: -o messages.pot .
	for language in de fr; do \
	  catalogue=$(LOCALES)/$$language/LC_MESSAGES/folkmoot.po; \
	  if [ -f $$catalogue ]; then $(BIN)/pybabel --quiet update -i messages.pot -D folkmoot -d $(LOCALES) -l $$language --no-wrap --no-fuzzy-matching; \
	  else $(BIN)/pybabel --quiet init -i messages.pot -D folkmoot -d $(LOCALES) -l $$language --no-wrap; fi; \
	done
	@rm -f messages.pot

clean:
	rm -rf $(VENV) node_modules build dist *.egg-info .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis test-results
	find . -name __pycache__ -not -path './var/*' -prune -exec rm -rf {} +
