# One word a task. Each works on a fresh machine: what it needs is installed first.
PYTHON ?= python3
PORT ?= 6543
T ?= tests
JOBS ?= auto
BIN := .venv/bin
CODE := esea_auth_plugin/src oru_espace_pro_plugin/src host_app/src tests tools

.PHONY: serve test check bench wheels lock format clean

.venv/ready: requirements.txt esea_auth_plugin/pyproject.toml oru_espace_pro_plugin/pyproject.toml host_app/pyproject.toml
	PYTHON=$(PYTHON) tools/venv.sh

serve: .venv/ready ## the demo portal at http://localhost:6543
	$(BIN)/python -m host_app.demo --port $(PORT)

test: .venv/ready ## every test; T=path runs some
	tools/test-packages.sh
	$(BIN)/python -m pytest -n $(JOBS) $(T) --ignore=tests/bench

check: .venv/ready ## format, lint, types, repeated sentences
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy $(CODE)
	$(BIN)/python tools/check_templates.py

bench: .venv/ready ## figures of this machine
	tools/test-packages.sh
	$(BIN)/python -m pytest -q -s -p no:cacheprovider tests/bench

wheels: .venv/ready ## the three wheels, in dist/
	rm -rf dist
	for name in esea_auth_plugin oru_espace_pro_plugin host_app; do \
	    $(BIN)/python -m build --quiet --wheel --no-isolation --outdir dist $$name || exit 1; done

format: .venv/ready
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

lock: ## make requirements.txt anew (needs uv)
	uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 --no-header --no-annotate \
	    --no-emit-index-url --all-extras \
	    requirements.in esea_auth_plugin/pyproject.toml -o requirements.txt

clean:
	rm -rf .venv dist build var */build */src/*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
