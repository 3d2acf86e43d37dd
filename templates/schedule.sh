#!/bin/sh
# Applies the off-hours and events of this moment to the cluster. It runs every five minutes, so the
# next run makes up for a missed one.
#
# It records in annotations what it sets, and reverts only that. What other people set stays.
set -eu
now=$(date -u +%s)
failed=0

# True from one moment until another, in seconds since 1970.
during() {
    [ "$now" -ge "$1" ] && [ "$now" -lt "$2" ]
}

# True in a weekly window. Arguments: the rule of the time zone, the days on which the window opens
# (1 is Monday), and its start and end as 1HHMM.
window() {
    day=$(TZ="$1" date -d "@$now" +%u) || exit 1
    clock=$(TZ="$1" date -d "@$now" +1%H%M) || exit 1
    if [ "$3" -lt "$4" ]; then
        [ "$clock" -ge "$3" ] && [ "$clock" -lt "$4" ] || return 1
    elif [ "$clock" -lt "$3" ]; then
        [ "$clock" -lt "$4" ] || return 1
        day=$(((day + 5) % 7 + 1))
    fi
    case $2 in *"$day"*) return 0 ;; *) return 1 ;; esac
}

# Changes an object. Arguments: kind, name, merge patch, and an option. Flux reverts changes of kubectl
# unless they have a field manager of their own.
change() {
    kubectl patch "$1" "$2" --field-manager=tierc-schedule --type=merge ${4-} -p "$3"
}

# A text or nothing, as JSON.
json() {
    if [ -n "$1" ]; then printf '"%s"' "$1"; else printf null; fi
}

# Sets the minimum of an HPA: the declared one, or that of an event. The annotation `minimum` has the
# last value that this script set. A person set any other minimum: it stays if it is high enough. A lower
# one is saved in `minimum-by-hand` and restored after the event. The declared minimum never counts as
# set by a person.
floor() {
    is=$(kubectl get hpa "$1" -o 'jsonpath={.spec.minReplicas},{.spec.maxReplicas},{.metadata.annotations.tierc\.dev/minimum},{.metadata.annotations.tierc\.dev/minimum-by-hand}') || return 1
    hand=${is##*,}
    is=${is%,*}
    last=${is##*,}
    is=${is%,*}
    most=${is##*,}
    min=${is%,*}
    to=$want
    set=$want
    back=
    if [ "$min" = "$declared" ] || { [ -z "$last" ] && [ "$min" -le "$want" ]; }; then
        :
    elif [ "$min" = "$last" ]; then
        back=$hand
        if [ -n "$back" ] && { [ "$want" = "$declared" ] || [ "$back" -ge "$want" ]; }; then
            to=$back
            set=$declared
            back=
        fi
    elif [ "$want" = "$declared" ] || [ "$min" -ge "$want" ]; then
        return 0
    else
        back=$min
    fi
    if [ "$to" -gt "$most" ]; then
        echo "hpa/$1: left at a minimum of $min, because its maximum of $most is below $to"
        return 0
    fi
    [ "$min,$last,$hand" = "$to,$set,$back" ] ||
        change hpa "$1" "{\"metadata\":{\"annotations\":{\"tierc.dev/minimum\":\"$set\",\"tierc.dev/minimum-by-hand\":$(json "$back")}},\"spec\":{\"minReplicas\":$to}}"
}

# Scales a Deployment with an HPA: to zero in off-hours, which disables its HPA, and to the HPA's minimum
# afterwards. The mark on this script's ConfigMap records the progress: `falling-asleep` before the count
# is changed, `asleep` after it, and `awake`.
#
# If a person wakes the Deployment, it stays awake until the off-hours end. If a person stopped it while
# it was awake, it stays stopped. Without a mark it is unknown who stopped it, so it wakes.
pods() {
    is=$(kubectl get deployment "$1" --subresource=scale -o 'jsonpath={.spec.replicas}') || return 1
    mark=$(kubectl get configmap "$2" -o 'jsonpath={.metadata.annotations.tierc\.dev/off-hours}') || return 1
    is=${is:-0}
    if [ "$asleep" = yes ]; then
        case $mark,$is in
        asleep,* | awake,0) return 0 ;;
        *,0) ;;
        *)
            [ "$mark" = falling-asleep ] || marked "$2" falling-asleep || return 1
            scaled "$1" 0 || return 1
            ;;
        esac
        marked "$2" asleep
    else
        case $mark,$is in
        awake,*) return 0 ;;
        *,0) scaled "$1" "$want" || return 1 ;;
        esac
        marked "$2" awake
    fi
}

scaled() {
    change deployment "$1" "{\"spec\":{\"replicas\":$2}}" --subresource=scale
}

marked() {
    change configmap "$1" "{\"metadata\":{\"annotations\":{\"tierc.dev/off-hours\":\"$2\"}}}"
}

# Pauses a KEDA pool at a count in off-hours. The mark has the count at which this script paused it. A
# pause without a mark belongs to a person and stays. If mark and pause differ, a person has woken the
# pool or holds it at another count, so only the mark is removed in the morning. A pool that a person has
# frozen (`paused`) is left alone: after the off-hours it would stay frozen at the count of the night.
pool() {
    mark=tierc.dev/off-hours
    pause=autoscaling.keda.sh/paused-replicas
    is=$(kubectl get scaledobject "$1" -o 'jsonpath={.metadata.annotations.tierc\.dev/off-hours},{.metadata.annotations.autoscaling\.keda\.sh/paused-replicas},{.metadata.annotations.autoscaling\.keda\.sh/paused}') || return 1
    frozen=${is##*,}
    is=${is%,*}
    paused=${is##*,}
    ours=${is%,*}
    if [ "$asleep" = yes ]; then
        [ "$paused" = "$ours" ] || return 0
        [ "$ours" != "$want" ] || return 0
        case $ours,$frozen in
        ?*,* | , | ,0 | ,[fF] | ,false | ,False | ,FALSE) ;;
        *) return 0 ;;
        esac
        to="\"$mark\":\"$want\",\"$pause\":\"$want\""
    else
        [ -n "$ours" ] || return 0
        to="\"$mark\":null"
        [ "$paused" != "$ours" ] || to="$to,\"$pause\":null"
    fi
    change scaledobject "$1" "{\"metadata\":{\"annotations\":{$to}}}"
}
