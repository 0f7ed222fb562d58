"""From a plan to proof: check again, record, write, verify.

The executor obeys the plan and never looks at the manifest. A rollback is a plan, and goes the same way.
"""
