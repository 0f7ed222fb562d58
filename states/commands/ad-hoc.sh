#!/bin/sh
# Many tasks changed at once without a manifest: shown first, done, kept as a manifest, taken back.
set -eu

# The question that this tool began with, in one line.
reconciler set --project "Street scenes" --status completed --created-after 2026-01-01 --set status=annotation --dry-run
reconciler set --project "Street scenes" --status completed --created-after 2026-01-01 --set status=annotation --yes

# "Finish the job" in CVAT's editor sets only the job's state: such jobs go on to validation, to a reviewer.
reconciler set --project Warehouse --job-stage annotation --job-state completed \
  --set jobs.stage=validation --set jobs.assignee=erin --yes

# CVAT has no priorities: they stand in names. How, is said once; from then on tasks are selected by them.
reconciler set --project Warehouse --name "aisle-0[1-3]" --set priority=1 --priority-format "[P{priority}] {name}" --yes
reconciler set --priority 1 --set bug_tracker=https://tracker.example/urgent --save urgent.yaml --yes
reconciler validate urgent.yaml
