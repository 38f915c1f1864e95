# Everything that people and machines do here starts with one of these.
# Needs python3 (3.11 or newer) with venv; PYTHON=... names another one.

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
TESTED := .venv/.tested
# Modules are compiled when they are first imported, and kept then: most of them never are.
export PYTHONDONTWRITEBYTECODE :=
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile \
	--constraint constraints.txt --editable

.PHONY: help run test torture lint article bench bench-search peers reference picture clean

help: ## say what can be made
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1\t\2/p' Makefile

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'neuroevo needs Python 3.11 or newer; name one with make PYTHON=...' >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(INSTALL) .
	@touch $@

$(TESTED): $(INSTALLED)
	$(INSTALL) '.[dev]'
	@touch $@

run: $(INSTALLED) ## evolve networks on the mouse task, and say where the report is
	@$(BIN)/neuroevo run experiments/mouse.toml

lint: $(TESTED) ## check style, types and the layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

test: lint ## all checks and all tests
	OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses 3 --max-worker-restart 0 \
		--dist loadfile --no-loadscope-reorder

article: $(INSTALLED) ## measure the claims of the article: a page in results/article, a summary in docs
	$(BIN)/python -m experiments.article

# A shorter search than that of `make run`, so that its journal stays small enough for the repository.
REFERENCE := results/mouse-reference
reference: $(INSTALLED) ## make the reference run in results/ again; README and verify are tested with it
	rm -rf $(REFERENCE) results/reference
	$(BIN)/neuroevo run experiments/mouse.toml --name mouse-reference --results results/reference --quiet \
		--set evolution.population=24 --set evolution.generations=16
	mv results/reference/mouse-reference-* $(REFERENCE)
	rm -r results/reference $(REFERENCE)/*.html $(REFERENCE)/lock $(REFERENCE)/checkpoint.previous.json
	$(BIN)/neuroevo show $(REFERENCE)

picture: $(TESTED) ## take the pictures in the README from the latest run, with chromium
	$(BIN)/python docs/picture.py

torture: $(TESTED) ## make runs fail in all ways that we know, and count what they lose
	$(INSTALL) '.[torture]'
	$(BIN)/python -m experiments.torture

bench: $(TESTED) ## measure speed, against peers where they are installed
	$(BIN)/python -m experiments.benchmarks

bench-search: $(TESTED) ## compare the searches trial by trial, for hours; goes on where it stopped
	$(BIN)/python -m experiments.benchmarks search --json results/search.jsonl

# On Linux PyTorch brings CUDA, gigabytes of it. Its own index has a version for the CPU alone:
# PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu make peers
peers: $(TESTED) ## install what benchmarks compare with: jax, Optuna, PyTorch, sklearn-genetic-opt
	$(INSTALL) '.[peers]'

clean: ## remove what was installed and cached, but no results
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
