#!/usr/bin/env bash
#
# Times whole processes: what somebody at a terminal, or CI, waits for.
#
#   benches/whole-process.sh [ENVIRONMENTS] [ROUNDS]
#
# Builds the `dist` profile, writes ENVIRONMENTS (1000) files over several tiers, and measures in turn,
# ROUNDS (7) times, so that whatever else the machine does slows everything alike:
#
#   - check and render of one environment, beside a process that does nothing (`true`)
#   - check of all, a first render, `cp -r` of the tree that it wrote, a second render that
#     changes nothing, `render --check`
#
# Prints the least and the median of each, and the least processor time of user and system
# together, which other work on the machine disturbs least. The ratios beside them are of the
# least times, then of processor times. Each round writes into folders of its own and nothing is
# removed before the end: ext4 passes over inodes that were freed in the last seconds, which makes
# every file that is created after a large `rm -r` ten times slower, whoever creates it. TIERC names a binary to measure instead of building,
# TMPDIR where the trees go.

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

# Environments that differ: tier, labels, images.
write_environments() {
    local tiers=(dev small medium large xlarge) index
    mkdir environments
    for ((index = 0; index < environments; index++)); do
        cat >"environments/env-$index.kdl" <<KDL
environment "env-$index"
tier "${tiers[index % 5]}"
region "us-east-1"
labels team="team-$((index % 17))" cost-center="$index"
api { image "registry.example.com/env-$index/api:1.$((index % 50)).0"; }
KDL
    done
}

declare -A taken # microseconds, in the order they were measured
declare -A used  # milliseconds of processor time
TIMEFORMAT='%U %S'

# timed NAME COMMAND...: the time of one process, which must end with 0
timed() {
    local name=$1 start=${EPOCHREALTIME/[.,]/} status=0
    shift
    { time "$@" >out.log 2>&1; } 2>cpu.log || status=$?
    local end=${EPOCHREALTIME/[.,]/}
    if [ $status != 0 ]; then
        printf 'exit %d: %s\n' $status "$*" >&2
        cat out.log >&2
        exit 1
    fi
    taken[$name]+="$((end - start)) "
    used[$name]+="$(awk '{ printf "%d", ($1 + $2) * 1000 }' cpu.log) "
}

sorted() { tr ' ' '\n' <<<"${taken[$1]}" | sed '/^$/d' | sort -n; }
least() { sorted "$1" | head -n 1; }
least_used() { tr ' ' '\n' <<<"${used[$1]}" | sed '/^$/d' | sort -n | head -n 1; }
median() { sorted "$1" | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }

row() {
    awk -v name="$1" -v least="$(least "$1")" -v median="$(median "$1")" \
        -v used="$(least_used "$1")" -v note="${2:-}" 'BEGIN {
            printf "%-22s %9.1f %9.1f %9d   %s\n", name, least / 1000, median / 1000, used, note
        }'
}

# ratio NAME FLOOR
ratio() {
    awk -v a="$(least "$1")" -v b="$(least "$2")" -v c="$(least_used "$1")" \
        -v d="$(least_used "$2")" -v floor="$2" \
        'BEGIN { printf "%.1f and %.1f x %s", a / b, c / d, floor }'
}

# Peak resident memory of a command, as the kernel counts it, in MiB.
peak() {
    if [ -x /usr/bin/time ]; then
        /usr/bin/time -f '%M' -o peak.log "$@" >out.log 2>&1
        awk '{ printf "%.0f MiB", $1 / 1024 }' peak.log
    else
        # Without GNU time: the high-water mark, as often as it can be asked for.
        "$@" >out.log 2>&1 &
        local process=$! most=0 now
        while now=$(awk '/^VmHWM/ { print $2 }' "/proc/$process/status" 2>/dev/null); do
            [ "${now:-0}" -le "$most" ] || most=$now
        done
        wait "$process"
        awk -v most="$most" 'BEGIN { printf "%.0f MiB (sampled)", most / 1024 }'
    fi
}

write_environments
one=environments/env-3.kdl
timed "warm-up" "$TIERC" render --out generated-warm-up

for ((round = 0; round < rounds * 10; round++)); do
    timed "true" "$(type -P true)"
    timed "check one" "$TIERC" check "$one"
    timed "render one, first" "$TIERC" render "$one" --out "one-$round"
    timed "render one, unchanged" "$TIERC" render "$one" --out "one-$round"
    timed "explain" "$TIERC" explain connection-budget-exceeded
done

for ((round = 0; round < rounds; round++)); do
    generated=generated-$round
    timed "check all" "$TIERC" check
    timed "render all, first" "$TIERC" render --out "$generated"
    timed "cp -r" cp -r "$generated" "copy-$round"
    timed "render all, unchanged" "$TIERC" render --out "$generated"
    timed "render --check" "$TIERC" render --check --out "$generated"
done

printf '%d environments, %d files, %s on disk, %d rounds, %s CPUs\n' "$environments" \
    "$(find "$generated" -type f | wc -l)" "$(du -sh "$generated" | cut -f1)" "$rounds" "$(nproc)"
printf '%-22s %9s %9s %9s\n' "milliseconds" least median processor
row "true" "a process that does nothing"
row "explain"
row "check one"
row "render one, first"
row "render one, unchanged"
row "check all"
row "cp -r" "of the tree below"
row "render all, first" "$(ratio "render all, first" "cp -r")"
row "render all, unchanged" "$(ratio "render all, unchanged" "cp -r")"
row "render --check" "$(ratio "render --check" "cp -r")"
printf 'peak memory: check one %s, ' "$(peak "$TIERC" check "$one")"
printf 'check all %s, ' "$(peak "$TIERC" check)"
printf 'render all %s\n' "$(peak "$TIERC" render --out generated-peak)"
