"""What can be wrong with a label that only shows beside what is there, and what a server's version cannot do."""

from __future__ import annotations

from reconciler.manifest.labels import LabelBlock
from reconciler.plan.building.attribute_checks import check_attributes
from reconciler.plan.building.building import Building
from reconciler.plan.labels import SKELETON, table
from reconciler.plan.steps import Image
from reconciler.plan.wishes import Place


def check_label(ctx: Building, block: LabelBlock, observed: Image | None, wanted: Image, at: Place) -> bool:
    """Note what a label cannot be, and what a new one lacks; tell whether it makes sense to look at it more closely.

    Args:
        ctx: where problems are noted.
        block: what is written.
        observed: what is there, if anything.
        wanted: what the block makes of it.
        at: the place of a part of the block.
    """
    called = f"label {wanted['name']!r}"
    if wanted["type"] == "interval" and not ctx.capabilities.knows_intervals:
        ctx.problem(f"CVAT {ctx.ref.version} has no labels of type interval", at("type"), "CVAT 2.68 and later have")
    if wanted["type"] != SKELETON and (block.sublabels is not None or block.svg is not None):
        where = at("sublabels") if block.sublabels is not None else at("svg")
        hint = "add `type: skeleton`" if observed is None else _MADE_ANEW
        ctx.problem(f"{called} is no skeleton (its type is {wanted['type']}), and has no parts", where, hint)
        return False
    if observed is None:
        _check_new_parts(ctx, called, wanted, at)
        _check_new_attributes(ctx, called, table(wanted["attributes"]), _below(at, "attributes"))
    return True


def check_label_change(ctx: Building, before: Image, after: Image, at: Place) -> None:
    """Note what the server would refuse, or silently not do, about a label that changes.

    Args:
        ctx: where problems are noted.
        before: the parts that differ, as they are (`plan.labels.differences_of`).
        after: as they should be.
        at: the place of a part of the label's block.
    """
    called = f"label {after['name']!r}"
    if SKELETON in (before.get("type"), after.get("type")):
        # Silently ignored by the server (FACTS §4; CVAT, LabelSerializer.update_label).
        what = f"the type of {called} is {before['type']} and cannot become {after['type']}"
        hint = "CVAT changes types neither from nor to skeleton; make a label of another name"
        ctx.problem(what, at("type"), hint)
        return
    check_attributes(
        ctx, called, table(before.get("attributes")), table(after.get("attributes")), _below(at, "attributes")
    )
    if "svg" in after:
        ctx.problem(f"the drawing of {called} is another, and CVAT cannot change it", at("svg"), _MADE_ANEW)
    _check_parts(ctx, called, table(before.get("sublabels")), table(after.get("sublabels")), at)


_MADE_ANEW = "a skeleton's structure is fixed; make a label of another name"


def _check_parts(ctx: Building, called: str, before: Image, after: Image, at: Place) -> None:
    for name, wanted in after.items():
        if before[name] is None:
            what = f"{called} has no part {name!r}, and none can be added"
            ctx.problem(what, at("sublabels", name), _MADE_ANEW)
        elif not ctx.capabilities.changes_sublabels:
            what = (
                f"part {name!r} of {called} is otherwise, and CVAT {ctx.ref.version} cannot change a skeleton's parts"
            )
            ctx.problem(what, at("sublabels", name), "write it as it is, or leave it out; CVAT 2.80 can change it")
        else:
            was, will_be = (table(table(one).get("attributes")) for one in (before[name], wanted))
            where = _below(at, "sublabels", name, "attributes")
            check_attributes(ctx, f"part {name!r} of {called}", was, will_be, where)


def _check_new_parts(ctx: Building, called: str, wanted: Image, at: Place) -> None:
    for name, part in table(wanted.get("sublabels")).items():
        # The server looks for exactly this text (CVAT, LabelSerializer), where other quotes and escapes say the same.
        if (node := f'data-label-name="{name}"') not in str(wanted.get("svg")):
            what = f"CVAT does not find part {name!r} of {called} in its drawing"
            ctx.problem(what, at("svg"), f"it looks for {node}, letter by letter")
        where = _below(at, "sublabels", name, "attributes")
        _check_new_attributes(ctx, f"part {name!r} of {called}", table(table(part)["attributes"]), where)


def _check_new_attributes(ctx: Building, called: str, attributes: Image, at: Place) -> None:
    none_yet: Image = dict.fromkeys(attributes)
    check_attributes(ctx, called, none_yet, attributes, at)


def _below(at: Place, *path: str) -> Place:
    return lambda *more: at(*path, *more)
