"""What an index is, apart from when and where it was built."""

from __future__ import annotations

import hashlib
import json

from wardround.retrievers.index.manifest import Manifest

# How many passages were truncated follows from the rest, and is not known of vectors that an older version cached.
# A layout changes what searches cost; the best of what it finds are scored by the full vectors all the same.
_OF_THE_BUILD = {"generation", "created", "package_version", "corpora", "truncated", "schema_version", "layout"}

# The form in which an index is stored is no part of what it is. It was until schema 2, of which certificates are.
_AS_IF_OF_SCHEMA = {"schema_version": 2}


def content_of(manifest: Manifest) -> str:
    """A digest that two indexes share when the same corpora were put into them in the same way, on whatever machine."""
    corpora = [
        [one.name, one.version, one.documents, one.passages]
        for one in sorted(manifest.corpora, key=lambda one: one.name)
    ]
    made = _AS_IF_OF_SCHEMA | manifest.model_dump(mode="json", exclude=_OF_THE_BUILD)
    return hashlib.sha256(json.dumps([corpora, made], sort_keys=True).encode()).hexdigest()[:16]
