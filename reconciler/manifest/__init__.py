"""What people write: YAML files that describe desired state, read into typed blocks with a place for every value.

Works offline. What the server has (ids, users, selections) is not known here; see `reconciler.plan`.
"""
