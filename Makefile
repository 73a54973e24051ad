# The daily life of akin. `make run` and `make test` are all that a fresh machine needs.

# Set these on the command line (make run PORT=8001); the environment's HOST and PORT are not ours.
PYTHON  := $(shell for p in python3.11 python3 python3.12 python3.13; do $$p -c \
    'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV    := .venv
BIN     := $(VENV)/bin
HOST    := 127.0.0.1
PORT    := 8000
# What to index: files and folders. Empty: what the index was built from, at first seeds/.
SOURCES :=

# A worker for each core, each with one thread: two that compute with all cores wait for each other.
IN_PARALLEL = OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help run index test quick lint format bench screenshots lock clean

help: ## these verbs
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 13

run: $(VENV)/.run ## set up, bring the index up to date, serve
	@$(BIN)/rebuild-index --index index $(SOURCES) || { test -z "$(SOURCES)" && test -e index/CURRENT && echo "serving the index as it is"; }
	$(BIN)/akin serve --index index --host $(HOST) --port $(PORT)

index: $(VENV)/.run ## build the index of SOURCES into index/
	$(BIN)/rebuild-index --index index $(SOURCES)

test: $(VENV)/.dev ## the whole suite: style, types, tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(IN_PARALLEL)

quick: $(VENV)/.dev ## the tests that need no model
	$(IN_PARALLEL) -m "not model" -x -q

lint: $(VENV)/.dev ## style and types alone
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.dev ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.run ## what building and importing cost, as ratios within one run
	$(BIN)/python benchmarks/build_cost.py
	$(BIN)/python benchmarks/import_cost.py

screenshots: $(VENV)/.dev ## take the pictures of docs/pages.md anew; needs Chromium
	$(BIN)/python docs/screenshots.py

lock: $(VENV)/.dev ## resolve the lock files anew
	$(BIN)/pip-compile -q --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
	    --no-header --allow-unsafe --upgrade -o requirements.lock pyproject.toml constraints.in
	$(BIN)/pip-compile -q --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
	    --no-header --allow-unsafe --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml
	sed -i -E 's/^(torch==[0-9.]+)\+cpu$$/\1/' requirements.lock requirements-dev.lock  # any build of it

clean: ## drop the environment and every built index
	rm -rf $(VENV)
	find index -mindepth 1 ! -name README.md -delete

# A stamp is written only when everything before it went well, so a broken set-up is begun again.
$(VENV)/.run: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "akin needs Python 3.11 or newer: make run PYTHON=/path/to/python3.11"; exit 1; }
	@echo "setting up $(VENV): some 1.5 GB of packages, a minute or more"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q -r requirements.lock
	$(BIN)/python -m pip install -q --no-deps -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	$(BIN)/python -m pip install -q -r requirements-dev.lock
	@touch $@
