"""Files in and out, many at once: annotations, datasets and backups of many tasks, in one folder with its checksums.

What comes out arrives whole or not at all, is listed with its checksum, and is not fetched again while it is intact
and the task has not changed. What goes in is a plan like any other: shown, asked for, recorded, taken back.
"""
