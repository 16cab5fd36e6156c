# Every target says what it does and makes its own environment.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
FIGURE ?= ketapk-demo.png
WORKERS ?= 2

.PHONY: help demo test lint coverage pages bench bench-full bench-check bench-individual clean
.DEFAULT_GOAL := help

help:
	@echo "make demo      compare 0.5 mg/kg by vein, muscle and nose, and the 84 mg device"
	@echo "make test      run all tests"
	@echo "make lint      check style, types and layers"
	@echo "make coverage  measure what the tests reach in the kernels, uncompiled"
	@echo "make pages     write the pages of the library in docs/ from its data"
	@echo "make bench     compare speed and error with other programs, two minutes"
	@echo "make bench-full  the same at length, half an hour; writes benchmarks/RESULTS.md"
	@echo "make bench-individual  recover drawn people from their levels; writes benchmarks/INDIVIDUAL.md"
	@echo "make bench-check  see that the comparisons run, a minute; nothing about time"
	@echo "make clean     remove the environment and everything made"

$(VENV)/ready: pyproject.toml
	@echo "==> Making an environment in $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)
	@echo "==> Installing ketapk and what it needs (a minute or two)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[plot,test]'
	@touch $@

$(VENV)/ready-to-lint: $(VENV)/ready
	@echo "==> Installing the linters"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[lint]'
	@touch $@

$(VENV)/ready-to-check: $(VENV)/ready
	@echo "==> Installing what ketapk is compared with"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	@touch $@

$(VENV)/ready-to-bench: $(VENV)/ready-to-check
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'numbalsoda>=0.3.4' \
		>/dev/null 2>&1 || echo "    numbalsoda could not be built (it needs a Fortran compiler)"
	@touch $@

demo: $(VENV)/ready
	@echo "==> 0.5 mg/kg ketamine in 70 kg by vein, muscle and nose, and 84 mg esketamine by device"
	@echo "    (the first run compiles the kernels, about 20 s)"
	@$(BIN)/ketapk compare \
		iv="0.5 mg/kg iv over 40 min" im="0.5 mg/kg im" nasal="0.5 mg/kg nasal" \
		device="84 mg spravato" --weight 70 --plot $(FIGURE)

test: $(VENV)/ready
	@echo "==> Compiling the kernels, once (a minute or two)"
	@$(BIN)/ketapk compile > /dev/null
	@echo "==> Running all tests on $(WORKERS) processes"
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

lint: $(VENV)/ready-to-lint
	@echo "==> Style"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@echo "==> Types"
	@$(BIN)/mypy
	@echo "==> Layers"
	@$(BIN)/lint-imports

coverage: $(VENV)/ready
	@echo "==> Kernel tests without compilation"
	@NUMBA_DISABLE_JIT=1 HYPOTHESIS_PROFILE=brief $(BIN)/python -m pytest -n $(WORKERS) \
		-m "not compiled_only" tests/kernels tests/test_semantics.py \
		tests/test_laws.py::test_mass_balance_of_any_plan \
		tests/test_laws.py::test_everything_ends_somewhere \
		tests/test_laws.py::test_exact_equals_ode_through_resets_and_steady_states \
		tests/test_laws.py::test_parameters_that_overflow_are_a_status \
		tests/test_laws.py::test_saturable_steady_state_equals_a_long_run_in \
		tests/test_laws.py::test_one_patient_that_fails_leaves_the_others_alone \
		--cov --cov-report=term-missing

pages: $(VENV)/ready
	@echo "==> Writing docs/models, routes.md, effects.md and observed.md"
	@$(BIN)/python docs/make_pages.py

bench: $(VENV)/ready-to-bench
	@echo "==> ketapk and others, the same jobs in one run (about two minutes)"
	@$(BIN)/python benchmarks/run.py

bench-full: $(VENV)/ready-to-bench
	@echo "==> ketapk and others at length"
	@$(BIN)/python benchmarks/run.py --full

bench-individual: $(VENV)/ready
	@echo "==> Estimates from levels against the people who were drawn (some minutes)"
	@$(BIN)/python benchmarks/individual.py 100 --write

bench-check: $(VENV)/ready-to-check
	@echo "==> The jobs under pytest-benchmark, once each"
	@$(BIN)/python -m pytest -q benchmarks/test_regression.py --benchmark-disable
	@echo "==> The comparisons, tiny, once each"
	@$(BIN)/python benchmarks/run.py --smoke

clean:
	@echo "==> Removing $(VENV) and everything made"
	@rm -rf $(VENV) .hypothesis .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .coverage*
