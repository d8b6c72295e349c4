# Everything from a fresh clone: needs Python 3.11 or newer, git and make.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin
READY := $(VENV)/.ready
# Twice as many as there are processors: most of a test is waiting for a page.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(2 * (os.cpu_count() or 1))')

.PHONY: help dev demo lint test test-all bench package messages docs lock
.DEFAULT_GOAL := help

help:  ## say what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

dev: $(READY)  ## set everything up, the browser included; a second call does nothing

demo: $(READY)  ## rehearse the contact verification on the mock marketplace
	$(RUN)/handrail dry-run contact

lint: $(READY)  ## check style, types and that generated files are fresh
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(RUN)/lint-imports --no-logo --no-cache
	$(RUN)/python tests/tools/messages.py --check
	$(RUN)/python tests/tools/docs.py --check

test: $(READY)  ## run the tests of every day: all but the exhaustive ones
	$(RUN)/python -m pytest -n $(WORKERS) -m "not slow"

test-all: $(READY)  ## run every test, the exhaustive ones of tests/slow too
	$(RUN)/python -m pytest -n $(WORKERS)

bench: $(READY)  ## measure, as ratios in one run
	$(RUN)/python tests/bench/run.py

package: $(READY)  ## build the sdist and the wheel
	$(RUN)/python -m build --no-isolation

messages: $(READY)  ## collect the sentences and compile the Chinese catalogue
	$(RUN)/python tests/tools/messages.py

docs: $(READY)  ## write the generated parts of docs/reference
	$(RUN)/python tests/tools/docs.py

lock:  ## pin every dependency anew, by hash
	$(PYTHON) -m venv $(VENV)/lock
	$(VENV)/lock/bin/python -m pip install --quiet --disable-pip-version-check pip-tools
	$(VENV)/lock/bin/python -m piptools compile --quiet --upgrade --extra dev --generate-hashes \
		--strip-extras --allow-unsafe --no-header --no-emit-index-url --no-emit-find-links \
		--no-emit-trusted-host --annotation-style=line --output-file requirements/dev.txt pyproject.toml

$(READY): requirements/dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Handrail needs Python 3.11 or newer.")'
	test -x $(RUN)/pip || $(PYTHON) -m venv $(VENV)
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(RUN)/python -m handrail.browser.install
	touch $@
