"""IBM System/360 double precision, as SAS transport files hold numbers.

A number is sign (1 bit), exponent of 16 in excess 64 (7 bits) and fraction (56 bits):
fraction × 16^(exponent − 64), 1/16 ≤ fraction < 1. A missing value is one of `.`, `_`, `A`–`Z`
and seven zero bytes. Source: SAS TS-140, "Record Layout of a SAS Version 5 or 6 Data Set in SAS
Transport (XPORT) Format".
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

WIDTH = 8
_FRACTION_BITS = 56
_FRACTION = np.uint64((1 << _FRACTION_BITS) - 1)
_EXPONENT_MASK = np.uint64(0x7F)
_EXCESS = 64
_LARGEST_EXPONENT = 127
_SIGN_SHIFT = np.uint64(63)
_MISSING_BYTES = np.frombuffer(b"._ABCDEFGHIJKLMNOPQRSTUVWXYZ", dtype=np.uint8)
_MISSING = np.uint64(ord(".") << _FRACTION_BITS)


def decode(raw: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """Numbers of rows × up to 8 bytes (shorter ones lost their last bytes); NaN where missing."""
    full = np.zeros((raw.shape[0], WIDTH), dtype=np.uint8)
    full[:, : raw.shape[1]] = raw
    bits = full.view(">u8").reshape(-1).astype(np.uint64)
    fraction = (bits & _FRACTION).astype(np.float64)
    exponent = ((bits >> np.uint64(_FRACTION_BITS)) & _EXPONENT_MASK).astype(np.int64)
    value = np.ldexp(fraction, 4 * (exponent - _EXCESS) - _FRACTION_BITS)
    signed = np.where(bits >> _SIGN_SHIFT == 1, -value, value)
    missing = ((bits & _FRACTION) == 0) & np.isin(full[:, 0], _MISSING_BYTES)
    return np.where(missing, np.nan, signed)


def encode(values: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    """Rows × 8 bytes; NaN becomes the missing value `.`.

    Raises:
        OverflowError: a number is outside the range of the format (about 5e-79 to 7e75).
    """
    missing = np.isnan(values)
    number = np.where(missing, 0.0, values)
    mantissa, binary = np.frexp(np.abs(number))
    sixteenth = -(-binary // 4)
    exponent = np.where(number == 0.0, 0, sixteenth + _EXCESS)
    if not np.all(np.isfinite(number)) or np.any((exponent < 0) | (exponent > _LARGEST_EXPONENT)):
        message = "a number is outside the range of SAS transport files"
        raise OverflowError(message)
    fraction = np.ldexp(mantissa, _FRACTION_BITS + binary - 4 * sixteenth).astype(np.uint64)
    sign = (number < 0).astype(np.uint64) << _SIGN_SHIFT
    bits = sign | (exponent.astype(np.uint64) << np.uint64(_FRACTION_BITS)) | fraction
    return np.where(missing, _MISSING, bits).astype(">u8").view(np.uint8).reshape(-1, WIDTH)
