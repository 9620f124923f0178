# What `run`, `test` and `bench` have in common: sourced by them, with $root set.
# Says what is missing; sees to it that Rust's WebAssembly target is there.
missing() {
    echo "skyports: $1 is missing: $2" >&2
    exit 1
}
command -v cargo >/dev/null 2>&1 || { [ -x "$HOME/.cargo/bin/cargo" ] && PATH=$HOME/.cargo/bin:$PATH; } ||
    missing cargo "install Rust from https://rustup.rs, then start this again"
command -v cc >/dev/null 2>&1 ||
    missing "a C compiler" "Debian: apt-get install build-essential; macOS: xcode-select --install"

# Nothing is built inside the clone.
cache=${SKYPORTS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/skyports}
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$cache/target}"
export SKYPORTS_CALLED_FROM="$PWD"
cd "$root" || exit 1

# rustup reads rust-toolchain.toml in this folder; another Rust must bring the target itself.
channel=$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)
if command -v rustup >/dev/null 2>&1; then
    if ! rustup target list --installed --toolchain "$channel" 2>/dev/null | grep -q '^wasm32-unknown-unknown$'; then
        echo "skyports: installing Rust $channel with its WebAssembly target, by rustup (once, about 700 MB)" >&2
        rustup toolchain install "$channel" --profile minimal --component clippy,rustfmt --target wasm32-unknown-unknown >&2 || exit 1
    fi
elif [ ! -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown" ]; then
    missing "Rust's wasm32-unknown-unknown target" "install it as your Rust came, or use https://rustup.rs"
fi
