#!/bin/sh
# Run by the postgres image when its data directory is new: one role and one database for each service.
set -eu
for service in accounts enrolment billing documents gateway; do
  ESPACE_ROLE_PASSWORD="$(cat "/run/espace/$service")" \
    psql --no-psqlrc --username postgres --dbname postgres --set "service=$service" --file /espace/service.sql
done
