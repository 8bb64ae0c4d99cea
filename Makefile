# The work is in scripts/; see docs/DEVELOPMENT.md.
PREFIX ?= /usr/local

.PHONY: help demo test soak bench check format schemas build release install clean

help:
	@echo 'make demo      build, and watch a whole run with a scripted model (no account needed)'
	@echo 'make test      build, and run all tests and checks'
	@echo 'make soak      whole runs under 200 random kills (KILLS=n SEED=n)'
	@echo 'make bench     ratios against the limits and plain tools (docs/performance.md)'
	@echo 'make install   build, and install below PREFIX ($(PREFIX))'
	@echo 'For development: build release check format schemas clean'

demo:
	@scripts/demo $(ARGS)

test:
	@scripts/test

soak:
	@CCO_TEST_RUN_SEED=$(RUN_SEED) scripts/soak $(or $(KILLS),200) $(or $(SEED),1)

bench:
	@scripts/bench $(ARGS)

check:
	@scripts/check

build:
	@scripts/setup --no-claude
	swift build

release:
	@scripts/setup --no-claude
	@scripts/release

install:
	@scripts/install '$(PREFIX)'

format:
	swift format --in-place --recursive --configuration .swift-format Sources Tests Package.swift

schemas:
	swift run --quiet cco init --schemas schemas

clean:
	swift package clean
