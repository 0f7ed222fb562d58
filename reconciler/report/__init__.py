"""What a person or a pipeline reads: plans, runs, history, progress and errors, as text and as JSON.

Everything here is rendered from data that already says it all (a plan, a run, its audit records). Nothing in this room
decides, plans, asks the server or reads a manifest; nothing outside it puts colours or words on a terminal.
"""
