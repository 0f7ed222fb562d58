"""The steps of a plan: which whole objects are made, changed and destroyed, worked out block by block.

Everything here takes the `Building` of `building.py`: what is wanted, what was found, and where problems are noted.
"""
