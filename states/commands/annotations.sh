#!/bin/sh
# Annotations of many tasks out of CVAT and in again, a file each, with checksums; run it again and nothing is fetched twice.
#
#   reconciler sandbox &  …then what it prints, and: CVAT_ORG=acme sh states/commands/annotations.sh
set -eu

# What is finished, as a delivery: the tasks' labels and attributes by name, and how many files there would be first.
reconciler export-annotations --project "Street scenes" --status completed --format native --out delivery --dry-run
reconciler export-annotations --project "Street scenes" --status completed --format native --out delivery
(cd delivery && sha256sum --check --quiet SHA256SUMS)

# In a format of the server's, with the pictures, of tasks that --select finds: small ones that somebody still works on.
reconciler export-annotations --select '{project: Warehouse, status: annotation, size: {max: 500}}' \
  --format "CVAT for images 1.1" --images --out datasets

# Back again, matched by the ids in the files' names: a plan like any other. What is there already is not added twice.
reconciler import-annotations --from delivery --project "Street scenes" --dry-run
reconciler import-annotations --from delivery --project "Street scenes" --yes
