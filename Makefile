# Each target does all its own set-up. `make run` and `make test` are all that a newcomer needs.
.PHONY: run test check bench pictures clean

VENV := .venv
BIN := $(VENV)/bin
BENCH := .venv-bench/bin
RUNS := $(VENV)/.runs
TESTS := $(VENV)/.tests
PIP := -m pip install --disable-pip-version-check --quiet

run: $(RUNS)
	$(BIN)/streamlit run app.py

test: check
	$(BIN)/python -m tools.chromium
	$(BIN)/python -m pytest

check: $(TESTS)
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(TESTS)
	$(BIN)/python -m tools.chromium
	sh tools/venv.sh .venv-bench
	$(BENCH)/python $(PIP) -r requirements-bench.txt || echo "PyTorch could not be installed: its rows are left out."
	$(BIN)/python -m benches

pictures: $(TESTS)
	$(BIN)/python -m tools.chromium
	$(BIN)/python -m tools.pictures

clean:
	rm -rf $(VENV) .venv-bench bench-results test-artifacts .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(RUNS): requirements.txt
	sh tools/venv.sh $(VENV)
	@echo "Installing what Sluicegate needs into $(VENV) (once; about a minute)"
	$(BIN)/python $(PIP) -r requirements.txt
	@touch $@

$(TESTS): $(RUNS) requirements-dev.txt
	@echo "Installing what the tests need into $(VENV) (once)"
	$(BIN)/python $(PIP) -r requirements-dev.txt
	@touch $@
