#!/bin/sh
# Run once by the database image on empty data: the same script that the private cluster runs.
set -eu
PGOPTIONS="-c foodmap.owner_password=$OWNER_PASSWORD -c foodmap.app_password=$APP_PASSWORD" \
  psql --set ON_ERROR_STOP=1 --quiet --username "${POSTGRES_USER:-postgres}" \
  --dbname "${POSTGRES_DB:-foodmap}" --file "${BOOTSTRAP_SQL:-/foodmap/bootstrap.sql}"
