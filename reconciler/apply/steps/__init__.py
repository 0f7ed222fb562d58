"""Carrying out a plan's steps: whole objects are made, changed and destroyed, with the same care as fields are written.

Each is looked at just before, recorded before it is sent, and looked at again after; what would be destroyed is copied
first. One operation a module and kind; `registry` knows them all.
"""
