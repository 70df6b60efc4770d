# Two commands for a bare clone: `make run` and `make test`. Each installs what it needs into .venv first.
PYTHON ?= python3
BIN := .venv/bin
QUICK := "not long and not slow and not faults"
LONG := "long and not slow and not faults"
# What fails is told, and tried once more alone: the tests run real programs, on whatever else the machine has to do.
tests = $(BIN)/python -m pytest -q -n 4 --dist loadfile -m $(1) || $(BIN)/python -m pytest -q -m $(1) --last-failed --last-failed-no-failures none
# Tests start thousands of processes: without kept bytecode each compiles what it imports, a third of its time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup run test test-long test-slow test-faults fuzz check format screenshots bench soak hostile train compare eval clean
help: ## say what there is
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

setup: ## install everything into .venv (done by the others)
	@$(PYTHON) scripts/set_up.py dev

run: setup ## screen the example inbox with the embedded model; on a terminal open the app on it
	@$(BIN)/python scripts/first_run.py

test: setup ## every test that takes less than 3 seconds
	@$(call tests,$(QUICK))

test-long: setup ## those of seconds each, most of them through the installed command; with `make test`, what CI runs
	@$(call tests,$(LONG))

test-slow: setup ## those of minutes or more, alone
	@$(BIN)/python -m pytest -q -m slow

test-faults: setup ## thousands of real faults under the journal, and what came of them (FAULTS=0.1: a tenth)
	@$(BIN)/python -m pytest -q -m faults

fuzz: ## an hour of hostile input for each target, led by coverage (FUZZ_S=60: a minute; FUZZ=mail: one target)
	@$(PYTHON) scripts/set_up.py dev fuzz
	@$(BIN)/python tests/fuzz/fuzz.py --seconds $(or $(FUZZ_S),3600) $(FUZZ)

check: setup ## lint, format, types, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@for folder in tui packs faults assistant health reading alerts watching; do MYPYPATH=tests:tests/service:tests/journal:tests/packs:tests/tui $(BIN)/mypy $$(find tests/$$folder -name "*.py") || exit 1; done
	@$(BIN)/lint-imports --no-cache

format: setup ## format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

screenshots: setup ## draw every screen of the app into docs/screenshots/
	@$(BIN)/python scripts/screenshots.py

bench: ## the figures of design and README, beside their baselines (never a verdict)
	@$(PYTHON) scripts/set_up.py dev bench
	@$(BIN)/python scripts/bench.py

soak: setup ## all live parts at work for half an hour, the model killed every minute (SOAK_S=86400: a day)
	@$(BIN)/python scripts/live/soak.py --seconds $(or $(SOAK_S),1800)

hostile: setup ## what becomes of hostile input: disguises, places, forced failures, languages (an hour)
	@$(BIN)/python scripts/hostile_input.py $(HOSTILE)

train: ## rebuild the embedded model from ../shared/data/train and our corpus (about an hour on two cores)
	@$(PYTHON) scripts/set_up.py dev train
	@$(BIN)/python models/training/train.py
	@$(BIN)/python models/training/train.py --plain
	@$(BIN)/python models/training/evaluate.py --ship
	@$(BIN)/python models/training/adapt_check.py

compare: ## training choices beside each other, on voices and sources that no run read (an hour and more)
	@$(PYTHON) scripts/set_up.py dev train
	@$(BIN)/python models/training/compare.py

eval: ## the report card: what ships beside simpler systems, on texts that training did not read (into .train/)
	@$(PYTHON) scripts/set_up.py dev train
	@$(BIN)/python models/training/report.py $(EVAL)

clean: ## remove .venv and caches
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
