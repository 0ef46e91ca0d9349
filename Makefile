# The project's commands, from a clean clone on. `make` alone lists them.
BUILD   := build
PREFIX  ?= /usr/local
SLIPWAY := bin/slipway

.DEFAULT_GOAL := help
.PHONY: help up down reset test prove build install fmt lint clean

help: ## list the commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

up: packages-run build ## install what is missing, build, start the platform, say where it answers
	@$(SLIPWAY) up -d --wait
	@tools/show_addresses.sh $(SLIPWAY)

down: ## stop the platform, keep its data
	@$(SLIPWAY) down

reset: ## stop the platform and delete its data
	@$(SLIPWAY) down --volumes -y

test: packages-test configure ## install what is missing, build, run every test
	@ninja -C $(BUILD)
	@tools/fetch_broker.sh $(BUILD)/slipway/slipway
	@tools/run_tests.py $(BUILD) --no-suite prove

prove: packages-test configure ## the proofs that need tools from other registries
	@ninja -C $(BUILD)
	@tools/run_tests.py $(BUILD) --suite prove

build: packages-build configure ## install what is missing, build; leaves a runnable bin/slipway
	@ninja -C $(BUILD) products
	@mkdir -p bin
	@ln -sfn ../$(BUILD)/slipway/slipway $(SLIPWAY)

install: build ## install under PREFIX (/usr/local)
	@meson configure $(BUILD) --prefix=$(abspath $(PREFIX))
	@ninja -C $(BUILD) products
	@meson install -C $(BUILD) --no-rebuild

fmt: configure ## format every C file
	@ninja -C $(BUILD) fmt

lint: configure ## clang-tidy over all sources
	@ninja -C $(BUILD) lint

clean: ## remove what was built
	rm -rf build build-* bin

.PHONY: configure packages-build packages-run packages-test
configure:
	@[ -f $(BUILD)/build.ninja ] || meson setup $(BUILD)

packages-build:
	@tools/install_packages.sh build

packages-run:
	@tools/install_packages.sh build run

packages-test:
	@tools/install_packages.sh build run test
