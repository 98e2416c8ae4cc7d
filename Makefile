# Two commands on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
OUT ?= demo

.PHONY: demo test lint check benchmark lock clean

demo: $(VENV)/.runtime  ## set up everything and do the main job
	$(BIN)/trialwright demo --out $(OUT)

test: $(VENV)/.dev  ## set up everything and run the tests
	$(BIN)/python -m pytest -q -n 2 --dist loadfile

lint: $(VENV)/.dev  ## style, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test

benchmark: $(VENV)/.dev  ## side-by-side timings, by hand
	for script in benchmarks/*.py; do PYTHONPATH=tests/support:tests/reference $(BIN)/python $$script; done

$(VENV)/.runtime: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.lock
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-dev.lock
	touch $@

lock: $(VENV)/.runtime  ## pin the newest versions again (needs uv in the environment)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-header \
		--generate-hashes --extra all --group build pyproject.toml --output-file requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-header \
		--generate-hashes --extra all --group build --group dev --constraint requirements.lock \
		pyproject.toml --output-file requirements-dev.lock

clean:
	rm -rf $(VENV) $(OUT) .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
