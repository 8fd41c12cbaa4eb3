# Everything one does with Tincan. `make` alone lists it.
#
# A fresh machine needs Rust (with rustup and a C compiler), Node 20 or newer, and make. Whatever else is
# missing is installed by the command that needs it: only if absent, at the version pinned here, and it says so.

SHELL := bash
.DEFAULT_GOAL := help

# cargo-leptos 0.3.11 wants a newer Rust than this crate. wasm-bindgen's tool must match the crate exactly.
CARGO_LEPTOS := 0.3.10
CARGO_DENY := 0.20.2
CARGO_FUZZ := 0.13.2
WASM_BINDGEN := $(shell sed -n 's/^wasm-bindgen = .*"=\([0-9.]*\)".*/\1/p' Cargo.toml)

# `.tools` holds a tool only when another version of it is installed for this user, and is looked at first.
export PATH := $(CURDIR)/.tools/bin:$(CURDIR)/end2end/node_modules/.bin:$(PATH):$(or $(CARGO_HOME),$(HOME)/.cargo)/bin
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD := 1

server   := --features ssr
frontend := --lib --features hydrate --target wasm32-unknown-unknown --target-dir target/front

.PHONY: help
help: ## List these commands
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)


##### Running it

.PHONY: serve
serve: tools ## Build Tincan and serve it on http://localhost:3000
	cargo-leptos serve

.PHONY: site
site: tools ## Build the page as it is released, in target/site
	cargo-leptos build --release --frontend-only --precompress --split --lib-features split

# Everything it needs is linked into it, the C library too (where the system has it as an archive, as Debian does).
.PHONY: release
release: tools target/embed.made ## Build the one file to copy, target/release/tincan, with the whole site inside
	cargo rustc --release --features embed --bin tincan -- -C strip=symbols -C target-feature=+crt-static

# The site as it goes into the program: made anew when anything is newer that it is made of, and never by `serve`. It is
# copied only when it is another one, since each file of it that is newer has the program linked anew, which takes
# minutes; and without what is compressed by gzip, which no browser asks for that can run it. The script that loads the second
# part of the page lists the same names in another order each time: what it lists has changed when the parts have.
target/embed.made: $(shell find src style public .cargo) Cargo.toml Cargo.lock rust-toolchain.toml Makefile end2end/package-lock.json | tools
	@mkdir -p target && touch $@.begun
	$(MAKE) site
	@diff -rq -x '*.gz' -x '__wasm_split.*' target/site target/embed >/dev/null 2>&1 || { \
	  rm -rf target/embed; cp -R target/site target/embed; find target/embed -name '*.gz' -delete; }
	@mv $@.begun $@


##### Proving it

.PHONY: test
test: check e2e ## Run everything: check, then the end-to-end tests in real browsers

.PHONY: check
check: lint unit ## Format, lints, and every test that needs no browser

.PHONY: lint
lint: wasm-target node-modules
	cargo fmt --check
	cargo clippy $(server) --all-targets -- -D warnings
	cargo clippy $(frontend) -- -D warnings
	cargo clippy $(frontend) --features split -- -D warnings
	cd end2end && tsc
	@! grep -rnE 'cfg(_attr)?\(.*feature *= *"(ssr|hydrate)"' src --include='*.rs' \
	    | grep -vE '^src/(lib|platform)\.rs:' \
	  || { echo 'cfg of ssr and hydrate belongs into src/lib.rs and src/platform.rs alone.'; exit 1; }

.PHONY: unit
unit: ## Unit tests, the simulation, and the tests with real sockets
	cargo test $(server)

.PHONY: e2e
e2e: release browsers ## The end-to-end tests; narrow them with ARGS, such as ARGS='calling --project=firefox'
	cd end2end && playwright test $(ARGS)

# In a directory of its own: what it builds with the tests' dependencies would push aside what `site` has built.
.PHONY: bench
bench: release browsers ## Measure the budgets, each beside its floor (ten minutes); narrow them with ARGS, such as ARGS='relay storm'
	ulimit -n "$$(ulimit -Hn)" && cargo bench $(server) --bench budgets --target-dir target/bench -- $(ARGS)

SECONDS_EACH := 600

# Begins with the stories that the tests replay, and with those it found before.
.PHONY: fuzz
fuzz: cargo-fuzz ## Look for input that does harm, until one is found or SECONDS_EACH (600) are over for each target
	@for target in wire_to_registry phone; do \
	  echo "==> $$target, for $(SECONDS_EACH) seconds"; \
	  mkdir -p fuzz/target/found/$$target; \
	  cargo +nightly fuzz run --sanitizer none $$target fuzz/target/found/$$target fuzz/corpus/$$target -- \
	    -max_total_time=$(SECONDS_EACH) -max_len=4096 -timeout=10 $(ARGS) || exit 1; \
	done

# Not part of `make test`, which needs no network.
.PHONY: audit
audit: cargo-deny node-modules ## What Tincan is built from: licences, sources, known vulnerabilities (needs the network)
	cargo deny --offline check bans licenses sources
	cd fuzz && cargo deny --offline --config ../deny.toml check bans licenses sources
	@failed=; \
	cargo deny check advisories || failed=1; \
	(cd fuzz && cargo deny --config ../deny.toml check advisories) || failed=1; \
	(cd end2end && npm audit --audit-level=low) || failed=1; \
	[ -z "$$failed" ] || { echo '==> Vulnerabilities were found, or could not be looked up: see above.'; exit 1; }


##### Installing what is missing

.PHONY: tools
tools: wasm-target cargo-leptos wasm-bindgen node-modules ## Install what builds Tincan

.PHONY: wasm-target
wasm-target: rust
	@[ -d "$$(rustc --print target-libdir --target wasm32-unknown-unknown)" ] || { \
	  echo '==> Adding the WebAssembly target to Rust (seconds).'; \
	  rustup target add wasm32-unknown-unknown; }

.PHONY: cargo-leptos
cargo-leptos: rust
	@cargo-leptos --version 2>/dev/null | grep -qx 'cargo-leptos $(CARGO_LEPTOS)' || { \
	  echo '==> Building cargo-leptos $(CARGO_LEPTOS), which builds the server and the page together (5 to 10 minutes, once).'; \
	  CARGO_PROFILE_RELEASE_LTO=false cargo install cargo-leptos@$(CARGO_LEPTOS) --locked $(call beside,cargo-leptos); }

.PHONY: wasm-bindgen
wasm-bindgen: rust
	@wasm-bindgen --version 2>/dev/null | grep -qx 'wasm-bindgen $(WASM_BINDGEN)' || { \
	  echo '==> Building wasm-bindgen $(WASM_BINDGEN), which joins WebAssembly and the browser (1 to 2 minutes, once).'; \
	  cargo install wasm-bindgen-cli@$(WASM_BINDGEN) --locked $(call beside,wasm-bindgen); }

.PHONY: cargo-fuzz
cargo-fuzz: rust
	@cargo fuzz --version 2>/dev/null | grep -qx 'cargo-fuzz $(CARGO_FUZZ)' || { \
	  echo '==> Building cargo-fuzz $(CARGO_FUZZ), which tries out input (1 to 2 minutes, once).'; \
	  cargo install cargo-fuzz@$(CARGO_FUZZ) --locked $(call beside,cargo-fuzz); }
	@rustup toolchain list | grep -q '^nightly-' || { \
	  echo '==> Adding nightly Rust, which alone can watch where input leads (1 to 2 minutes; 700 MB).'; \
	  rustup toolchain install nightly --profile minimal; }

.PHONY: cargo-deny
cargo-deny: rust
	@cargo deny --version 2>/dev/null | grep -qx 'cargo-deny $(CARGO_DENY)' || { \
	  echo '==> Building cargo-deny $(CARGO_DENY), which knows what crates are made of (5 to 10 minutes, once).'; \
	  CARGO_PROFILE_RELEASE_LTO=false cargo install cargo-deny@$(CARGO_DENY) --locked $(call beside,cargo-deny); }

# An own copy in .tools when this user has another version, which stays as it is.
beside = $$(command -v $(1) >/dev/null && echo --root .tools)

.PHONY: node-modules
node-modules: end2end/node_modules/.package-lock.json

end2end/node_modules/.package-lock.json: end2end/package-lock.json
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null \
	  || { echo 'Tincan is built and tested with Node 20 or newer: https://nodejs.org'; exit 1; }
	@echo '==> Installing wasm-opt and Playwright into end2end/node_modules (seconds; 170 MB).'
	@cd end2end && npm ci --no-fund --no-audit
	@touch $@

.PHONY: browsers
browsers: node-modules
	@end2end/install-browsers

.PHONY: rust
rust:
	@command -v cargo >/dev/null || { echo 'Tincan is written in Rust: https://rustup.rs'; exit 1; }


##### Tidying up

.PHONY: clean
clean: ## Remove everything that was built; installed tools stay
	cargo clean
	rm -rf end2end/test-results end2end/playwright-report end2end/screens-out
