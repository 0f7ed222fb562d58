#!/bin/sh
# Who changed what, field by field, over all runs: for people, for a spreadsheet, for programs.
set -eu

reconciler apply "$(dirname "$0")/../upkeep.yaml" --yes
reconciler rollback --yes

reconciler history
reconciler history --since 7d --object "Warehouse"
reconciler history --since 7d --user admin --format csv > changes.csv
reconciler history --since 7d --format json > changes.json
