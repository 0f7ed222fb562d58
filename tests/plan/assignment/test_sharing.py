"""The laws of sharing out, over pieces and teams of any kind; and what is best, compared with trying everything."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reconciler.plan.assignment.pieces import Piece, Shared, Strategy, Team
from reconciler.plan.assignment.sharing import share_out

PEOPLE = ("ann", "bob", "carl", "dan")
law = settings(deadline=None, derandomize=True, database=None)

weights = st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from(["1/2", "0.3", "2", "3"]).map(Fraction), max_size=3)
loads = st.dictionaries(st.sampled_from(PEOPLE), st.integers(0, 5))


def teams(*strategies: Strategy, most: int = 4) -> st.SearchStrategy[Team]:
    return st.builds(
        Team,
        people=st.lists(st.sampled_from(PEOPLE), min_size=1, unique=True).map(tuple),
        strategy=st.sampled_from(strategies or ("balance", "round-robin", "fixed")),
        weights=weights,
        load=loads,
        most=st.none() | st.integers(1, most),
        only_unassigned=st.booleans(),
    )


def some_pieces(most: int = 12, *, barred: bool = True) -> st.SearchStrategy[list[Piece]]:
    drawn = st.builds(
        Piece,
        key=st.integers(1, 99),
        holder=st.none() | st.sampled_from([*PEOPLE, "zoe"]),
        begun=st.booleans(),
        barred=st.frozensets(st.sampled_from(PEOPLE), max_size=2 if barred else 0),
        rank=st.tuples(st.integers(0, 1)),
    )
    return st.lists(drawn, max_size=most, unique_by=lambda piece: piece.key)


def afterwards(pieces: list[Piece], shared: Shared) -> list[Piece]:
    """The pieces once it is done."""
    return [replace(piece, holder=shared.given.get(piece.key, piece.holder)) for piece in pieces]


def totals(pieces: list[Piece], team: Team) -> Mapping[str, int]:
    """What each of the team has in all."""
    holds = Counter(piece.holder for piece in pieces)
    return {person: team.load.get(person, 0) + holds[person] for person in team.people}


def moving(piece: Piece, team: Team) -> bool:
    """Whether a piece that somebody of the team has may go to somebody else."""
    return not (piece.begun or team.only_unassigned)


@law
@given(some_pieces(), teams(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_makes_no_difference(pieces: list[Piece], team: Team, dice: random.Random) -> None:
    shuffled = list(pieces)
    dice.shuffle(shuffled)
    assert share_out(shuffled, team) == share_out(pieces, team)


@law
@given(some_pieces(), teams())
def test_sharing_out_again_moves_nothing(pieces: list[Piece], team: Team) -> None:
    shared = share_out(pieces, team)
    again = share_out(afterwards(pieces, shared), team)
    assert dict(again.given) == {
        piece.key: piece.holder for piece in afterwards(pieces, shared) if piece.key in again.given
    }
    assert set(again.given) >= set(shared.given)


@law
@given(some_pieces(), teams())
def test_only_the_list_is_given_anything_and_nobody_what_they_may_not_have(pieces: list[Piece], team: Team) -> None:
    shared = share_out(pieces, team)
    for piece in pieces:
        person = shared.given.get(piece.key)
        if person not in (None, piece.holder):
            assert person in team.people
            assert person not in piece.barred
            assert piece.holder is None or not team.only_unassigned


@law
@given(some_pieces(), teams())
def test_nobody_is_over_the_maximum_unless_nobody_else_has_room(pieces: list[Piece], team: Team) -> None:
    assume(team.most is not None)
    assert team.most is not None
    shared = share_out(pieces, team)
    # What somebody may not have and nobody else takes stays with them; it is not what they were given.
    pieces = [piece for piece in pieces if piece.key not in shared.left or piece.holder not in piece.barred]
    before, after = totals(pieces, team), totals(afterwards(pieces, shared), team)
    for person in team.people:
        assert after[person] <= max(team.most, before[person])
    over = [piece for piece in afterwards(pieces, shared) if after.get(piece.holder or "", 0) > team.most]
    for piece in over:
        if moving(piece, team):
            others = set(team.people) - piece.barred - {piece.holder}
            assert all(after[person] >= team.most for person in others)


@law
@given(some_pieces(), teams())
def test_what_is_left_finds_nobody(pieces: list[Piece], team: Team) -> None:
    shared = share_out(pieces, team)
    after = totals(afterwards(pieces, shared), team)
    left = [piece for piece in pieces if piece.key in shared.left]
    for piece in left:
        assert all(
            person in piece.barred or (team.most is not None and after[person] >= team.most)
            for person in team.people
            if person != piece.holder
        )
    waiting = {piece.key for piece in pieces if piece.holder not in team.people}
    waiting -= {piece.key for piece in pieces if team.only_unassigned and piece.holder is not None}
    assert waiting <= {*shared.given, *shared.left}


@law
@given(some_pieces(), teams())
def test_begun_work_stays(pieces: list[Piece], team: Team) -> None:
    shared = share_out(pieces, team)
    for piece in pieces:
        if piece.begun and piece.holder in team.people and piece.holder not in piece.barred:
            assert shared.given[piece.key] == piece.holder


@law
@given(some_pieces(), teams("round-robin", "fixed"))
def test_turns_take_nothing_from_anybody(pieces: list[Piece], team: Team) -> None:
    team = replace(team, most=None)
    shared = share_out(pieces, team)
    for piece in pieces:
        if piece.holder in team.people and piece.holder not in piece.barred:
            assert shared.given[piece.key] == piece.holder


@law
@given(some_pieces(30, barred=False), teams("balance"))
def test_it_is_balanced_within_one(pieces: list[Piece], team: Team) -> None:
    shared = share_out(pieces, team)
    after = afterwards(pieces, shared)
    has, burdens = totals(after, team), team.burdens()
    for piece in after:
        if piece.holder in team.people and moving(piece, team) and piece.key in shared.given:
            for other in team.people:
                if other != piece.holder and (team.most is None or has[other] < team.most):
                    assert has[piece.holder] * burdens[piece.holder] <= (has[other] + 1) * burdens[other]


@law
@given(st.integers(0, 40), st.integers(1, 4), st.data())
def test_equal_people_get_equal_parts(number: int, people: int, data: st.DataObject) -> None:
    team = Team(PEOPLE[:people])
    holders = data.draw(st.lists(st.none() | st.sampled_from(team.people), min_size=number, max_size=number))
    shared = share_out([Piece(key, holder) for key, holder in enumerate(holders)], team)
    has = Counter(shared.given.values())
    assert max(has[person] for person in team.people) - min(has[person] for person in team.people) <= 1
    assert sum(has.values()) == number


@law
@given(st.integers(0, 60), st.integers(1, 3))
def test_somebody_new_takes_only_their_own_part_and_a_leaver_only_gives(number: int, people: int) -> None:
    team, grown = Team(PEOPLE[:people]), Team(PEOPLE[: people + 1])
    pieces = [Piece(key) for key in range(number)]
    first = afterwards(pieces, share_out(pieces, team))
    joined = share_out(first, grown)
    moved = [piece for piece in first if joined.given[piece.key] != piece.holder]
    assert all(joined.given[piece.key] == grown.people[-1] for piece in moved)
    assert len(moved) == number // (people + 1)
    second = afterwards(first, joined)
    left = share_out(second, team)
    assert all(left.given[piece.key] == piece.holder for piece in second if piece.holder in team.people)


# What is best, found by trying everything

Cost = tuple[int, int, int, int]


def arrangements(pieces: list[Piece], team: Team) -> Iterator[dict[int, str | None]]:
    """Every way to give the pieces that may move; None: it stays as it is."""
    free = [piece for piece in pieces if not settled(piece, team)]
    for chosen in product([None, *team.people], repeat=len(free)):
        if not any(person in piece.barred for piece, person in zip(free, chosen, strict=True)):
            yield {piece.key: person for piece, person in zip(free, chosen, strict=True)}


def settled(piece: Piece, team: Team) -> bool:
    if team.only_unassigned and piece.holder is not None:
        return True
    return piece.begun and piece.holder in team.people and piece.holder not in piece.barred


def cost(pieces: list[Piece], team: Team, given: Mapping[int, str | None]) -> Cost | None:
    """Without a place, of these too much for who has them, unevenness, moves; None where it is not allowed."""
    has = Counter(piece.holder for piece in pieces if settled(piece, team) and piece.holder in team.people)
    burdens, uneven = team.burdens(), 0
    full = {person: team.room(person, has[person]) for person in team.people}
    wanted = Counter(person for person in given.values() if person is not None)
    if any(wanted[person] > full[person] for person in team.people):
        return None
    for person in team.people:
        base = team.load.get(person, 0) + has[person]
        uneven += sum((base + one) * burdens[person] for one in range(1, wanted[person] + 1))
    by_key = {piece.key: piece for piece in pieces}
    holders = {key: by_key[key].holder for key in given}
    ours = {key for key, holder in holders.items() if holder in team.people and holder not in by_key[key].barred}
    nowhere = [key for key, person in given.items() if person is None]
    moved = sum(person is not None and person != holders[key] for key, person in given.items() if key in ours)
    return len(nowhere), len(ours.intersection(nowhere)), uneven, moved


@settings(law, max_examples=150)
@given(some_pieces(5), teams("balance", most=3))
def test_nothing_better_exists(pieces: list[Piece], team: Team) -> None:
    team = replace(team, people=team.people[:3])
    shared = share_out(pieces, team)
    movable = [piece.key for piece in pieces if not settled(piece, team)]
    found = cost(pieces, team, {key: shared.given.get(key) for key in movable})
    best = min(one for given in arrangements(pieces, team) if (one := cost(pieces, team, given)) is not None)
    assert found == best


def test_turns() -> None:
    pieces = [Piece(key) for key in range(1, 7)]
    shared = share_out(pieces, Team(("ann", "bob", "carl"), "round-robin"))
    assert list(shared.given.values()) == ["ann", "bob", "carl", "ann", "bob", "carl"]
    weighted = share_out(pieces, Team(("ann", "bob"), "round-robin", {"ann": Fraction(2)}))
    assert [weighted.given[key] for key in range(1, 7)] == ["ann", "bob", "ann", "ann", "bob", "ann"]


def test_turns_go_on_where_they_ended() -> None:
    team = Team(("ann", "bob", "carl"), "round-robin")
    pieces = [Piece(1, "ann"), Piece(2, "bob"), Piece(3), Piece(4)]
    assert share_out(pieces, team).given == {1: "ann", 2: "bob", 3: "carl", 4: "ann"}


def test_fixed_is_the_first_who_may() -> None:
    pieces = [Piece(1), Piece(2, barred=frozenset({"ann"})), Piece(3), Piece(4), Piece(5, "bob")]
    shared = share_out(pieces, Team(("ann", "bob"), "fixed", most=2))
    assert shared == Shared({5: "bob", 1: "ann", 2: "bob", 3: "ann"}, (4,))


def test_a_chain_makes_room() -> None:
    """Only bob may take it, and he is full; what he has can go to carl."""
    pieces = [Piece(1, barred=frozenset({"ann", "carl"})), Piece(2, "bob", barred=frozenset({"ann"}))]
    shared = share_out(pieces, Team(("ann", "bob", "carl"), most=1))
    assert shared == Shared({1: "bob", 2: "carl"})


def test_nobody_at_all() -> None:
    assert share_out([], Team(("ann",))) == Shared({})
