# The commands of the workspace. `make help` lists them; each one works on a fresh Debian machine with python3.

PYTHON ?= python3
PORT ?= 6543
TLS_PORT ?= 8443
VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
FRONTEND := .local/frontend/node_modules/.package-lock.json
DISTRIBUTIONS := esea_auth_plugin oru_espace_pro_plugin host_app
SOURCES := $(DISTRIBUTIONS:%=%/src)
JOBS ?= auto
# Versions that are supported; test-versions runs those that are installed here.
PYTHONS ?= 3.11 3.12 3.13
T ?= tests --ignore=tests/bench

.PHONY: help serve serve-tls test test-versions check docs audit bench wheels sbom lock format words accessibility screenshots machine npm clean
.DEFAULT_GOAL := help

help:  ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

serve: $(INSTALLED)  ## bring the demo portal up at http://localhost:6543 (PORT= changes it)
	$(BIN)/python -m host_app.demo --port $(PORT)

serve-tls: $(INSTALLED)  ## the demo behind nginx with TLS and fictional cards, at https://localhost:8443
	$(BIN)/python -m host_app.demo.tls --port $(TLS_PORT)

test: $(INSTALLED) machine $(FRONTEND)  ## run every test, in parallel; T=path runs some
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(T)

test-versions: machine $(FRONTEND)  ## run the tests on each Python in PYTHONS= that is here; T=path runs some
	@for each in $(PYTHONS); do \
	  python=$$(sh tools/find_python.sh $$each) || { echo "python$$each is not here: left out" >&2; continue; }; \
	  $(MAKE) test PYTHON=$$python VENV=.local/python$$each || exit 1; done

check: $(INSTALLED) $(FRONTEND) docs  ## formatting, lint, layers, types, style sheets, scripts, lock in step, texts not said twice, terms, documentation without warnings
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy $(SOURCES) tests tools docs/_ext
	@sh tools/frontend/check.sh
	$(BIN)/python tools/check_lock.py
	$(BIN)/python tools/check_repeated_text.py
	$(BIN)/python tools/check_terms.py

# Read anew each time (-E): the reference is generated from code that Sphinx does not watch.
docs: $(INSTALLED)  ## build the documentation into dist/docs; a warning fails
	$(BIN)/python -W ignore -m sphinx -W --keep-going -n -E -q -b html -d .local/doctrees docs dist/docs

audit: $(INSTALLED)  ## known vulnerabilities of what requirements.txt pins; needs the network
	@sh tools/audit.sh $(BIN)/uv || [ $$? -eq 75 ]  # 75: not done, and said so

bench: $(INSTALLED) machine  ## figures of this machine: pages, queries, sign-ins, mail
	$(BIN)/python -m tests.bench

wheels: $(INSTALLED)  ## build the sdist of each distribution, and its wheel from the sdist, into dist/
	rm -f dist/*.whl dist/*.tar.gz
	for each in $(DISTRIBUTIONS); do $(BIN)/python -m build --no-isolation --outdir dist $$each || exit 1; done
	ls dist

sbom: $(INSTALLED)  ## write the CycloneDX bill of materials of each distribution into dist/
	@$(BIN)/python -m tools.sbom || [ $$? -eq 75 ]  # 75: not done, and said so

format: $(INSTALLED) $(FRONTEND)  ## let the linters write the formatting
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	@sh tools/frontend/check.sh --fix

lock: $(INSTALLED)  ## resolve requirements.in into requirements.txt
	$(BIN)/uv pip compile requirements.in --output-file requirements.txt --upgrade --quiet --universal \
	  --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
	  $(foreach each,$(DISTRIBUTIONS),--no-emit-package $(subst _,-,$(each)))

words: $(INSTALLED)  ## write the catalogues of words again (locale/)
	$(BIN)/python tools/words.py

accessibility: $(INSTALLED) machine $(FRONTEND)  ## judge every page, and write what the statement tells of it
	$(BIN)/python tools/accessibility.py

screenshots: $(INSTALLED) machine  ## take the README's pictures again
	$(BIN)/python tools/screenshots.py

# pip refuses hashes together with -e, hence two steps; the second one reads no index.
$(INSTALLED): requirements.txt $(DISTRIBUTIONS:%=%/pyproject.toml)
	PYTHON=$(PYTHON) sh tools/make_environment.sh $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
	  $(DISTRIBUTIONS:%=-e ./%)
	touch $@

# What only tests need and pip does not bring: Chromium, PostgreSQL, nginx, Apache, Redis, npm, SoftHSM and its tools.
machine:
	@sh tools/prepare_machine.sh

# A developer's machine without npm, and without a way to install it, checks the rest.
npm:
	@sh tools/prepare_machine.sh npm || [ -z "$${CI:-}" ]

# The linters and axe-core are installed from their packages, and never committed.
$(FRONTEND): tools/frontend/package.json tools/frontend/package-lock.json | npm
	@mkdir -p .local/frontend
	@cp $^ .local/frontend/
	@if command -v npm >/dev/null; then cd .local/frontend && npm ci --silent --ignore-scripts; \
	  else [ -z "$${CI:-}" ]; fi
	@touch -c $@

clean:  ## remove what the other commands made
	rm -rf $(VENV) .local dist var .mypy_cache .ruff_cache .pytest_cache .hypothesis
