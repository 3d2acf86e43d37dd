#!/bin/sh
# What off-hours and events want at this moment, and no more than it takes to get there. It runs
# every five minutes, so that a run that was missed is made up for by the next one. Whoever wants
# something else for a while suspends the CronJob first.
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

# The fewest pods of an HPA: what is declared, or what an event asks for.
floor() {
    is=$(kubectl get hpa "$1" -o 'jsonpath={.spec.minReplicas}') || return 1
    [ "$is" = "$want" ] ||
        kubectl patch hpa "$1" --type=merge -p "{\"spec\":{\"minReplicas\":$want}}"
}

# A Deployment with an HPA: asleep at no pods, where its HPA does nothing, or awake again with as
# many as its HPA begins with.
pods() {
    is=$(kubectl get deployment "$1" --subresource=scale -o 'jsonpath={.spec.replicas}') || return 1
    is=${is:-0}
    if [ "$asleep" = yes ]; then to=0; elif [ "$is" = 0 ]; then to=$want; else to=$is; fi
    [ "$is" = "$to" ] ||
        kubectl patch deployment "$1" --subresource=scale --type=merge -p "{\"spec\":{\"replicas\":$to}}"
}

# A pool of KEDA: paused at a count, and marked, or neither. A pause without the mark is somebody
# else's, and is left alone outside of off-hours. A pool that somebody has frozen (`paused`) is not
# put to sleep: when it woke, it would stay frozen at the count of the night.
pool() {
    mark=tierc.dev/off-hours
    pause=autoscaling.keda.sh/paused-replicas
    is=$(kubectl get scaledobject "$1" -o 'jsonpath={.metadata.annotations.tierc\.dev/off-hours},{.metadata.annotations.autoscaling\.keda\.sh/paused-replicas},{.metadata.annotations.autoscaling\.keda\.sh/paused}') || return 1
    frozen=${is##*,}
    is=${is%,*}
    case $is,$frozen in ,*,false | ,*, | [!,]*) ;; *) return 0 ;; esac
    if [ "$asleep" = yes ]; then
        [ "$is" = "$want,$want" ] && return 0
        to="\"$want\""
    else
        case $is in ,*) return 0 ;; esac
        to=null
    fi
    kubectl patch scaledobject "$1" --type=merge -p "{\"metadata\":{\"annotations\":{\"$mark\":$to,\"$pause\":$to}}}"
}
