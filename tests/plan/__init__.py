"""Planning, tested against the sandbox through the real SDK; see `test_cases.py` for how to add a golden case."""
