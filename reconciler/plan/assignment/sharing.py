"""Who gets which piece of work. The same pieces and people always give the same answer, in whatever order they come.

What always holds:

- What somebody in the list has stays with them, unless strategy balance needs it elsewhere, they are over the maximum,
  or they may not have it (they annotated it). Begun work never goes for the sake of balance or the maximum.
- With strategy balance nobody who has a piece that can move has more than one piece more (by weight) than anybody who
  could take it, and no other level arrangement moves fewer pieces. So sharing out again moves nothing.
- Nobody is given more than the maximum; whoever is over it gives away as much as others have room for.
- A piece stays as it is only if nobody may take it or has room.
"""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.plan.assignment.levelling import level
from reconciler.plan.assignment.pieces import Piece, Shared, Team, lay_out
from reconciler.plan.assignment.turns import in_turn, to_the_first


def share_out(pieces: Iterable[Piece], team: Team) -> Shared:
    """Give the pieces to the team."""
    ordered = sorted(pieces, key=lambda piece: (piece.rank, piece.key))
    laid = lay_out(ordered, team)
    match team.strategy:
        case "balance":
            return level(laid, team)
        case "round-robin":
            return in_turn(laid, team, ordered)
        case "fixed":
            return to_the_first(laid, team, ordered)
