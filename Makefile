# Set-up happens by itself, once, and again when requirements.lock changes.
PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready

.PHONY: setup demo test bench format lock

setup: $(READY)

$(READY): requirements.lock pyproject.toml scripts/setup
	@PYTHON=$(PYTHON) scripts/setup $(VENV)

# PAPERS="page.html feed.xml" takes announcement files, KEYWORDS='a; "b c"' other keywords. Both reach the script
# through the environment: in the recipe their quotes would be the shell's.
export PAPERS KEYWORDS
demo: $(READY)
	@scripts/demo

test: $(READY)
	@scripts/test

# Figures, not tests: nothing fails here because a machine is busy.
bench: $(READY)
	@$(VENV)/bin/python benchmarks/match.py

format: $(READY)
	@$(VENV)/bin/ruff format .
	@$(VENV)/bin/ruff check --fix .

# The newest versions that fit together, with hashes and without addresses.
lock:
	@scripts/lock
