"""The dense vectors of a folder's store once more, as one matrix in a file, for exact search.

The engine compares one query after the other with every vector and gives vectors out as lists of numbers. A matrix
product compares a block of queries while it reads each vector once, and rows are gathered from the file as they lie
there. Both leave Python's lock free, so that other threads go on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wardround.errors import StoreError
from wardround.retrievers.protocols import Matrix, Scores, Vector
from wardround.retrievers.stores.ranking import Keyed, best_keys, rounded

_ROWS, _KEYS = "dense.npy", "dense-keys.npy"
_BLOCK = 128
"""Queries of one product, which holds four bytes for each of them and each passage: 51 MB at 100 000 passages."""
_SAMPLED = 16


class DenseMatrix:
    """Every dense vector of a store that no longer changes, in the order of the keys; safe for several threads."""

    def __init__(self, folder: Path, rows: Matrix, keys: NDArray[np.int64], name: Path) -> None:
        """Wraps what ``open`` found.

        Args:
            folder: holds the two files.
            rows: of length 1, shape (passages, dimension).
            keys: ascending, shape (passages,).
            name: names the store in messages.
        """
        self._folder = folder
        self._rows = rows
        self._keys = keys
        self._name = name

    @classmethod
    def write(cls, folder: Path, shape: tuple[int, int], batches: Iterable[tuple[Sequence[int], Matrix]]) -> None:
        """Makes the files in ``folder``.

        Args:
            folder: of the store.
            shape: passages and dimension.
            batches: keys and vectors of some passages, by ascending key all through.

        Raises:
            StoreError: the passages are not as many, or in another order.
            OSError: a file cannot be written.
        """
        keys: list[int] = []
        with (folder / _ROWS).open("wb") as file:
            header = {"descr": "<f4", "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(file, header)
            for some, rows in batches:
                keys += some
                file.write(np.ascontiguousarray(rows, dtype="<f4").tobytes())
        numbers = np.array(keys, dtype="<i8")
        if len(numbers) != shape[0] or not _ascending(numbers):
            raise StoreError(f"the store at {folder} gave its {shape[0]} vectors in no order: build it again")
        np.save(folder / _KEYS, numbers, allow_pickle=False)

    @classmethod
    def open(cls, folder: Path, shape: tuple[int, int], name: Path) -> DenseMatrix | None:
        """What ``write`` made; None where it made nothing.

        Raises:
            StoreError: a file is damaged or belongs to other passages.
        """
        if not (folder / _ROWS).exists() and not (folder / _KEYS).exists():
            return None
        try:
            # Never unpickles, unlike numpy.load.
            rows, keys = (np.lib.format.open_memmap(folder / file, mode="r") for file in (_ROWS, _KEYS))
        except (OSError, ValueError) as error:
            raise StoreError(f"cannot read the matrix of vectors of the store at {name}: {error}") from error
        fits = rows.shape == shape and keys.shape == shape[:1]
        of_kind = rows.dtype == np.dtype(np.float32) and keys.dtype == np.dtype(np.int64)
        if not (fits and of_kind and _ascending(keys)):
            raise StoreError(
                f"the matrix of vectors of the store at {name} has shape {rows.shape} ({rows.dtype}) for {keys.shape} "
                f"keys ({keys.dtype}), not {shape} by ascending key: it is damaged or another store's"
            )
        return cls(folder, np.asarray(rows), np.array(keys), name)

    def remove(self) -> None:
        """Deletes the files, because the store is about to change."""
        (self._folder / _KEYS).unlink(missing_ok=True)
        (self._folder / _ROWS).unlink(missing_ok=True)

    def rank(self, vectors: Sequence[Vector], k: int) -> list[dict[int, float]]:
        """For each vector the ``k`` keys of largest cosine with their cosines, best first, ties by key."""
        units = _units(vectors)
        found = best_keys(lambda places, limit: self._best(units[list(places)], limit), range(len(units)), k)
        return [found[place] for place in range(len(units))]

    def score(self, vectors: Sequence[Vector], keys: Sequence[Sequence[int]]) -> list[Scores]:
        """For each vector the cosines of its passages, in the order of their keys; NaN for unknown keys."""
        found = []
        for unit, among in zip(_units(vectors), keys, strict=True):
            places, known = self._places(among)
            scores: Scores = np.full(len(among), np.nan)
            scores[known] = self._cosines(unit, places[known])
            found.append(rounded(scores))
        return found

    def rows(self, keys: Sequence[int]) -> Matrix:
        """The vectors of ``keys``, in their order.

        Raises:
            StoreError: a key is unknown.
        """
        places, known = self._places(keys)
        if not known.all():
            raise StoreError(f"no passage of key {keys[int(known.argmin())]} in the store at {self._name}")
        return self._rows[places]

    def _best(self, units: Matrix, limit: int) -> Iterator[Keyed]:
        """For each vector its ``limit`` largest cosines, falling.

        A product of blocks says which they are, and each is then computed alone: how a block adds up depends on how
        many queries are in it, and a query must get the same scores in any company.
        """
        for start in range(0, len(units), _BLOCK):
            block = units[start : start + _BLOCK]
            for unit, row in zip(block, self._against_all(block), strict=True):
                places = _largest(row, limit)
                scores = self._cosines(unit, places)
                falling = scores.argsort()[::-1]
                yield Keyed(scores[falling], self._keys[places[falling]])

    def _against_all(self, units: Matrix) -> Matrix:
        """The products of some vectors with all rows, one line for each vector."""
        if len(units) == 1:  # limited by memory; BLAS would start threads that stand in the next embedding's way
            return _products(self._rows, units[0])[np.newaxis]
        products: Matrix = units @ self._rows.T
        return products

    def _cosines(self, unit: Vector, places: NDArray[np.intp]) -> Scores:
        return _products(self._rows[places], unit).astype(np.float64)

    def _places(self, keys: Sequence[int]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Rows of keys, and whether each of them is known."""
        wanted = np.array(keys, dtype=np.int64)
        places = np.minimum(np.searchsorted(self._keys, wanted), len(self._keys) - 1)
        return places, self._keys[places] == wanted


def _ascending(keys: NDArray[np.int64]) -> bool:
    return not (keys[1:] <= keys[:-1]).any()


def _products(rows: Matrix, unit: Vector) -> Vector:
    """One product a row, each added up in the same order whatever the other rows are."""
    products: Vector = np.einsum("ij,j->i", rows, unit)
    return products


def _units(vectors: Sequence[Vector]) -> Matrix:
    rows = np.array(vectors, dtype=np.float32)
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return (rows / np.where(lengths, lengths, 1)).astype(np.float32)


def _largest(scores: Vector, count: int) -> NDArray[np.intp]:
    """Positions of the ``count`` largest scores, or of all, in no order."""
    if count >= len(scores):
        return np.arange(len(scores))
    # A sample says above which score to look: setting all in order takes ten times as long.
    sample = scores[::_SAMPLED]
    rank = 2 * count // _SAMPLED + 8
    if rank < len(sample):
        high = np.flatnonzero(scores >= np.partition(sample, -rank)[-rank])
        if len(high) >= count:
            return high[np.argpartition(scores[high], -count)[-count:]]
    return np.argpartition(scores, -count)[-count:]
