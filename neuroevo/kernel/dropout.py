"""The units that dropout keeps: counter-based random draws, with a key for each lane.

A draw is a pure function of a lane's key, the sample and the unit; it depends neither on other
lanes nor on the processor.
"""

from typing import Any

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from neuroevo.kernel.arrays import KEPT_FACTOR
from neuroevo.kernel.compiled import inner
from neuroevo.kernel.lanes import Lanes, mask_of, spread, where
from neuroevo.kernel.pointers import Numbers, item, load, store

_ROTATIONS = (13, 15, 26, 6, 17, 29, 16, 24)
_PARITY = 0x1BD11BDA
_ROUNDS = 20


def _threefry(builder: Any, keys: tuple[Any, Any], counter: tuple[Any, Any]) -> Any:
    """Emit the first word of Threefry-2x32-20: Salmon, Moraes, Dror & Shaw 2011, section 3.3."""
    integers = counter[0].type

    def everywhere(number: int) -> ir.Constant:
        return ir.Constant(integers, [number] * integers.count)

    schedule = (*keys, builder.xor(builder.xor(*keys), everywhere(_PARITY)))
    left, right = (builder.add(word, key) for word, key in zip(counter, keys, strict=True))
    for round_ in range(_ROUNDS):
        left = builder.add(left, right)
        turn = _ROTATIONS[round_ % 8]
        high = builder.shl(right, everywhere(turn))
        right = builder.xor(builder.or_(high, builder.lshr(right, everywhere(32 - turn))), left)
        injection, after_fourth = divmod(round_ + 1, 4)
        if after_fourth == 0:
            left = builder.add(left, schedule[injection % 3])
            key = builder.add(schedule[(injection + 1) % 3], everywhere(injection))
            right = builder.add(right, key)
    return left


@intrinsic
def _kept(_: Any, keys: Any, sample: Any, unit: Any, like: Any) -> Any:
    """Return a mask, like `like`, of the lanes whose draw is at least their threshold."""
    if not (isinstance(keys, Numbers) and keys.item == types.uint32):
        return None
    if not (isinstance(like, Lanes) and isinstance(sample, types.Integer)):
        return None

    def generate(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
        integers = ir.VectorType(ir.IntType(32), like.count)
        first = builder.bitcast(arguments[0], integers.as_pointer())
        *words, threshold = (
            builder.load(builder.gep(first, [ir.Constant(ir.IntType(64), row)]), align=4)
            for row in range(3)
        )
        counter = (
            spread(builder, builder.trunc(number, integers.element), integers)
            for number in arguments[1:3]
        )
        draws = _threefry(builder, tuple(words), tuple(counter))
        return builder.icmp_unsigned(">=", draws, threshold)

    return mask_of(like)(keys, sample, unit, like), generate


@inner
def draw(bundle, seen, samples):
    """Fill `workspace.dropout` for hidden units: 0 for one that is dropped for a sample.

    The factor of kept units keeps the expected value of a unit the same (inverted dropout):
    Srivastava et al. 2014.
    """
    sizes = bundle.topology.layer_sizes
    first = item(sizes, 0)
    last = first
    for layer in range(1, bundle.topology.layers):
        last += item(sizes, layer)
    factor = load(bundle.hyperparameters, KEPT_FACTOR)
    for unit in range(first, last):
        for place in range(samples):
            kept = _kept(bundle.dropout_keys, seen + place, unit, factor)
            store(bundle.workspace.dropout, unit * samples + place, where(kept, factor, 0.0))
