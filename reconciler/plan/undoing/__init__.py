"""The way back of a run's steps: what it made is deleted, what it deleted comes back, what it changed is turned round.

Three-way like the way back of fields (`plan.reversal`): what others have done since is a conflict, named and left
alone. Strictly the other way round, though all that makes comes before all that destroys, as in every plan.
"""
