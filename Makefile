# The two commands a new user needs: `make demo` and `make test`. Only Python 3.11+, pip, git and make are assumed.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help setup demo demo-life test bench lint types lock clean

help:
	@echo "make demo    set up, start a sandbox CVAT, and walk through the main job"
	@echo "make demo-life  a project from nothing, changed, pruned, and taken back with its data"
	@echo "make test    set up, lint, type-check and run all tests"
	@echo "make setup   only the virtual environment"
	@echo "make bench   ratios, measured side by side"
	@echo "make lock    renew the hashed lock files (needs uv)"

setup: .venv/ready

# Everything is pinned and hashed; the package itself is then installed from this folder without touching the network.
.venv/ready: requirements.lock requirements-sdk-oldest.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	rm -rf .venv/sdk-oldest
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps --target .venv/sdk-oldest -r requirements-sdk-oldest.lock
	touch $@

demo: setup
	$(BIN)/python -m reconciler.sandbox.demo states/reopen.yaml

demo-life: setup
	$(BIN)/python -m reconciler.sandbox.demo_life states/life

test: setup lint types
	$(BIN)/pytest -n 2 -q

bench: setup
	$(BIN)/python -m tests.benchmarks

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --group dev --all-extras pyproject.toml -o requirements.lock
	printf 'cvat-sdk==2.54.0\n' | uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --no-deps - -o requirements-sdk-oldest.lock

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
