# What there is to do here. `.ci/run` says what has to pass; everything else is for comfort.

_list:
    @just --list --unsorted

# All that a change has to pass
ci:
    .ci/run

# The tests, or those whose names hold WORDS
test *words:
    cargo test {{ words }}

# Kills, cuts and restarts for as long as one likes: do the promises hold? A failure names the seed to begin with
chaos seconds="600" seed="":
    CHAOS_SECONDS={{ seconds }} CHAOS_SEED={{ seed }} cargo test --release --test chaos -- --nocapture whatever

# Bytes that are made up to break TARGET (frames, requests, events, names, pictures); needs nightly and cargo-fuzz
fuzz target seconds="600":
    mkdir -p fuzz/artifacts/grown/{{ target }}
    cargo +nightly fuzz run {{ target }} fuzz/artifacts/grown/{{ target }} fuzz/corpus/{{ target }} -- \
        -max_total_time={{ seconds }} -timeout=20 -rss_limit_mb=2048 \
        -malloc_limit_mb={{ if target == "pictures" { "600" } else { "64" } }}

# People chat, a third of the time while strangers do their worst: do they notice?
soak minutes="10":
    SOAK_MINUTES={{ minutes }} cargo test --release --test soak -- --nocapture whatever_strangers

# A load on a server, with what it does and costs: `just load --help`
load *arguments:
    cargo build --release --bin server --example load
    target/release/examples/load {{ arguments }}

# The table of docs/performance.md, or some of its rows, beside a bare relay (and Redis and NATS where they are there)
bench *rows:
    cargo build --release --bin server --example load
    target/release/examples/load bench {{ rows }}

# How cost, latency and memory grow, as tables and as pictures
growth *arguments:
    cargo build --release --bin server --example load --example plot
    target/release/examples/load growth {{ arguments }} --json docs/performance/growth.json
    target/release/examples/plot docs/performance/growth.json docs/performance

# Where the server's CPU goes while one room of 100 talks, as a picture (needs perf, and inferno from crates.io)
flame seconds="8":
    #!/usr/bin/env bash
    set -euo pipefail
    cargo build --release --bin server --example load
    dir=$(mktemp -d)
    target/release/server 127.0.0.1 0 --rate 0 --max-per-address 0 --data-dir "$dir/data" > "$dir/out" &
    server=$!
    trap 'kill $server && wait $server; rm -r "$dir"' EXIT
    until grep -q listening "$dir/out"; do sleep 0.1; done
    target/release/examples/load "$(sed -n 's/^listening on //p' "$dir/out")" --seconds $(({{ seconds }} + 6)) &
    sleep 4
    perf record --freq 997 --call-graph dwarf,16384 --pid $server --output "$dir/perf" -- sleep {{ seconds }}
    perf script --input "$dir/perf" | inferno-collapse-perf > "$dir/folded"
    inferno-flamegraph --title "the server's CPU: one room of 100, 10 talk, window 64" --minwidth 0.5 \
        < "$dir/folded" > docs/performance/flame.svg

# How fast the client's full screen is: the figures of docs/client.md
screen-speed:
    cargo test --release --test screen -- --ignored --nocapture --test-threads 1 speed

# The picture of the client in README.md, made of what the program draws
picture:
    cargo test --test screen -- --ignored picture

# The lints
lint:
    cargo clippy --all-targets --all-features -- -D warnings

# One layout for everybody
fmt:
    cargo fmt --all

# The documentation, our own parts included
doc:
    cargo doc --no-deps --document-private-items --open

# A server in ./data, with what happens on standard error
run *arguments:
    RUST_LOG=${RUST_LOG:-debug} cargo run --release --bin server -- {{ arguments }}

# A client in the terminal
client *arguments:
    cargo run --release --bin client -- {{ arguments }}

# Licences, sources and known holes of what we build on (needs cargo-deny)
deny:
    cargo deny --all-features check
