#!/bin/sh
# Where the work stands, for people, for a spreadsheet and for a comment; and how far it is from a manifest.
#
# `reconciler status --watch` refreshes it in place.
set -eu

reconciler status
reconciler status --project Warehouse --format csv > warehouse.csv
reconciler status "$(dirname "$0")/../workflow.yaml" --format markdown > drift.md
