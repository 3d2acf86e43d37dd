#!/bin/sh
# A cluster of files: one an object, which holds what is read of it, with commas between.
set -eu
verb=$1 kind=$2 name=$3
shift 3
case "$*" in
*--subresource=scale*) resource=$kind/scale ;;
*) resource=$kind ;;
esac
printf '%s %s %s\n' "$verb" "$resource" "$name" >>"$STATE/calls"
file=$STATE/$kind-$name
if [ ! -e "$file" ]; then
    echo "fake kubectl: there is no $kind $name" >&2
    exit 1
fi
for body; do :; done
# The number or text that the patch gives a key, or nothing.
of() {
    printf %s "$body" | sed -n "s|.*\"$1\":\"\{0,1\}\([a-z0-9-]*\).*|\1|p" | sed 's/^null$//'
}
# The same as JSON.
text() {
    if [ -n "$1" ]; then printf '"%s"' "$1"; else printf null; fi
}
case $verb in
get)
    cat "$file"
    # Of a pool also whether it is frozen.
    case $kind in scaledobject) printf ,; if [ -e "$file-frozen" ]; then cat "$file-frozen"; fi ;; esac
    ;;
patch)
    if [ -e "$STATE/refuses" ]; then
        echo "fake kubectl: refused" >&2
        exit 1
    fi
    case "$*" in *--field-manager=tierc-schedule*) ;; *) exit 3 ;; esac
    key='{"metadata":{"annotations":{'
    case $kind in
    scaledobject)
        ours=$(of tierc.dev/off-hours)
        body_is="$key\"tierc.dev/off-hours\":$(text "$ours")"
        paused=$(cut -d, -f2 "$file")
        case $body in *paused-replicas*)
            paused=$(of autoscaling.keda.sh/paused-replicas)
            body_is="$body_is,\"autoscaling.keda.sh/paused-replicas\":$(text "$paused")"
            ;;
        esac
        [ "$body" = "$body_is}}}" ]
        printf '%s,%s' "$ours" "$paused" >"$file"
        ;;
    configmap)
        mark=$(of tierc.dev/off-hours)
        [ "$body" = "$key\"tierc.dev/off-hours\":\"$mark\"}}}" ]
        printf %s "$mark" >"$file"
        ;;
    deployment)
        value=$(of replicas)
        [ "$body" = "{\"spec\":{\"replicas\":$value}}" ]
        # A Scale leaves a count of none out.
        if [ "$value" = 0 ]; then value=; fi
        printf %s "$value" >"$file"
        ;;
    hpa)
        min=$(of minReplicas) last=$(of tierc.dev/minimum) hand=$(of tierc.dev/minimum-by-hand)
        [ "$body" = "$key\"tierc.dev/minimum\":\"$last\",\"tierc.dev/minimum-by-hand\":$(text "$hand")}},\"spec\":{\"minReplicas\":$min}}" ]
        max=$(cut -d, -f2 "$file")
        # As the API server does.
        [ "$min" -le "$max" ]
        printf '%s,%s,%s,%s' "$min" "$max" "$last" "$hand" >"$file"
        ;;
    esac
    ;;
esac
