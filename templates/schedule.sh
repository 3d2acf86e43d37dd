#!/bin/sh
# Brings the cluster to what off-hours and events want at this moment. It runs every five minutes, so
# that the next run makes up for one that was missed.
#
# It records in annotations what it sets, and changes back that alone: what somebody else set stays.
set -eu
now=$(date -u +%s)
failed=0

# True from one moment until another, in seconds since 1970.
during() {
    [ "$now" -ge "$1" ] && [ "$now" -lt "$2" ]
}

# True in a window of the week: the rule of the zone's clocks, the days on which the window opens
# (1 is Monday), and from when until when, as 1HHMM.
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

# Changes an object: kind, name, merge patch, and an option. Flux undoes what kubectl changes, unless it
# has a field manager of its own.
change() {
    kubectl patch "$1" "$2" --field-manager=tierc-schedule --type=merge ${4-} -p "$3"
}

# A text or nothing, as JSON.
json() {
    if [ -n "$1" ]; then printf '"%s"' "$1"; else printf null; fi
}

# The minimum of an HPA: the declared one, or what an event asks for. The annotation `minimum` holds
# what was set here last. Any other minimum is somebody's own: one that is high enough stays, and a
# lower one comes back after the event, out of `minimum-by-hand`. A declared minimum is the file's,
# whoever applied it.
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

# Pods of a Deployment with an HPA: none while it sleeps, when its HPA does nothing, and as many as its
# HPA begins with when it wakes. The mark on the ConfigMap of this script says how far that has come:
# `falling-asleep` before the count is changed, `asleep` after it, and `awake`.
#
# A Deployment that somebody wakes stays awake until the off-hours are over, and one that somebody
# stopped while it was awake stays stopped. Without any mark nobody knows who stopped it: it wakes.
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

# A pool of KEDA: paused at a count while it sleeps. The mark holds the count at which it was paused
# here. Without it the pause is somebody else's, also at night; where the two differ, somebody has woken
# the pool or holds it at another count, and only the mark goes in the morning. A pool that somebody has
# frozen (`paused`) is not put to sleep: when it woke, it would stay frozen at the count of the night.
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
