#!/bin/sh
# A cluster of files: one an object, which holds what is read of it.
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
case $verb in
get)
    cat "$file"
    # Of a pool also whether it is frozen.
    case $kind in scaledobject) printf ,; if [ -e "$file-frozen" ]; then cat "$file-frozen"; fi ;; esac
    ;;
patch)
    for body; do :; done
    case $kind in
    scaledobject)
        key='{"metadata":{"annotations":{"tierc.dev/off-hours":'
        rest=${body#"$key"}
        value=${rest%%,*}
        [ "$body" = "$key$value,\"autoscaling.keda.sh/paused-replicas\":$value}}}" ]
        if [ "$value" = null ]; then value=; fi
        value=$(printf %s "$value" | tr -d '"')
        printf '%s,%s' "$value" "$value" >"$file"
        ;;
    deployment)
        value=$(printf %s "$body" | tr -dc 0-9)
        [ "$body" = "{\"spec\":{\"replicas\":$value}}" ]
        # A Scale leaves a count of none out.
        if [ "$value" = 0 ]; then value=; fi
        printf %s "$value" >"$file"
        ;;
    hpa)
        value=$(printf %s "$body" | tr -dc 0-9)
        [ "$body" = "{\"spec\":{\"minReplicas\":$value}}" ]
        printf %s "$value" >"$file"
        ;;
    esac
    ;;
esac
