"""What the tool remembers: runs with their plans, snapshots and audit records, the ledger of one-time rules, the lock.

Memory, not a model of the world: lose it, and the next plan is still right. Nothing here talks to the server.
"""
