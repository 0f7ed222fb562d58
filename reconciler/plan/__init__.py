"""From desired and observed state to a plan: immutable data that says what would be written, and why.

Diffing, planning and safety limits live here. No HTTP, no YAML, no terminal: what is read comes in as plain values,
what a person sees is rendered elsewhere from the plan's own JSON.
"""
