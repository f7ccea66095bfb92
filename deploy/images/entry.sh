#!/bin/sh
# serve | relay | migrate | site | letters | any command. What docker compose drew for this container is read first; a
# variable that is given directly counts more.
set -eu
drawn="${ESPACE_DRAWN:-/run/espace/environment}"
if [ -r "$drawn" ]; then
  while read -r line; do
    name="${line%%=*}"
    value="${line#*=}"
    eval "[ -n \"\${$name:-}\" ] || export $name=\"\$value\""
  done < "$drawn"
fi
case "${1:-}" in
  serve|relay|migrate) exec python -m chassis "$1" "$ESPACE_SERVICE" ;;
  site)
    mkdir -p "$PROMETHEUS_MULTIPROC_DIR"
    exec gunicorn --no-control-socket --config /espace/gateway/gunicorn_config.py 'gateway.app:create_app()'
    ;;
  letters)
    unset PROMETHEUS_MULTIPROC_DIR  # one process: it counts in its own memory
    exec python -m gateway.letters
    ;;
  *) exec "$@" ;;
esac
