#!/bin/sh
# Full backups of many tasks, checked and hashed, and new tasks made of them; the same again makes no task twice.
#
# `snapshot create` keeps more than CVAT's backups do: people, stages, issues, the project.
set -eu

reconciler backup --project Warehouse --name "aisle-0[1-3]" --out backups
(cd backups && sha256sum --check --quiet SHA256SUMS)

# Each becomes a new task in the project, whose labels it needs. `rollback` takes it back.
reconciler restore backups --project Warehouse --dry-run
reconciler restore backups --project Warehouse --yes
reconciler restore backups --project Warehouse --yes

reconciler snapshot create --project Warehouse --name "aisle-01" --reason "before the audit"
reconciler snapshot list
