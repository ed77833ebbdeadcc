# Everything runs from a .venv that these targets make themselves from the hashed locks in requirements/.
ifndef PYTHON
PYTHON := $(shell sh scripts/find_python)
endif
PYTEST := .venv/bin/pytest -n 2 --dist worksteal
export PYTHON

.DEFAULT_GOAL := help
SEED ?= 0
VISITS ?= 100
KILLS ?= 20

.PHONY: help run migrate check static quick test sqlite postgres browser faults soak bench fix build lock system

help: ## list these targets
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  \1\t\2/p' Makefile | expand -t 13

run: .venv/app.stamp ## migrate, load the story into an empty database, serve on http://127.0.0.1:$PORT (8000); HTTPS=1: to phones, by https (8443)
	@sh scripts/run

migrate: .venv/app.stamp ## bring the database in FIELDAPP_DATA (./data) or DATABASE_URL to the newest schema
	@.venv/bin/fieldapp migrate

check: static quick ## what every change must pass: linters, types, imports, secrets, budgets, quick tests (< 60 s)

static: .venv/dev.stamp ## the part of check that runs no test
	@sh scripts/static_checks

quick: .venv/dev.stamp ## quick tests on SQLite
	@$(PYTEST) -m "not slow and not browser and not faults"

test: system static sqlite postgres browser ## everything, on both databases, and in a browser (< 8 min)

sqlite: .venv/dev.stamp ## every test but the browser's on SQLite
	@FIELDAPP_TEST_DB=sqlite $(PYTEST) -m "not browser and not long_fault"

postgres: .venv/dev.stamp ## the same on a PostgreSQL cluster that the tests start and stop themselves
	@FIELDAPP_TEST_DB=postgres $(PYTEST) -m "not browser and not long_fault"

browser: .venv/dev.stamp ## the tests that need a real Chromium
	@$(PYTEST) -m "browser and not long_fault"

faults: .venv/dev.stamp ## what must lose nothing: a real server killed, its line broken, its disk full; as root, for small disks
	@$(PYTEST) tests/faults -m "not long_fault"
	@.venv/bin/pytest tests/faults -m long_fault

soak: .venv/dev.stamp ## VISITS by a random machine of real browsers, and KILLS of the server under load, from SEED (0: new ones)
	@.venv/bin/python -m tests.faults.soak phones --seed $(SEED) --visits $(VISITS)
	@.venv/bin/python -m tests.faults.soak server --seed $(SEED) --visits $(VISITS) --kills $(KILLS)

bench: .venv/dev.stamp ## measure pages, taps, the export of a package, and a phone in a real browser, on this machine
	@.venv/bin/python scripts/bench.py

fix: .venv/dev.stamp ## format, and mend what the linter can mend
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .

build: ## build static/css/app.css and static/js/*.js; needs Node, which running the app does not
	@$(PYTHON) scripts/build_static.py

lock: ## resolve requirements/*.in anew (needs uv)
	@sh scripts/lock

system: ## install what the tests need of the system: PostgreSQL's server, Chromium, Chinese glyphs
	@sh scripts/system_packages

.venv/app.stamp: requirements/app.txt scripts/venv
	@sh scripts/venv app

.venv/dev.stamp: requirements/dev.txt scripts/venv
	@sh scripts/venv dev
