#!/usr/bin/env bash
#
# Times whole processes that compare two states: what somebody waits for before a change.
#
#   benches/changes.sh [ENVIRONMENTS] [ROUNDS]
#
# Builds the `dist` profile, makes a Git repository of ENVIRONMENTS (1000) files in which some differ
# from `HEAD`, and measures in turn, ROUNDS (7) times:
#
#   - diff and plan of medium and large, beside a process that does nothing (`true`)
#   - diff --base HEAD and affected --base HEAD over the repository
#   - diff --artifacts of generated trees, so many that both sides together have about 780 KB, and of
#     the files that they come from, which are rendered first, beside `diff -ru` of the trees
#
# Prints the least and the median of each in milliseconds. TIERC names a binary to measure instead
# of building, TMPDIR where the files go. Nothing is removed before the end: see whole-process.sh.

set -euo pipefail
cd "$(dirname "$0")/.."

environments=${1:-1000}
rounds=${2:-7}
if [ -z "${TIERC:-}" ]; then
    cargo build --quiet --profile dist --locked
    target=${CARGO_TARGET_DIR:-target}
    TIERC=$(realpath "$target/dist/tierc")
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# environment FILE NAME TIER IMAGE
environment() {
    printf 'environment "%s"\ntier "%s"\nregion "us-east-1"\napi { image "registry.example.com/api:%s"; }\n' \
        "$2" "$3" "$4" >"$1"
}

tiers=(dev small medium large xlarge)
environment medium.kdl prod medium 1
environment large.kdl prod large 1
mkdir -p repository/environments before after
for ((index = 0; index < environments; index++)); do
    environment "repository/environments/env-$index.kdl" "env-$index" "${tiers[index % 5]}" 1
done
git -C repository init --quiet
git -C repository add .
git -C repository -c user.name=a -c user.email=a@example.com commit --quiet --message before
for ((index = 0; index < environments; index += 50)); do
    environment "repository/environments/env-$index.kdl" "env-$index" small 2
done

# Folders of environments until their two trees have 780 KB.
for ((index = 0; index < 1000; index++)); do
    environment "before/env-$index.kdl" "env-$index" medium 1
    environment "after/env-$index.kdl" "env-$index" large 2
    "$TIERC" render before --out trees-before >/dev/null 2>&1
    "$TIERC" render after --out trees-after >/dev/null 2>&1
    size=$(find trees-before trees-after -type f -printf '%s\n' | awk '{ all += $1 } END { print all }')
    [ "$size" -lt 780000 ] || break
done

declare -A taken # microseconds, in the order they were measured

# timed NAME STATUS COMMAND...: the time of one process, which must end with this status
timed() {
    local name=$1 wanted=$2 status=0 start=${EPOCHREALTIME/[.,]/}
    shift 2
    "$@" >out.log 2>&1 || status=$?
    local end=${EPOCHREALTIME/[.,]/}
    if [ "$status" != "$wanted" ]; then
        printf 'exit %d: %s\n' "$status" "$*" >&2
        cat out.log >&2
        exit 1
    fi
    taken[$name]+="$((end - start)) "
}

sorted() { tr ' ' '\n' <<<"${taken[$1]}" | sed '/^$/d' | sort -n; }
row() {
    sorted "$1" | awk -v name="$1" '{ all[NR] = $1 / 1000 } END {
        printf "%-26s %9.1f %9.1f\n", name, all[1], all[int((NR + 1) / 2)]
    }'
}

for ((round = 0; round < rounds; round++)); do
    timed "true" 0 "$(type -P true)"
    timed "diff" 2 "$TIERC" diff medium.kdl large.kdl
    timed "plan" 2 "$TIERC" plan medium.kdl large.kdl
    timed "diff --base" 2 env -C repository "$TIERC" diff --base HEAD
    timed "affected --base" 0 env -C repository "$TIERC" affected --base HEAD
    timed "--artifacts of trees" 2 "$TIERC" diff trees-before trees-after --artifacts
    timed "--artifacts of files" 2 "$TIERC" diff before after --artifacts
    timed "diff -ru" 1 diff -ru trees-before trees-after
done

printf '%d environments, two trees of %d bytes together (%d environments), %d rounds, %s CPUs\n' \
    "$environments" "$size" $((index + 1)) "$rounds" "$(nproc)"
printf '%-26s %9s %9s\n' "milliseconds" least median
for name in "true" "diff" "plan" "diff --base" "affected --base" "diff -ru" \
    "--artifacts of trees" "--artifacts of files"; do
    row "$name"
done
