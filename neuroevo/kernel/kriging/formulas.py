"""The formulas of a kriging model over vectors: coordinates, covariance, value of a child."""

from neuroevo.kernel.elementary import exp, expm1_of_negative, log
from neuroevo.kernel.vectors import Vector, absolute, fma, polynomial, square_root, where

_NEAREST_END = 1e-6  # of positions to 0 and 1, so that their logarithms are finite
_FIVE_SIXTHS = 5 / 6
_THIRD = 1 / 3
_LOG_ROOT_2_PI = 0.91893853320467274
_FARTHEST = 1e150  # standard deviations; their square is a normal number
_LEAST_VOLUME = 1e-300
_LEAST_DISTANCE = 1e-4  # standard deviations; nearer ones count as this

# (1 - t R(t)) (1 + t²) with Mills' ratio R, the normal distribution's tail over its density: a
# polynomial in (t - 4) / (t + 4), within 2e-16 for all t >= 0. Coefficients were computed with
# mpmath from Chebyshev's series.
_TAIL = (
    0.9076379618778744, 0.27668067797619794, -0.28478940577977735,
    0.039468522709667324, 0.2115373045864152, -0.2747150814817473,
    0.17372440864647545, -0.05027831979309562, -0.0075589642468836,
    0.010304331898323032, -0.0007804113984474426, -0.001729806808791414,
    0.0002714965504176408, 0.00032714873129511917, -4.606968368390745e-05,
    -7.046927056535042e-05, 2.417797712642416e-06, 1.5758739571003045e-05,
    2.1607173289178026e-06, -3.232505984301311e-06, -1.2387124606040054e-06,
    5.131165054577003e-07, 4.305207046153392e-07, -3.9946773459367266e-08,
    -1.0722991715321218e-07, -4.558792902964746e-09, 1.785285298230686e-08,
    1.1941904377644274e-09, -1.498611811782875e-09,
)  # fmt: skip


def warped(position: Vector, scale: Vector, a: Vector, b: Vector) -> tuple[Vector, Vector, Vector]:
    """Return z = scale × (1 - (1 - position^a)^b) and its derivatives by log a and by log b."""
    inside = where(position > _NEAREST_END, position, _NEAREST_END)
    inside = where(inside < 1 - _NEAREST_END, inside, 1 - _NEAREST_END)
    log_power = a * log(inside)
    gap = -expm1_of_negative(log_power)  # 1 - position^a, without loss of digits
    log_gap = log(gap)
    rest = exp(b * log_gap)
    steep = scale * b * rest
    return scale * (1.0 - rest), steep / gap * (1.0 - gap) * log_power, -steep * log_gap


def matern(square: Vector) -> tuple[Vector, Vector]:
    """Return the Matérn 5/2 covariance of a squared distance, and its derivative by that."""
    r = square_root(5.0 * square)
    e = exp(-r)
    return fma(r, fma(r, r.like(_THIRD), 1.0), r.like(1.0)) * e, -_FIVE_SIXTHS * (1.0 + r) * e


def improvement(z: Vector) -> Vector:
    """Return E max(0, z + N(0, 1))."""
    tail, square = _tail(z)
    return where(z > 0.0, z, 0.0) + exp(-0.5 * square - _LOG_ROOT_2_PI) * tail


def log_improvement(z: Vector) -> Vector:
    """Return log E max(0, z + N(0, 1)), accurate also where the expectation is below 1e-300."""
    tail, square = _tail(z)
    low = log(tail) - 0.5 * square - _LOG_ROOT_2_PI
    high = log(z + exp(-0.5 * square - _LOG_ROOT_2_PI) * tail)
    return where(z > 0.0, high, low)


def log_probability(z: Vector) -> Vector:
    """Return log P(N(0, 1) <= z), accurate also where the probability is below 1e-300.

    Within 1e-4 of 0 it is off by up to 1e-4, elsewhere by rounding.
    """
    t = absolute(z)
    t = where(t > _LEAST_DISTANCE, t, _LEAST_DISTANCE)
    t = where(t < _FARTHEST, t, _FARTHEST)
    tail, square = _tail(t)
    ratio = (1.0 - tail) / t  # Mills' ratio
    low = log(ratio) - 0.5 * square - _LOG_ROOT_2_PI
    high = log(1.0 - exp(-0.5 * square - _LOG_ROOT_2_PI) * ratio)
    return where(z > 0.0, high, low)


def _tail(z: Vector) -> tuple[Vector, Vector]:
    """Return E max(0, N(0, 1) - |z|), divided by the density at z, and the square of z."""
    t = absolute(z)
    t = where(t < _FARTHEST, t, _FARTHEST)
    square = t * t
    return polynomial((t - 4.0) / (t + 4.0), _TAIL) / (1.0 + square), square


def log_of_volume(volume: Vector) -> Vector:
    """Return the logarithm of a volume that may be 0."""
    return log(where(volume > _LEAST_VOLUME, volume, _LEAST_VOLUME))
