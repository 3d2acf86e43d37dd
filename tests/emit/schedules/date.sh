#!/bin/sh
# A clock that stands still.
if [ "$*" = "-u +%s" ]; then
    echo "$NOW"
else
    exec /bin/date "$@"
fi
