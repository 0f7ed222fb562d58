"""Rules that select what other rules make: planned on, from the server as it will be, until nothing more comes of it.

So one plan does what planning and applying again and again would come to, and after it nothing is left to do.
"""
