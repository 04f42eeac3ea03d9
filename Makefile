# `make` proves everything that needs no server; `make help` lists the rest.

.DEFAULT_GOAL := check
.PHONY: check setup help

check: setup ## format, lint, strict types (default)

setup: ## make or refresh .venv
	@installer/developer-environment demo

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16
