# Needs make, a shell and Python 3.11 or newer (with venv and pip); everything
# else is installed into $(VENV). `make` alone lists what there is.
#
#   PYTHON=/path/to/python3.12   the Python that makes the environment
#   VENV=elsewhere               where the environment lives
#   ARGS="..."                   more arguments for pytest or the demo

SHELL := /bin/sh
VENV ?= .venv
ARGS ?=
bin := $(VENV)/bin
is_new_enough := import sys; sys.exit(sys.version_info < (3, 11))

# Without PYTHON=, the first Python on the path that is new enough.
ifeq ($(origin PYTHON), undefined)
PYTHON = $(or $(shell for candidate in python3 python3.14 python3.13 python3.12 python3.11; do \
	  $$candidate -c '$(is_new_enough)' 2>/dev/null && echo $$candidate && break; done),python3)
endif

pip := $(bin)/python -m pip install --quiet --disable-pip-version-check --no-input
pytest := $(bin)/python -m pytest -q
core := tests/wf_es/expressions tests/wf_es/definition tests/wf_es/execution tests/test_architecture.py \
	tests/test_house_style.py --deselect tests/wf_es/expressions/test_sandbox.py

.DEFAULT_GOAL := help
.PHONY: help demo setup test check check-long bench format clean distclean

help: ## list the targets
	@echo "wf_es: an event-sourced workflow engine that speaks Mistral v2"
	@echo
	@grep -E '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z-]+):.*## /\1|/' \
	  | awk -F'|' '{ printf "  make %-12s %s\n", $$1, $$2 }'

demo: $(VENV)/.run-ready ## set up and show the main job: call back, fail, look, resume
	@$(bin)/wf-es demo $(ARGS)
	@command -v wf-es >/dev/null || printf '\nBefore that, in this folder:  . %s/activate\n' '$(bin)'

setup: $(VENV)/.test-ready ## only set up the environment

test: $(VENV)/.test-ready ## set up and run everything: lint, types, all tests
	@$(MAKE) --no-print-directory lint-and-types VENV='$(VENV)'
	$(pytest) -n 2 $(ARGS)

check: $(VENV)/.test-ready ## quick: lint, types, tests of the core
	@$(MAKE) --no-print-directory lint-and-types VENV='$(VENV)'
	$(pytest) $(core) $(ARGS)

check-long: $(VENV)/.test-ready ## minutes: 200 SIGKILL rounds, large property runs, benchmarks
	$(pytest) tests/acceptance/test_crash.py --crash-rounds 200 -s
	$(pytest) -n 2 --hypothesis-profile long -m 'not benchmark' --deselect tests/acceptance/test_crash.py $(ARGS)
	$(pytest) -m benchmark -s

bench: $(VENV)/.test-ready ## measure speed
	$(pytest) -m benchmark -s $(ARGS)

format: $(VENV)/.test-ready ## bring the code into shape
	$(bin)/ruff check --fix .
	$(bin)/ruff format .

clean: ## remove what builds, tests and the demo left behind
	rm -rf .demo build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .benchmarks
	find . -path './$(VENV)' -prune -o -name __pycache__ -type d -print | xargs rm -rf

distclean: clean ## and the environment, too
	rm -rf '$(VENV)' *.egg-info

.PHONY: lint-and-types
lint-and-types:
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/mypy

# --- the environment -----------------------------------------------------------
# The stamps are newer than pyproject.toml when there is nothing to do, so a
# second call costs nothing. The demo does not need what the tests need.

$(VENV)/.test-ready: pyproject.toml | $(bin)/python
	@echo "Installing wf_es, what it needs and what its tests need into $(VENV) ..."
	@$(pip) --editable '.[test]'
	@touch $(VENV)/.run-ready $@

$(VENV)/.run-ready: pyproject.toml | $(bin)/python
	@echo "Installing wf_es and what it needs into $(VENV) ..."
	@$(pip) --editable .
	@touch $@

$(bin)/python:
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
	  echo "There is no '$(PYTHON)' here: install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c '$(is_new_enough)' || { \
	  echo "$(PYTHON) is $$($(PYTHON) --version 2>&1), but wf_es needs Python 3.11 or newer: install one, or name it: make PYTHON=/path/to/python3.12"; exit 1; }
	@echo "Making a Python environment in $(VENV) with $(PYTHON) ..."
	@$(PYTHON) -m venv '$(VENV)' >'$(VENV).log' 2>&1 && '$(bin)/python' -m pip --version >>'$(VENV).log' 2>&1 || { \
	  cat '$(VENV).log'; rm -rf '$(VENV)' '$(VENV).log'; \
	  echo "$(PYTHON) cannot make an environment with pip. On Debian and Ubuntu: apt install python3-venv python3-pip"; exit 1; }
	@rm -f '$(VENV).log'
