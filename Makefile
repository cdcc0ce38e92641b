# Fresh machine: Python 3.11 or newer, make, and a package registry. Everything lives in .venv.

VENV := .venv
BIN := $(VENV)/bin
CANDIDATES := python3.14 python3.13 python3.12 python3.11 python3 python
USABLE := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in $(CANDIDATES); do $$p -c '$(USABLE)' 2>/dev/null && { echo $$p; break; }; done)
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
WORKERS ?= auto
BENCH := .venv-bench
PEERS := torch==2.13.0 jax autograd mygrad scipy
NEURON := "sigmoid(w0*x0 + w1*x1 + w2)" --at "w0=2, w1=-3, w2=-3, x0=-1, x1=-2"

.PHONY: help demo test lint bench gallery clean
.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 8

demo: $(VENV)/.installed ## check a learner's script, explain its neuron, draw its circuit
	@mkdir -p out
	@echo '$$ whygrad check examples/sigmoid_neuron.py'
	@$(BIN)/whygrad check examples/sigmoid_neuron.py; test $$? -eq 1  # 1: something wrong was found, as it should
	@printf '\n$$ whygrad explain $(NEURON) --why w2\n'
	@$(BIN)/whygrad explain $(NEURON) --why w2
	@printf '\n$$ whygrad show $(NEURON) --out out/neuron.svg --out out/neuron.html\n'
	@$(BIN)/whygrad show $(NEURON) --out out/neuron.svg --out out/neuron.html
	@printf '\nNext: the same without --why (every number) or with --text in place of --out (drawn here); or check a file of your own.\n'
	@printf 'The command is $(BIN)/whygrad.\n'

test: $(VENV)/.tested lint ## lint, types and tests
	$(BIN)/python -m pytest -n $(WORKERS)

lint: $(VENV)/.tested ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(BENCH)/.installed ## all benchmarks beside their peers, in an environment of their own
	$(BENCH)/bin/python -m bench

gallery: $(VENV)/.tested ## draw the pictures of docs/gallery.md anew
	$(BIN)/python -m docs.gallery

clean: ## remove what the other targets made
	rm -rf $(VENV) $(BENCH) out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "whygrad needs Python 3.11 or newer with venv and pip" \
		"(Debian, Ubuntu: apt-get install python3-venv); or name one: make PYTHON=/path/to/python3.12"; exit 1; }
	@echo "setting up $(VENV) with $(PYTHON) ..."
	@$(PYTHON) -m venv $(VENV)

# Bytecode is written here: where PYTHONDONTWRITEBYTECODE is set, each start would compile every module anew.
$(VENV)/.installed: $(VENV)/bin/python pyproject.toml
	@$(PIP) install -e .
	@$(BIN)/python -m compileall -qq src $$($(BIN)/python -c 'import numpy; print(*numpy.__path__)')
	@touch $@

# Dependency groups need pip 25.1; the pip that comes with Python 3.11 is older.
$(VENV)/.tested: $(VENV)/.installed
	@$(PIP) install 'pip>=25.1'
	@$(PIP) install --group test --group lint
	@touch $@

$(BENCH)/.installed: pyproject.toml Makefile
	@test -n "$(PYTHON)" || { echo "no usable Python was found: make bench PYTHON=/path/to/python3.12"; exit 1; }
	@echo "setting up $(BENCH) with the libraries that whygrad is measured against ..."
	@$(PYTHON) -m venv $(BENCH)
	@$(BENCH)/bin/python -m pip --disable-pip-version-check -qq install -e . $(PEERS)
	@touch $@
